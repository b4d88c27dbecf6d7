"""Sealed until certified: a planted count of 7,919 votes appears on no page while the vote is open.

Every GET route of the application is walked by a visitor, a resident and each staff role.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select
from werkzeug.routing.converters import NumberConverter

from pb_portal.db import database_now, db
from pb_portal.domain import ledger, roll
from pb_portal.domain.permissions import Role
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.voting import queries
from pb_portal.voting.ledger import sealing
from pb_portal.voting.models import Ballot, Participation, PendingLeaf, VoterSession
from pb_portal.voting.paper.models import Batch, HandedOut, PollingPoint
from pb_portal.voting.service.statements import participation_row
from tests.conftest import sign_in
from tests.factories import make_person
from tests.factories.voting import KEY, make_vote, make_voter, prove, vote
from tests.rooms.voting.test_sealing import cast, proof_of, seal

PLANTED = 7919
GROUPED = re.compile(r"(?<![\w-])7[\s,.'\u00a0\u202f\u2009]?919(?![\w-])")
ROOT = Path(__file__).resolve().parents[3] / "pb_portal"


@pytest.fixture
def planted(session):
    """An open vote with 7,919 ballots for one proposal."""
    cycle, papers = make_vote(session)
    area = cycle.areas[0].area_id
    box = ledger.cycle_key("test-ballot", cycle.id)
    today = database_now(session).date()
    ballots, people = [], []
    for number in range(PLANTED):
        name = ledger.ballot_key(box, f"planted-{number}")
        once = ledger.nonce(box, name, "planted")
        sheet = ledger.canonical(cycle.id, name, 1, area, [papers[0].id])
        ballots.append(
            {
                "cycle_id": cycle.id,
                "ballot_key": name,
                "revision": 1,
                "area_id": area,
                "choices": [papers[0].id],
                "points": [],
                "nonce": once,
                "leaf": ledger.leaf(sheet, once),
            }
        )
        people.append(
            participation_row(
                roll.cycle_key(KEY, cycle.id), cycle.id, f"planted-{number}", "portal", today
            )
        )
    session.execute(insert(Ballot), ballots)
    visits = [
        {
            "token_hash": one["voter_key"], "cycle_id": cycle.id, "voter_key": one["voter_key"],
            "area_id": area, "expires_at": database_now(session),
        }
        for one in people
    ]  # fmt: skip
    session.execute(insert(VoterSession), visits)
    session.execute(insert(Participation), people)
    session.execute(delete(VoterSession))
    plant_papers(session, cycle, today)
    session.flush()
    return cycle, papers


def plant_papers(session, cycle, today):
    """7,919 papers handed out at a polling point and found in a batch that came back."""
    staff = [make_person(session, "registrar").id for _ in range(2)]
    point = PollingPoint(
        cycle_id=cycle.id, area_id=cycle.areas[0].area_id, names={"en": "School"},
        addresses={"en": "Street"}, hours={"en": "Daily"},
    )  # fmt: skip
    session.add(point)
    session.flush()
    session.add(HandedOut(point_id=point.id, on=today, handed=PLANTED))
    now = database_now(session)
    session.add(
        Batch(
            cycle_id=cycle.id, point_id=point.id, number=1, first=1, last=8000, papers=[],
            state="returned", printed_by=staff[0], printed_at=now, issued_by=staff[0],
            issued_at=now, received_by=staff[1], returned_by=staff[1], returned_at=now,
            cast_count=PLANTED, spoiled=0, unused=8000 - PLANTED, missing=0,
        )
    )  # fmt: skip


def addresses(app, cycle, papers) -> list[str]:
    """Every GET route, with ids of things that exist or may."""
    batch = db.session.scalars(select(Batch).where(Batch.cycle_id == cycle.id)).one_or_none()
    fillings = {
        "batch_id": [str(batch.id if batch else 1)],
        "point_id": [str(batch.point_id if batch else 1)],
        "slug": [cycle.slug],
        "number": [str(papers[0].number)],
        "proposal_id": [str(papers[0].id)],
        "cycle_id": [str(cycle.id)],
        "locale": ["en"],
        "code": ["en"],
    }
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            values = {}
            for name in rule.arguments:
                whole = isinstance(rule._converters[name], NumberConverter)
                values[name] = fillings.get(name, ["1"] if whole else ["x"])[0]
            found.append(adapter.build(rule.endpoint, values, append_unknown=False))
    assert len(found) > 20
    return sorted(set(found))


WALKERS = ["visitor", "resident", *[role.value for role in Role]]


@pytest.mark.parametrize("walker", WALKERS)
def test_a_planted_count_appears_on_no_page_for(app, client, session, planted, walker, caplog):
    cycle, papers = planted
    caplog.set_level("DEBUG")
    if walker != "visitor":
        roles = [] if walker == "resident" else [walker]
        sign_in(client, make_person(session, *roles))
    opened = 0
    for address in addresses(app, cycle, papers):
        for query in ("", "?sort=votes"):
            if query and f"/c/{cycle.slug}" not in address:
                continue
            answer = client.get(address + query)
            text = answer.get_data(as_text=True) if not answer.is_streamed else ""
            assert not GROUPED.search(text), (walker, address, GROUPED.search(text))
            told = [value for name, value in answer.headers if name != "Content-Length"]
            assert not any(map(GROUPED.search, told)), (address, told)
            opened += answer.status_code == 200
    assert opened > 10
    assert not GROUPED.search(caplog.text)


def test_what_is_published_of_a_full_and_of_an_empty_box_is_alike_to_the_byte(
    app, client, session, planted
):
    """Heads, proofs of consistency and the pages of receipts: same parts, same lengths."""
    full, _ = planted
    empty, _ = make_vote(session, slug=full.slug[:-1] + "z")
    told = {}
    for cycle in (full, empty):
        for _ in range(3):
            seal(session, cycle)
        pages = [
            client.get(f"/c/{cycle.slug}/ledger/heads.json"),
            client.get(f"/c/{cycle.slug}/ledger/consistency.json?first=1&second=3"),
            client.get(f"/c/{cycle.slug}/receipt"),
        ]
        assert [page.status_code for page in pages] == [200] * 3
        for page in pages:
            assert not GROUPED.search(page.get_data(as_text=True))
        told[cycle.slug] = [
            (len(page.data), {name for name, _ in page.headers} - {"Set-Cookie"}) for page in pages
        ]
    assert told[full.slug] == told[empty.slug]
    receipt = ledger.receipt_of(session.scalars(select(Ballot.leaf).limit(1)).one())
    alone, more = make_vote(session, slug=full.slug[:-1] + "y")
    sizes = set()
    for cycle, code in ((full, receipt), (alone, cast(session, alone, more))):
        if cycle is alone:
            seal(session, cycle)
        proof = json.loads(proof_of(session, cycle, code))
        proof["batch"]["index"] = proof["batch"]["number"] = proof["head"]["batches"] = 0
        proof["tree"]["path"] = []
        sizes.add(len(json.dumps(proof)))
    assert len(sizes) == 1


def test_no_row_the_public_can_read_tells_how_many_batches_were_full(session, planted):
    """A batch more or less depends on the clock alone: the surplus waits for the next one."""
    cycle, _ = planted
    first = seal(session, cycle)
    assert session.scalar(select(func.count()).select_from(PendingLeaf)) == PLANTED - 4096
    now = database_now(session)
    every = timedelta(seconds=15)
    assert sealing.due(session, first.sealed_at + every - timedelta(seconds=1), every) == []
    assert len(sealing.due(session, now + every, every)) == 1


def test_a_voter_sees_no_count_either(client, session, planted):
    cycle, papers = planted
    prove(client, session, cycle.slug, make_voter(session, cycle))
    pages = [client.page(f"/c/{cycle.slug}/vote/ballot")]
    vote(client, cycle.slug, [papers[0].id])
    pages.append(client.page(f"/c/{cycle.slug}/vote/done"))
    for page in pages:
        assert not GROUPED.search(page) and "7920" not in page


@pytest.mark.parametrize("figure", ["counted_ballots", "turnout", "ledger_root"])
def test_no_figure_leaves_the_box_before_the_close(session, planted, figure):
    cycle, _ = planted
    phase = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    read = getattr(queries, figure)
    for at in (phase.starts_at, phase.ends_at - timedelta(microseconds=1)):
        with pytest.raises(Refusal) as refused:
            read(session, cycle.id, at)
        assert refused.value.code == "voting.still_open"
    assert read(session, cycle.id, phase.ends_at) is not None


def test_after_the_close_every_ballot_is_counted_once(session, planted):
    cycle, papers = planted
    phase = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    counted = list(queries.counted_ballots(session, cycle.id, phase.ends_at))
    assert counted == [(cycle.areas[0].area_id, [papers[0].id], [])] * PLANTED
    assert queries.turnout(session, cycle.id, phase.ends_at) == PLANTED
    leaves = session.scalars(select(Ballot.leaf)).all()
    head = queries.ledger_root(session, cycle.id, phase.ends_at)
    assert head == queries.Ledger(ledger.tree_root(sorted(leaves)), PLANTED)


def test_votes_are_read_in_one_place_only():
    """Besides the box's own drawer and the transaction of one ballot, only the checks read it that
    a count makes after the close."""
    box = r"\b(Ballot|Participation|_BALLOT|_PARTICIPATION)\b"
    reading = re.compile(rf"(select|exists|query|get|get_one)\([^)]*{box}|FROM voting_")
    touching = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if reading.search(path.read_text("utf-8"))
    }
    assert touching == {
        "voting/queries/box.py",
        "voting/queries/opened.py",
        "voting/queries/voids.py",
        "voting/service/statements.py",
        "results/checks.py",
    }
