"""A server whose clock is an hour off neither takes late ballots nor refuses good ones."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from pb_portal.cycles.queries import rules_of
from pb_portal.db import database_now
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.register.service import Proved
from pb_portal.voting import queries, service
from pb_portal.voting.ledger import sealing
from pb_portal.voting.models import Ballot
from tests.factories import move_phase
from tests.factories.voting import make_vote, make_voter

HOUR = timedelta(hours=1)


@pytest.fixture(params=[-HOUR, HOUR], ids=["an hour slow", "an hour fast"])
def off(app, request):
    """The application's clock, an hour off."""
    app.config["CLOCK_OFFSET"] = request.param
    yield request.param
    app.config.pop("CLOCK_OFFSET")


def vote_ending(session, minutes: int):
    cycle, papers = make_vote(session)
    phase = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    move_phase(session, phase, ends_at=database_now(session) + timedelta(minutes=minutes))
    poll = service.poll_of(cycle.id, rules_of(cycle), "test-ballot", "test-register")
    proved = Proved(make_voter(session, cycle).key, cycle.areas[0].area_id)
    token = service.open_voter(session, poll, proved, database_now(session))
    return cycle, poll, service.Sending(token, (papers[0].id,), "a" * 32)


def test_a_ballot_after_the_close_is_refused_whatever_the_servers_clock_says(session, off):
    cycle, poll, sending = vote_ending(session, -30)
    with pytest.raises(Refusal) as refused:
        service.cast(session, poll, sending, zone=ZoneInfo("Asia/Almaty"))
    assert refused.value.code == "voting.closed"
    assert session.scalar(select(func.count()).select_from(Ballot)) == 0
    queries.demand_closed(session, cycle.id, database_now(session))


def test_a_ballot_before_the_close_is_taken_whatever_the_servers_clock_says(session, off):
    cycle, poll, sending = vote_ending(session, 30)
    assert service.cast(session, poll, sending, zone=ZoneInfo("Asia/Almaty"))
    with pytest.raises(Refusal, match="still_open"):
        queries.demand_closed(session, cycle.id, database_now(session))


def test_batches_are_sealed_and_dated_by_the_databases_clock(app, session, off):
    from pb_portal import jobs
    from pb_portal.voting.ledger import batches
    from pb_portal.web import clock

    cycle, _, _ = vote_ending(session, 30)
    session.commit()
    with app.test_request_context():
        jobs.seal_batches(clock.now())
    batch = batches.newest(session, cycle.id)[0]
    assert abs(batch.sealed_at - database_now(session)) < timedelta(minutes=1)
    assert sealing.due(session, database_now(session), timedelta(minutes=1)) == []
