"""Traces of votes: sealed, one statement, forgotten after 90 days, no help in joining tables."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, text

from pb_portal.db import database_now, db, transaction
from pb_portal.domain import fraud
from pb_portal.jobs import forget_traces, look_for_fraud
from pb_portal.register.service import Proved
from pb_portal.voting import service
from pb_portal.voting.fraud import looking, traces
from pb_portal.voting.models import FraudFlag, FraudSettings, VoteTrace
from tests.factories.evenings import ordinary_evening, wroclaw
from tests.factories.fraud import keys_of, plant, poll_of
from tests.factories.voting import KEY, make_vote, make_voter, prove, vote

ZONE = ZoneInfo("Asia/Almaty")


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def send(session, cycle, voter, choices, clues, submission="a" * 32):
    poll = poll_of(cycle)
    proved = Proved(voter.key, cycle.areas[0].area_id)
    token = service.open_voter(session, poll, proved, database_now(session))
    sending = service.Sending(token, tuple(choices), submission, clues=clues)
    return service.cast(session, poll, sending, zone=ZONE)


def test_a_ballot_sent_over_http_leaves_one_sealed_trace(client, session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    assert vote(client, cycle.slug, [papers[0].id]).status_code == 302
    row = session.scalars(select(VoteTrace)).one()
    assert row.on == database_now(session).date()
    assert voter.key not in row.sealed and voter.key != row.name
    (trace,) = traces.read(session, poll_of(cycle), KEY)
    assert trace.voter == voter.key
    assert trace.address == traces.places_of(keys_of(cycle).traces, "127.0.0.1")[0]
    assert len(trace.device) == 32 and trace.phone
    assert trace.bucket == 0, "proved and sent within three seconds"


def test_the_device_is_known_again_by_its_cookie_and_by_nothing_else(app, client, session):
    cycle, papers = make_vote(session)
    for _ in range(2):
        prove(client, session, cycle.slug, make_voter(session, cycle))
        vote(client, cycle.slug, [papers[0].id])
    other = app.test_client()
    prove(other, session, cycle.slug, make_voter(session, cycle))
    vote(other, cycle.slug, [papers[0].id])
    devices = [one.device for one in traces.read(session, poll_of(cycle), KEY)]
    assert len(set(devices)) == 2
    cookie = client.get_cookie("vote_device")
    assert cookie is not None and cookie.http_only and cookie.value not in devices


def test_a_changed_vote_writes_over_its_trace(session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    send(session, cycle, voter, [papers[0].id], traces.Clues("10.0.0.1", seconds=1))
    send(session, cycle, voter, [papers[1].id], traces.Clues("10.0.0.2", seconds=60), "b" * 32)
    (trace,) = traces.read(session, poll_of(cycle), KEY)
    assert trace.address == traces.places_of(keys_of(cycle).traces, "10.0.0.2")[0]


def test_a_trace_costs_the_ballot_one_statement(own_app):
    with own_app.app_context():
        with transaction() as work:
            cycle, papers = make_vote(work)
            poll, paper = poll_of(cycle), papers[0].id
            tokens = [
                service.open_voter(
                    work, poll, Proved(make_voter(work, cycle).key, cycle.areas[0].area_id),
                    database_now(work),
                )
                for _ in range(2)
            ]  # fmt: skip
        made: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *a: made.append(a[2]))
        costs = []
        for number, clues in enumerate((None, traces.Clues("10.0.0.1"))):
            made.clear()
            with transaction() as work:
                sending = service.Sending(tokens[number], (paper,), f"{number:032x}", clues=clues)
                service.cast(work, poll, sending, zone=ZONE)
            costs.append(len(made))
        assert costs[1] == costs[0] + 1


def test_addresses_become_places_of_the_width_of_one_customer():
    key = "k"
    assert traces.places_of(key, "2001:db8:1:2::5") == traces.places_of(key, "2001:db8:1:2:9::9")
    assert traces.places_of(key, "2001:db8:1:2::")[0] != traces.places_of(key, "2001:db8:1:3::")[0]
    assert traces.places_of(key, "2001:db8:1:2::")[1] == traces.places_of(key, "2001:db8:1:3::")[1]
    assert traces.places_of(key, "10.1.2.3")[0] != traces.places_of(key, "10.1.2.4")[0]
    assert traces.places_of(key, "10.1.2.3")[1] == traces.places_of(key, "10.1.2.4")[1]
    assert traces.places_of(key, "::ffff:10.1.2.3") == traces.places_of(key, "10.1.2.3")
    assert traces.places_of(key, "unix:") == ("", "")
    assert traces.places_of("other", "10.1.2.3") != traces.places_of(key, "10.1.2.3")


def test_without_the_key_a_trace_says_nothing_of_voter_hour_or_place(session):
    """The dump attack: a copy of the database, without its keys."""
    cycle, papers = make_vote(session)
    voters = [make_voter(session, cycle) for _ in range(5)]
    for voter in voters:
        send(session, cycle, voter, [papers[0].id], traces.Clues("10.0.0.1", "d" * 32, 1))
    rows = session.execute(text("SELECT * FROM voting_trace")).mappings().all()
    others = set()
    for table in ("voting_participation", "voting_ballot", "register_entry"):
        for row in session.execute(text(f"SELECT * FROM {table}")).mappings():
            others |= {str(value) for value in row.values()}
    for row in rows:
        assert set(row) == {"cycle_id", "name", "on", "sealed"}
        assert row["name"] not in others and row["sealed"] not in others
        assert traces.unseal("another key", row["sealed"]) is None
    assert len({row["sealed"] for row in rows}) == 5, "alike traces are sealed differently"


def test_traces_go_after_ninety_days_and_flags_lose_their_members(app, session):
    cycle, papers = make_vote(session, frozen_register=False)
    plant(session, cycle, papers, wroclaw(Random(1)))
    looking.look(session, keys_of(cycle), database_now(session))
    forget_traces(database_now(session) + timedelta(days=89))
    assert session.scalars(select(VoteTrace)).first() is not None
    forget_traces(database_now(session) + timedelta(days=120))
    session.expire_all()
    assert session.scalars(select(VoteTrace)).all() == []
    assert {flag.members for flag in session.scalars(select(FraudFlag))} == {""}


def test_the_pattern_of_wroclaw_in_the_box_raises_every_flag_once(session):
    cycle, papers = make_vote(session, frozen_register=False)
    plant(session, cycle, papers, ordinary_evening(Random(1), 1500) + wroclaw(Random(2)))
    now = database_now(session)
    looking.look(session, keys_of(cycle), now)
    again = looking.look(session, keys_of(cycle), now + timedelta(minutes=9))
    flags = session.scalars(select(FraudFlag)).all()
    assert {flag.kind for flag in flags} == set(fraud.KINDS)
    assert len(flags) == len(again)
    assert all(flag.last_seen_at > flag.first_seen_at for flag in flags)
    address = next(flag for flag in flags if flag.kind == "address")
    assert (address.figures["votes"], address.figures["phones"]) == (320, 65)
    told = json.dumps([[flag.kind, flag.subject, flag.figures] for flag in flags])
    assert not re.search(r"\bbad\d", told), "no voter is named"


def test_an_ordinary_evening_in_the_box_raises_none(session):
    cycle, papers = make_vote(session, frozen_register=False)
    plant(session, cycle, papers, ordinary_evening(Random(4), 1500))
    assert looking.look(session, keys_of(cycle), database_now(session)) == []


def test_the_job_looks_every_few_minutes_while_a_vote_runs(app, session):
    cycle, _ = make_vote(session)
    now = database_now(session)
    assert cycle.id in [one.id for one in looking.due(session, now)]
    look_for_fraud(now)
    seen = session.get(FraudSettings, cycle.id)
    assert seen is not None and seen.looked_at == now
    assert cycle.id not in [one.id for one in looking.due(session, now + timedelta(minutes=4))]
    assert cycle.id in [one.id for one in looking.due(session, now + timedelta(minutes=6))]
