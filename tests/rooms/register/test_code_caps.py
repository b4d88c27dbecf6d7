"""Caps of messages with codes: exact, counted in the database, set by the installation."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from config import Settings
from pb_portal.db import db, transaction
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.outbox.models import Letter
from pb_portal.register import service
from pb_portal.register.identity.base import Caps, Desk
from pb_portal.register.identity.phone import ATTEMPTS, PhoneCode, Typed
from pb_portal.register.service import Claim
from pb_portal.voting.views.ways import caps_of
from tests.factories.voting import KEY, last_code, make_vote, make_voter

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def ask(session, cycle, voter, *, address="10.0.0.1", caps=None, at=NOW, **claimed):
    desk = Desk(cycle.id, KEY, address, "kk", caps or Caps())
    claim = Claim(**{"iin": voter.iin, "born": voter.born, "phone": voter.phone, **claimed})
    return service.ask_code(session, Signature(ANYONE, at), desk, claim)


def sent(session, phone: str = "") -> int:
    query = select(func.count()).select_from(Letter)
    return session.scalar(query.where(Letter.recipient == phone) if phone else query)


def test_many_numbers_of_a_prefix_from_one_address_stop_at_its_cap(session):
    cycle, _ = make_vote(session)
    caps = Caps(per_address_hour=7)
    for number in range(20):
        voter = make_voter(session, cycle, phone=f"+770055500{number:02d}")
        ask(session, cycle, voter, caps=caps)
    assert sent(session) == 7
    elsewhere = make_voter(session, cycle)
    ask(session, cycle, elsewhere, caps=caps, address="10.0.0.2")
    assert sent(session, elsewhere.phone) == 1, "another address is not held up"
    later = make_voter(session, cycle)
    ask(session, cycle, later, caps=caps, at=NOW + timedelta(minutes=61))
    assert sent(session, later.phone) == 1, "after an hour the address may ask again"


def test_a_cycle_sends_so_many_messages_a_minute_and_no_more(session):
    cycle, _ = make_vote(session)
    other, _ = make_vote(session)
    caps = Caps(per_cycle_minute=5)
    for number in range(9):
        ask(session, cycle, make_voter(session, cycle), caps=caps, address=f"10.1.0.{number}")
    assert sent(session) == 5
    ask(session, other, make_voter(session, other), caps=caps)
    assert sent(session) == 6, "another cycle counts for itself"
    ask(session, cycle, make_voter(session, cycle), caps=caps, at=NOW + timedelta(seconds=61))
    assert sent(session) == 7


@pytest.mark.parametrize("most", [1, 3, 4])
def test_one_phone_from_one_address_gets_as_many_as_the_settings_say(session, most):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    for _ in range(6):
        ask(session, cycle, voter, caps=Caps(per_phone_and_address_hour=most))
    assert sent(session, voter.phone) == most


def test_a_stranger_with_all_data_and_many_addresses_cannot_keep_the_owner_out(session):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    for number in range(60):
        ask(session, cycle, voter, address=f"10.2.0.{number % 8}")
    before = sent(session, voter.phone)
    assert 10 <= before <= 11
    at = NOW
    for hour in range(1, 12):
        at = NOW + timedelta(hours=hour, minutes=1)
        for number in range(8):
            ask(session, cycle, voter, address=f"10.2.0.{number}", at=at)
    assert sent(session, voter.phone) <= 20 + 1, "the day's cap holds for addresses that asked"
    question = ask(session, cycle, voter, address="192.168.7.7", at=at + timedelta(hours=1))
    code = last_code(session, voter.phone)
    proved = PhoneCode().prove(
        session,
        Signature(ANYONE, at + timedelta(hours=1)),
        Desk(cycle.id, KEY, "192.168.7.7", "kk"),
        Typed(question, code),
        RuleBook(),
    )
    assert proved.voter_key == voter.key


def test_wrong_codes_of_a_stranger_leave_the_owners_question_alone(session):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    desk, by = Desk(cycle.id, KEY, "10.0.0.1", "kk"), Signature(ANYONE, NOW)
    mine = ask(session, cycle, voter, address="192.168.7.7")
    code = last_code(session, voter.phone)
    theirs = ask(session, cycle, voter)
    wrong = f"{(int(last_code(session, voter.phone)) + 1) % 10**6:06d}"
    for _ in range(ATTEMPTS + 1):
        with pytest.raises(Exception, match=r"identity\.code"):
            PhoneCode().prove(session, by, desk, Typed(theirs, wrong), RuleBook())
    assert PhoneCode().prove(session, by, desk, Typed(mine, code), RuleBook()).voter_key


@pytest.mark.parametrize(
    "caps", [Caps(per_address_hour=4), Caps(per_cycle_minute=4)], ids=["address", "cycle"]
)
def test_caps_are_exact_when_many_ask_at_the_same_moment(app, own_app, caps):
    with own_app.app_context(), transaction() as work:
        cycle, _ = make_vote(work)
        voters = [make_voter(work, cycle) for _ in range(12)]
        cycle_id = cycle.id
    gate = threading.Barrier(len(voters))
    broken: list[BaseException] = []

    def run(voter):
        with own_app.app_context():
            gate.wait()
            try:
                with transaction() as work:
                    desk = Desk(cycle_id, KEY, "10.0.0.1", "kk", caps)
                    claim = Claim(voter.iin, voter.born, voter.phone)
                    service.ask_code(work, Signature(ANYONE, NOW), desk, claim)
            except BaseException as error:
                broken.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(voter,)) for voter in voters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not broken, broken[:1]
    with own_app.app_context(), transaction() as work:
        assert sent(work) == 4


def test_the_settings_reach_the_caps(tmp_path):
    settings = Settings(
        environment="test",
        pb_instance=tmp_path,
        codes_per_phone_and_address_hour=1,
        codes_per_phone_hour=2,
        codes_per_phone_day=3,
        codes_per_address_hour=4,
        codes_per_cycle_minute=5,
    )
    assert caps_of(settings) == Caps(1, 2, 3, 4, 5)
