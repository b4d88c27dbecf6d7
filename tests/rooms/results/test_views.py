"""Pages of the count and the results."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.domain.phases import PhaseKind
from pb_portal.proposals.models import Proposal
from pb_portal.results import queries, service, worker
from pb_portal.results.models import CountRun
from pb_portal.tally import count, lot
from pb_portal.tally.pabulib import read
from tests.conftest import sign_in
from tests.factories import SIGNER, make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient

LOCALES = ("kk", "ru", "en")


@pytest.fixture
def first(session: Session) -> Person:
    return make_person(session, "commissioner", name="First Signer")


@pytest.fixture
def second(session: Session) -> Person:
    return make_person(session, "commissioner", name="Second Signer")


def certify(session: Session, cycle: Cycle, first: Person, second: Person) -> CountRun:
    run = service.count(session, signed(first), cycle, SIGNER)
    request = service.propose_certification(session, signed(first), run)
    return service.decide_certification(
        session, signed(second), request, approve=True, signer=SIGNER
    )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("phase", [PhaseKind.APPLICATIONS, PhaseKind.VOTING, PhaseKind.RESULTS])
def test_before_certification_the_page_says_when(
    client: StrictClient, session: Session, phase: PhaseKind, locale: str
) -> None:
    cycle = make_cycle(session, phase)
    client.page(f"/c/{cycle.slug}/results", locale=locale)
    for path in ("results.csv", "results.json", f"results/{cycle.areas[0].area.code}.pb"):
        client.page(f"/c/{cycle.slug}/{path}", 404)


def test_commissioners_go_from_the_count_to_the_public_result(
    app: Flask, client: StrictClient, session: Session, voted: Cycle, first: Person, second: Person
) -> None:
    desk = f"/desk/cycles/{voted.slug}/count"
    sign_in(client, first)
    assert "wait to be counted" in client.page(desk)
    assert client.fill(desk).status_code == 302
    assert "being counted" in client.page(desk)
    assert worker.count_next(app, lambda: datetime.now(UTC), SIGNER)
    assert "Counted and sealed" in client.page(desk)
    assert client.fill(f"/desk/cycles/{voted.slug}/certification", at=desk).status_code == 302
    assert "the second must decide" in client.page(desk)
    run = queries.get_counted(session, voted.id)
    request = queries.find_request(session, run)
    assert request is not None
    decision = f"/desk/certifications/{request.id}"
    own = client.page(decision)
    assert "You have signed this count yourself" in own
    assert 'name="decision"' not in own
    alone = client.fill(decision, {"decision": "approve", "reason": ""}, at=desk)
    assert alone.status_code == 422
    assert "A second person must decide" in alone.text

    sign_in(client, second)
    assert client.fill(decision, {"reason": ""}).status_code == 422
    assert client.fill(decision, {"decision": "decline", "reason": " "}).status_code == 422
    done = client.fill(decision, {"decision": "approve", "reason": ""})
    assert done.headers["Location"].endswith(f"/c/{voted.slug}/results")
    page = client.page(f"/c/{voted.slug}/results")
    assert "First Signer, Second Signer" in page
    assert "Certified" in client.page(decision)
    assert "certified and public" in client.page(desk)


def test_no_page_shows_a_sealed_number(
    client: StrictClient, session: Session, first: Person, second: Person, cast
) -> None:
    cycle = make_cycle(session, PhaseKind.RESULTS, budget=1000)
    planted = make_proposal(session, cycle, cost=77, status="admitted", title="Planted")
    other = make_proposal(session, cycle, cost=78, status="admitted", title="Other")
    for voter in range(147):
        cast(cycle, f"v{voter}", [planted if voter < 143 else other])
    run = service.count(session, signed(first), cycle, SIGNER)
    request = service.propose_certification(session, signed(first), run)
    session.commit()
    sign_in(client, second)
    for path in (
        f"/c/{cycle.slug}/results",
        f"/c/{cycle.slug}",
        f"/c/{cycle.slug}/proposals",
        f"/c/{cycle.slug}/proposals/{planted.number}",
        f"/desk/cycles/{cycle.slug}/count",
        f"/desk/certifications/{request.id}",
        "/desk",
    ):
        page = client.page(path)
        assert run.result_digest not in page, path
        assert not re.search(r"\b143\b", re.sub(r"[0-9a-f]{64}", "", page)), path
    seed = cycle.rule_book.lot_seed if cycle.rule_book else ""
    assert seed and seed not in client.page(f"/desk/certifications/{request.id}")


@pytest.mark.parametrize("role", ["auditor", "administrator", "registrar", "reviewer", "manager"])
def test_others_neither_count_nor_certify(
    client: StrictClient, session: Session, voted: Cycle, role: str
) -> None:
    sign_in(client, make_person(session, role))
    client.page(f"/desk/cycles/{voted.slug}/count", 403)
    client.page("/desk/certifications/1", 403)


def test_a_visitor_is_asked_to_sign_in(client: StrictClient, voted: Cycle) -> None:
    assert client.get(f"/desk/cycles/{voted.slug}/count").status_code == 302


def test_counting_too_early_is_said_on_the_page(
    client: StrictClient, session: Session, first: Person
) -> None:
    cycle = make_cycle(session, PhaseKind.VOTING)
    sign_in(client, first)
    answer = client.fill(f"/desk/cycles/{cycle.slug}/count", at="/me")
    assert answer.status_code == 422
    assert "The vote is still open" in answer.text


@pytest.mark.parametrize("locale", LOCALES)
def test_the_result_shows_winners_first_then_the_line_then_the_others(
    client: StrictClient,
    session: Session,
    voted: Cycle,
    first: Person,
    second: Person,
    locale: str,
) -> None:
    certify(session, voted, first, second)
    session.commit()
    page = client.page(f"/c/{voted.slug}/results", locale=locale)
    best, line, loser = page.index('id="p1"'), page.index("result-cut"), page.index('id="p2"')
    assert best < line < loser
    for number in range(1, 7):
        assert f'id="p{number}"' in page
    run = queries.get_certified_run(session, voted.id)
    assert run.lot_seed in page
    assert run.rules_digest in page
    assert run.ledger_root in page


def test_files_hold_the_result_and_few_ballots_stay_totals(
    client: StrictClient, session: Session, voted: Cycle, first: Person, second: Person
) -> None:
    titled = session.scalars(select(Proposal).where(Proposal.number == 2)).one()
    titled.title = "=HYPERLINK(1)"
    certify(session, voted, first, second)
    session.commit()
    area = voted.areas[0].area.code
    client.page(f"/c/{voted.slug}/results/{area}.pb", 404)
    client.page(f"/c/{voted.slug}/results/nowhere.pb", 404)
    client.page(f"/c/{voted.slug}/results/nowhere.csv", 404)
    text = client.page(f"/c/{voted.slug}/results/{area}.csv")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["number"] for row in rows][:2] == ["1", "2"]
    assert rows[1]["title"] == "'=HYPERLINK(1)"
    assert len(client.page(f"/c/{voted.slug}/results.csv").splitlines()) == 7
    data = json.loads(client.page(f"/c/{voted.slug}/results.json"))
    assert data["areas"][0]["proposals"][0]["votes"] == 3
    assert data["lot"]["seed"]


def test_a_stranger_recounts_the_published_ballots_to_the_same_winners(
    client: StrictClient, session: Session, first: Person, second: Person, cast
) -> None:
    cycle = make_cycle(session, PhaseKind.RESULTS, budget=150)
    ideas = [
        make_proposal(session, cycle, number=number, cost=50, status="admitted")
        for number in range(1, 7)
    ]
    for voter in range(queries.FEW):
        cast(cycle, f"v{voter}", [ideas[voter % 6], ideas[(voter + 1) % 6]])
    run = certify(session, cycle, first, second)
    session.commit()
    text = client.page(f"/c/{cycle.slug}/results/{cycle.areas[0].area.code}.pb")
    election = read(text.encode()).election
    outcome = count(election, election.rule, lot(bytes.fromhex(run.lot_seed), election))
    assert set(outcome.selected) == {one.id for one in election.projects if one.official}
    assert election.voters == queries.FEW
    assert not any("box" in ballot.voter_id or ballot.extra for ballot in election.ballots)
