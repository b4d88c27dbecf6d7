"""What the way to the ballot leaves behind goes by itself, and its times are whole minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import DateTime, func, inspect, select, update

from pb_portal import jobs
from pb_portal.cycles.models import Phase
from pb_portal.db import Base, UtcDateTime, database_now
from pb_portal.domain.coarse_time import next_minute
from pb_portal.domain.phases import PhaseKind
from pb_portal.outbox.models import Letter
from pb_portal.register.models import IdentityCode
from pb_portal.voting.models import BallotDraft, VoterSession
from tests.factories.voting import make_vote, make_voter, post, prove, vote
from tests.unguarded import run_unguarded

LEFT = (VoterSession, BallotDraft, IdentityCode)
NAMES = {"voter_key", "ballot_key", "phone_key", "address_key", "recipient", "token_hash"}
COARSE = {"voting_session", "register_identity_code"}
SPARED = {
    "outbox_kept": "letters to accounts, which say nothing of a vote",
    "outbox_letter": "the outbox sends by the clock; a code is deleted when it has expired",
}


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def rows(session, table) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def half_way(client, session):
    """Somebody with marks, somebody who has voted, and somebody who only asked for a code."""
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    post(client, f"/c/{cycle.slug}/vote/ballot", {"choice": [papers[0].id]})
    forget_browser(client)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    vote(client, cycle.slug, [papers[1].id])
    forget_browser(client)
    post(client, f"/c/{cycle.slug}/vote", make_voter(session, cycle).form)
    forget_browser(client)
    assert [rows(session, table) for table in LEFT] == [2, 1, 3]
    assert rows(session, Letter) == 3
    session.commit()
    return cycle


def forget_browser(client) -> None:
    with client.session_transaction() as cookie:
        cookie.clear()


def test_expired_visits_go_without_a_new_visit(client, session):
    half_way(client, session)
    jobs.tick(database_now(session) + timedelta(minutes=32), hourly=False, slow=False)
    session.expire_all()
    assert rows(session, VoterSession) == 0
    assert session.scalars(select(IdentityCode.voter_key)).all() == [None] * 3
    assert rows(session, Letter) == 0, "with a phone and a moment beside it"


def test_everything_goes_at_the_close(client, session):
    cycle = half_way(client, session)
    now = database_now(session)
    run_unguarded(
        session,
        "cycles_phase",
        update(Phase)
        .where(Phase.cycle_id == cycle.id, Phase.kind == PhaseKind.VOTING)
        .values(ends_at=now - timedelta(seconds=5)),
    )
    session.commit()
    jobs.tick(now, hourly=False, slow=False)
    session.expire_all()
    assert session.scalars(select(VoterSession.finished)).all() == [True], "for a lost answer"
    assert rows(session, BallotDraft) == rows(session, IdentityCode) == 0
    jobs.tick(now + timedelta(minutes=1), hourly=False, slow=False)
    session.expire_all()
    assert rows(session, VoterSession) == 0


def test_a_vote_that_runs_keeps_its_visits_and_marks(client, session):
    half_way(client, session)
    jobs.tick(database_now(session) + timedelta(minutes=1), hourly=False, slow=False)
    session.expire_all()
    assert [rows(session, table) for table in LEFT] == [2, 1, 3]


def test_times_of_visits_and_codes_are_whole_minutes(client, session):
    half_way(client, session)
    times = [
        *session.scalars(select(VoterSession.expires_at)),
        *session.scalars(select(IdentityCode.sent_at)),
        *session.scalars(select(IdentityCode.expires_at)),
        *(at for at in session.scalars(select(IdentityCode.used_at)) if at),
    ]
    assert len(times) == 2 + 3 + 3 + 2
    assert all(at.second == at.microsecond == 0 for at in times)


@pytest.mark.parametrize("second", [0, 1, 59.999999])
def test_the_next_minute_is_never_shorter_than_promised(second):
    at = datetime(2026, 12, 1, 10, 30, tzinfo=UTC) + timedelta(seconds=second)
    assert next_minute(at) == datetime(2026, 12, 1, 10, 31, tzinfo=UTC)


def test_no_other_table_keeps_a_fine_time_beside_what_names_a_voter(app):
    fine = set()
    for mapper in Base.registry.mappers:
        table = inspect(mapper.class_).local_table
        timed = any(isinstance(column.type, DateTime | UtcDateTime) for column in table.columns)
        named = NAMES & {column.name for column in table.columns}
        if timed and named and not table.name.startswith("accounts_"):
            fine.add(table.name)
    assert fine - set(SPARED) == COARSE
