"""The ballot's transaction is short: its statements are counted."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import event

from pb_portal.cycles.queries import rules_of
from pb_portal.register.service import Proved
from pb_portal.voting import service
from pb_portal.voting.fraud.traces import Clues
from tests.factories.voting import make_vote, make_voter

FIRST = ["SELECT", "SELECT", "SELECT", "INSERT", "INSERT", "DELETE", "UPDATE", "INSERT"]
"""Who and when · clock and former sending · choices · took part · ballot · tidy up · trace."""
CHANGED = [*FIRST[:4], "SELECT", "SELECT", *FIRST[4:]]
"""With the lock of the participation, and the former revisions."""


def statements_of(session, poll, voter, area_id, choice, submission):
    """The first words of the statements that a ballot takes."""
    token = service.open_voter(session, poll, Proved(voter.key, area_id), datetime.now(UTC))
    sending = service.Sending(token, (choice,), submission, clues=Clues("10.0.0.1"))
    found = []

    def note(connection, cursor, statement, *rest):
        found.append(statement.split()[0])

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        receipt = service.cast(session, poll, sending, zone=ZoneInfo("Asia/Almaty"))
    finally:
        event.remove(connection, "before_cursor_execute", note)
    assert len(receipt) == 29
    return found


def test_a_ballot_takes_eight_statements_and_a_changed_one_ten(session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    poll = service.poll_of(cycle.id, rules_of(cycle), "test-ballot", "test-register")
    area_id = cycle.areas[0].area_id
    first = statements_of(session, poll, voter, area_id, papers[0].id, "1" * 32)
    assert first == FIRST
    changed = statements_of(session, poll, voter, area_id, papers[1].id, "2" * 32)
    assert changed == CHANGED
