"""The database's own guard of a frozen register: only an approved correction gets through."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DatabaseError

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.register.models import RegisterCorrection, RegisterEntry, RegisterState
from tests.factories.voting import make_vote, make_voter


@pytest.fixture
def cycle(session):
    return make_vote(session)[0]


def refused(session, statement, match="frozen"):
    with pytest.raises(DatabaseError, match=match), session.begin_nested():
        session.execute(statement)


def row_of(cycle, **values):
    return {
        "cycle_id": cycle.id,
        "voter_key": "aa",
        "proof": "bb",
        "phone_key": "cc",
        "area_id": cycle.areas[0].area_id,
        "permanent": True,
        "old_enough": True,
        **values,
    }


def correction(session, cycle, kind, row, state="approved", by=(1, 2)):
    now = datetime.now(UTC)
    request = ApprovalRequest(
        kind="register.correction",
        subject=f"test {kind} {state}",
        proposed_by=by[0],
        proposed_at=now,
        state=state,
        decided_by=by[1] if state != "open" else None,
        decided_at=now,
    )
    session.add(request)
    session.flush()
    made = RegisterCorrection(kind=kind, document="card", approval_id=request.id, **row)
    session.add(made)
    session.flush()
    return made


def test_a_frozen_register_takes_no_row_gives_none_away_and_changes_none(session, cycle):
    voter = make_voter(session, cycle)
    refused(session, insert(RegisterEntry).values(**row_of(cycle)))
    mine = RegisterEntry.voter_key == voter.key
    refused(session, update(RegisterEntry).where(mine).values(permanent=False))
    refused(session, update(RegisterEntry).where(mine).values(voter_key="zz"))
    refused(session, delete(RegisterEntry).where(mine))
    refused(session, update(RegisterState).values(frozen_at=None))
    refused(session, delete(RegisterState))


def test_a_register_before_the_freeze_changes_freely(session):
    cycle, _ = make_vote(session, frozen_register=False)
    session.execute(insert(RegisterEntry).values(**row_of(cycle)))
    session.execute(update(RegisterEntry).values(permanent=False))
    session.execute(delete(RegisterEntry))


def test_only_exactly_what_two_people_approved_gets_through(session, cycle):
    row = row_of(cycle)
    correction(session, cycle, "add", row)
    refused(session, insert(RegisterEntry).values(**{**row, "phone_key": "other"}))
    refused(session, insert(RegisterEntry).values(**{**row, "voter_key": "other"}))
    session.execute(insert(RegisterEntry).values(**row))
    refused(session, delete(RegisterEntry).where(RegisterEntry.voter_key == "aa"))


def test_a_request_still_open_or_declined_lets_nothing_through(session, cycle):
    for state in ("open", "declined"):
        row = row_of(cycle, voter_key=state)
        correction(session, cycle, "add", row, state=state)
        refused(session, insert(RegisterEntry).values(**row))


def test_the_database_refuses_one_person_as_both_in_a_correction(session, cycle):
    with pytest.raises(DatabaseError), session.begin_nested():
        correction(session, cycle, "add", row_of(cycle), by=(1, 1))


def test_what_is_being_approved_cannot_be_swapped_nor_a_closed_one_used_again(session, cycle):
    made = correction(session, cycle, "add", row_of(cycle))
    here = RegisterCorrection.id == made.id
    change = update(RegisterCorrection).where(here)
    refused(session, change.values(voter_key="other"), "not rewritten")
    refused(session, change.values(phone_key="other"), "not rewritten")
    refused(session, delete(RegisterCorrection).where(here), "not rewritten")
    session.execute(change.values(state="applied", voter_key=""))
    refused(session, change.values(state="open", voter_key="aa"), "not rewritten")
    refused(session, insert(RegisterEntry).values(**row_of(cycle)))
    assert session.scalar(text("SELECT count(*) FROM register_entry")) == 0
