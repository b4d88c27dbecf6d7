"""Attack: a loser is made a winner, or a project of a vote, by one statement of SQL."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from pb_portal.domain.proposal_states import ProposalAction, ProposalState
from pb_portal.domain.refusal import Refusal
from pb_portal.projects import service as projects
from pb_portal.projects.models import Project
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service import change_status
from pb_portal.results import auditing
from pb_portal.results import service as results
from pb_portal.results.models import CountRun
from pb_portal.web.signer import audit_keys
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.factories.voting import make_vote
from tests.rooms.results.conftest import cast, voted
from tests.rooms.results.test_service import SIGNER, certified
from tests.unguarded import drop_guards

__all__ = ["cast", "voted"]
SEALS = ("seals", "acts")
"""What the seals of every row see is tried in `tests/faults`."""


@pytest.fixture
def result(session: Session, voted) -> CountRun:
    """A certified result: two winners, four losers, and a project of each winner."""
    first, second = (make_person(session, "commissioner") for _ in range(2))
    run = certified(session, voted, first, second)
    secretary = make_person(session, "secretary")
    projects.start_from_winners(session, signed(secretary), voted)
    return run


def paper_of(session: Session, run: CountRun, status: str) -> Proposal:
    query = select(Proposal).where(Proposal.cycle_id == run.cycle_id, Proposal.status == status)
    return session.scalars(query.order_by(Proposal.number)).first()


def wrong(session: Session, run: CountRun) -> dict[str, tuple[str, ...]]:
    from pb_portal.cycles.models import Cycle

    session.expire_all()
    found = auditing.look(session, session.get_one(Cycle, run.cycle_id), audit_keys())
    return {one.code: one.where for one in found if not one.holds and one.code not in SEALS}


PAPER = [
    "UPDATE proposals_proposal SET status = 'selected' WHERE id = :loser",
    "UPDATE proposals_proposal SET status = 'admitted' WHERE id = :loser",
    "UPDATE proposals_proposal SET status = 'not_selected' WHERE id = :winner",
    "UPDATE proposals_proposal SET status = 'withdrawn' WHERE id = :winner",
    "UPDATE proposals_proposal SET status = 'admitted' WHERE id = :other",
    "UPDATE proposals_proposal SET status = 'selected' WHERE id = :other",
    "UPDATE proposals_proposal SET cost = cost + 1 WHERE id = :winner",
    "UPDATE proposals_proposal SET reviewed_cost = 1 WHERE id = :winner",
    "UPDATE proposals_proposal SET area_id = area_id + 1 WHERE id = :winner",
    "UPDATE proposals_proposal SET id = id + 999 WHERE id = :winner",
    "DELETE FROM proposals_proposal WHERE id = :winner",
    "INSERT INTO proposals_proposal SELECT * FROM proposals_proposal WHERE id = :winner",
]
RESULT = [
    "UPDATE results_count_run SET imported = NOT imported WHERE id = :run",
    "INSERT INTO results_proposal SELECT * FROM results_proposal WHERE run_id = :run",
    "INSERT INTO results_area SELECT * FROM results_area WHERE run_id = :run",
    "UPDATE results_proposal SET run_id = run_id WHERE run_id = :run",
]
PROJECT = [
    "UPDATE projects_project SET proposal_id = :loser WHERE proposal_id = :winner",
    "UPDATE projects_project SET origin = 'investor' WHERE proposal_id = :winner",
    "UPDATE projects_project SET promised_sum = 1 WHERE proposal_id = :winner",
    "UPDATE projects_project SET cycle_id = NULL WHERE proposal_id = :winner",
    "DELETE FROM projects_project WHERE proposal_id = :winner",
    "UPDATE projects_proposal SET proposal_id = :loser WHERE proposal_id = :winner",
    "DELETE FROM projects_proposal WHERE proposal_id = :winner",
    "INSERT INTO projects_proposal (project_id, proposal_id, part)"
    " SELECT id, :loser, 1 FROM projects_project WHERE proposal_id = :winner",
]
CYCLE = [
    "UPDATE cycles_cycle SET is_imported = NOT is_imported WHERE id = :cycle",
    "UPDATE cycles_cycle SET slug = 'other' WHERE id = :cycle",
    "INSERT INTO cycles_area (cycle_id, area_id, budget)"
    " SELECT :cycle, max(id), 9 FROM places_area",
]
REPLACED = [
    "INSERT OR REPLACE INTO proposals_proposal SELECT * FROM proposals_proposal WHERE id = :winner",
    "UPDATE OR REPLACE proposals_proposal SET number = (SELECT number FROM proposals_proposal"
    " WHERE id = :winner) WHERE id = :other",
    "INSERT OR REPLACE INTO results_count_run SELECT * FROM results_count_run WHERE id = :run",
    "INSERT OR REPLACE INTO results_proposal SELECT * FROM results_proposal WHERE run_id = :run",
    "INSERT OR REPLACE INTO projects_proposal SELECT project_id, :loser, part"
    " FROM projects_proposal WHERE proposal_id = :winner",
]


def run_attack(session: Session, run: CountRun, attack: str, other: Proposal | None) -> None:
    named = {
        "loser": paper_of(session, run, "not_selected").id,
        "winner": paper_of(session, run, "selected").id,
        "other": other.id if other else 0,
        "run": run.id,
        "cycle": run.cycle_id,
    }
    values = {name: value for name, value in named.items() if f":{name}" in attack}
    session.execute(text(attack), values)


@pytest.mark.parametrize("attack", [*PAPER, *RESULT, *PROJECT, *CYCLE, *REPLACED])
def test_attack_the_database_refuses_false_winners(session, result, attack):
    if attack in REPLACED:
        if session.get_bind().dialect.name != "sqlite":
            pytest.skip("REPLACE is SQLite's")
        session.execute(text("PRAGMA recursive_triggers = OFF"))
    other = make_proposal(session, _cycle(result))
    with pytest.raises(DatabaseError), session.begin_nested():
        run_attack(session, result, attack, other)
    if attack in REPLACED:
        session.execute(text("PRAGMA recursive_triggers = ON"))


def _cycle(run: CountRun):
    from pb_portal.cycles.models import Cycle
    from pb_portal.db import db

    return db.session().get_one(Cycle, run.cycle_id)


SEEN = [
    *PAPER[:4],
    *PAPER[4:9],
    *PROJECT,
    "UPDATE results_proposal SET selected = NOT selected WHERE proposal_id = :loser",
]


@pytest.mark.parametrize("attack", SEEN)
def test_attack_without_guards_the_audit_sees_false_winners(session, result, attack):
    assert "winners" not in wrong(session, result)
    other = make_proposal(session, _cycle(result))
    drop_guards(session)
    run_attack(session, result, attack, other)
    assert "winners" in wrong(session, result)


def test_attack_a_loser_called_selected_becomes_no_project(session, voted):
    first, second = (make_person(session, "commissioner") for _ in range(2))
    run = certified(session, voted, first, second)
    loser, winner = (paper_of(session, run, state) for state in ("not_selected", "selected"))
    drop_guards(session)
    session.execute(
        text("UPDATE proposals_proposal SET status = 'selected' WHERE id = :id"), {"id": loser.id}
    )
    session.expire_all()
    made = projects.start_from_winners(session, signed(make_person(session, "secretary")), voted)
    assert loser.id not in {project.proposal_id for project in made}
    assert winner.id in {project.proposal_id for project in made}


def test_attack_a_winner_whose_price_was_raised_becomes_no_project(session, voted):
    first, second = (make_person(session, "commissioner") for _ in range(2))
    run = certified(session, voted, first, second)
    drop_guards(session)
    winner = paper_of(session, run, "selected")
    session.execute(
        text("UPDATE proposals_proposal SET cost = cost * 9 WHERE id = :id"), {"id": winner.id}
    )
    session.expire_all()
    with pytest.raises(Refusal, match="result_differs"):
        projects.start_from_winners(session, signed(make_person(session, "secretary")), voted)
    assert session.scalars(select(Project)).all() == []


def test_attack_a_count_is_certified_by_its_two_commissioners_alone(session, voted):
    one, two = (make_person(session, "commissioner") for _ in range(2))
    run = results.count(session, signed(one), voted, SIGNER)
    alone = (
        "UPDATE results_count_run SET state = 'certified', certified_at = counted_at,"
        " first_commissioner_id = :one, second_commissioner_id = :two WHERE id = :id"
    )
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(text(alone), {"one": one.id, "two": two.id, "id": run.id})
    planted = CountRun(
        cycle_id=voted.id, state="certified", counted_at=datetime.now(UTC),
        certified_at=datetime.now(UTC), imported=True, rule="greedy", input_digest="0" * 64,
    )  # fmt: skip
    with pytest.raises(DatabaseError), session.begin_nested():
        session.add(planted)
        session.flush()


def test_attack_nothing_is_admitted_once_the_rules_are_frozen(session):
    cycle, _ = make_vote(session)
    open_cycle = make_cycle(session, frozen=False)
    secretary = signed(make_person(session, "secretary"))
    late, early = (make_proposal(session, one, status="in_review") for one in (cycle, open_cycle))
    change_status(session, secretary, early, ProposalAction.ADMIT, part="secretary")
    assert early.status == ProposalState.ADMITTED
    with pytest.raises(Refusal, match="ballot_fixed"):
        change_status(session, secretary, late, ProposalAction.ADMIT, part="secretary")


def test_attack_a_project_of_a_loser_is_refused_and_seen(session, result):
    loser, now = paper_of(session, result, "not_selected"), datetime.now(UTC)

    def plant() -> None:
        with session.begin_nested():
            session.execute(
                insert(Project).values(
                    number=999,
                    origin="participatory",
                    cycle_id=result.cycle_id,
                    proposal_id=loser.id,
                    title="x",
                    area_id=loser.area_id,
                    promised_sum=1,
                    promised_on=now.date(),
                    due_on=now.date(),
                    created_at=now,
                    updated_at=now,
                )
            )

    with pytest.raises(DatabaseError):
        plant()
    drop_guards(session)
    plant()
    assert "was not made of winners" in wrong(session, result)["winners"][0]
