"""Attack: demand for proof. A buyer or a chief wants to be shown how somebody voted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.voting.models import Ballot
from tests.factories.voting import make_vote, make_voter, post, prove, vote
from tests.rooms.results.conftest import cast
from tests.rooms.results.test_after_certification import certify, many
from tests.strict import StrictClient

__all__ = ["cast", "certify", "many"]
WORD = re.compile(r"[\w-]{10,}")
LEAVES = "results.leaves"


@pytest.fixture(autouse=True)
def quick(app: Flask) -> Iterator[None]:
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def test_attack_demand_for_proof_is_shown_nothing_of_the_choice(
    client: StrictClient, session: Session
) -> None:
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    vote(client, cycle.slug, [papers[0].id])
    done = client.page(f"/c/{cycle.slug}/vote/done")
    sold = re.search(r'receipt-code">([^<]+)', done)
    assert sold
    prove(client, session, cycle.slug, voter)
    ballot = client.page(f"/c/{cycle.slug}/vote/ballot")
    assert "checked" not in re.sub(r"<(?!input)[^>]*>", "", ballot).replace("unchecked", ""), (
        "a buyer at the voter's side sees an empty ballot"
    )
    vote(client, cycle.slug, [papers[1].id])
    kept = re.search(r'receipt-code">([^<]+)', client.page(f"/c/{cycle.slug}/vote/done"))
    assert kept and kept[1] != sold[1]
    answers = []
    for code in (sold[1], kept[1]):
        page = post(client, f"/c/{cycle.slug}/receipt", {"receipt": code}).get_data(as_text=True)
        assert not any(paper.title in page for paper in papers)
        page = page.replace(code, "").replace(code.replace("-", ""), "")
        answers.append(re.sub(r'(csrf_token"[^>]*value=)"[^"]+"', r"\1", page))
    assert answers[0] == answers[1], "a sold vote and the one that replaced it answer alike"


def test_attack_demand_for_proof_finds_no_receipt_in_what_is_published(
    app: Flask, client: StrictClient, session: Session, many: Cycle, certify: Callable[..., object]
) -> None:
    certify(many)
    rows = session.execute(select(Ballot.ballot_key, Ballot.nonce, Ballot.leaf)).all()
    leaves = {row.leaf for row in rows}
    secrets = {name for row in rows for name in (row.ballot_key, row.nonce)} | leaves
    secrets = {one for one in secrets if len(one) > 9}
    assert len(secrets) >= 300
    opened = 0
    for rule in app.url_map.iter_rules():
        open_to_all = app.view_functions[rule.endpoint].guarded_by == "public"  # type: ignore[attr-defined]
        if rule.arguments != {"slug"} or "GET" not in (rule.methods or ()) or not open_to_all:
            continue
        answer = client.get(rule.rule.replace("<slug>", many.slug))
        if answer.status_code != 200:
            continue
        opened += 1
        for said in unpacked(answer.data):
            words = set(WORD.findall(said))
            if rule.endpoint == LEAVES:
                assert words == leaves, "the list of leaves tells of no ballot"
                words -= leaves
            assert not secrets & words, rule.rule
    assert opened > 5


def unpacked(raw: bytes) -> list[str]:
    """What was sent, and every file inside it."""
    if not raw.startswith(b"PK"):
        return [raw.decode("utf-8", "replace")]
    with ZipFile(BytesIO(raw)) as archive:
        return [part for name in archive.namelist() for part in unpacked(archive.read(name))]


def test_attack_demand_for_proof_guesses_no_receipt_from_the_choice(
    client: StrictClient, session: Session
) -> None:
    cycle, papers = make_vote(session)
    for _ in range(4):
        prove(client, session, cycle.slug, make_voter(session, cycle))
        vote(client, cycle.slug, [papers[0].id])
    leaves = session.scalars(select(Ballot.leaf)).all()
    assert len(set(leaves)) == 4, "the same choice has another leaf each time"
