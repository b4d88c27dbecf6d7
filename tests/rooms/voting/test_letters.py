"""One reminder of an unfinished ballot, one letter with the result; the address goes with each."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from pb_portal import jobs
from pb_portal.db import db
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.outbox.models import Letter
from pb_portal.voting.models import Ballot, BallotDraft, LetterAsked, Participation, VoterSession
from pb_portal.voting.service import letters
from tests.factories import move_phase
from tests.factories.voting import make_vote, make_voter, post, prove, vote

ZONE = ZoneInfo("Asia/Almaty")
ADDRESS = "aigul@example.kz"


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


@pytest.fixture
def booth(client, session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    phase = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    move_phase(session, phase, ends_at=datetime.now(UTC) + timedelta(days=9))
    session.commit()
    prove(client, session, cycle.slug, voter)
    return cycle, papers, voter, phase


def later(client, cycle, address=ADDRESS, **more):
    return post(client, f"/c/{cycle.slug}/vote/later", {"address": address, **more})


def asked(session):
    return session.scalars(select(LetterAsked)).all()


def sent(session, template="vote_unfinished"):
    return session.scalars(select(Letter).where(Letter.template == template)).all()


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=ZONE).astimezone(UTC)


def test_an_unfinished_ballot_reminds_once_and_the_address_goes_with_the_letter(
    client, session, booth
):
    cycle, _, _, phase = booth
    client.set_cookie("language", "kk")
    assert later(client, cycle).status_code == 302
    (row,) = asked(session)
    by = lambda at: Signature(SYSTEM, at)  # noqa: E731
    assert letters.send_reminders(session, by(morning(row.on) - timedelta(days=1)), ZONE) == 0
    assert letters.send_reminders(session, by(morning(row.on) - timedelta(hours=4)), ZONE) == 0
    assert letters.send_reminders(session, by(morning(row.on)), ZONE) == 1
    assert letters.send_reminders(session, by(morning(row.on)), ZONE) == 0
    (letter,) = sent(session)
    assert (letter.recipient, letter.locale, asked(session)) == (ADDRESS, "kk", [])
    assert letter.expires_at == phase.ends_at


def test_a_sent_ballot_takes_the_address_away_in_its_own_transaction(client, session, booth):
    cycle, papers, _, _ = booth
    later(client, cycle)
    assert asked(session)
    vote(client, cycle.slug, [papers[0].id])
    assert asked(session) == []
    letters.send_reminders(session, Signature(SYSTEM, datetime.now(UTC) + timedelta(days=8)), ZONE)
    assert sent(session) == []


def test_a_ballot_sent_from_another_visit_takes_it_away_too(app, client, session, booth):
    cycle, papers, voter, _ = booth
    later(client, cycle)
    other = app.test_client()
    prove(other, session, cycle.slug, voter)
    vote(other, cycle.slug, [papers[1].id])
    assert asked(session) == []


def test_who_asked_for_no_letter_pays_no_statement_for_it(client, session, booth):
    cycle, papers, _, _ = booth
    seen: list[str] = []
    note = lambda c, cursor, statement, *rest: seen.append(statement)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        vote(client, cycle.slug, [papers[0].id])
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert not [one for one in seen if "voting_letter" in one]


def test_the_voter_may_take_the_address_back_or_correct_it(client, session, booth):
    cycle, _, _, _ = booth
    later(client, cycle)
    assert "You will get one reminder" in client.page(f"/c/{cycle.slug}/vote/later")
    later(client, cycle, go="drop")
    assert asked(session) == []
    later(client, cycle)
    voter = session.scalars(select(VoterSession)).one()
    assert voter.reminder


def test_a_dump_joins_no_address_with_a_person_or_a_choice(client, session, booth):
    cycle, papers, voter, _ = booth
    post(client, f"/c/{cycle.slug}/vote/ballot", {"choice": [papers[0].id], "go": "later"})
    later(client, cycle)
    (row,) = asked(session)
    draft = session.scalars(select(BallotDraft)).one()
    assert len({row.key, draft.ballot_key, voter.key}) == 3
    assert {column.name for column in LetterAsked.__table__.columns} == {
        "cycle_id", "kind", "key", "channel", "address", "locale", "on",
    }  # fmt: skip
    vote(client, cycle.slug, [papers[0].id])
    post(client, f"/c/{cycle.slug}/vote/done", {"address": ADDRESS})
    (result,) = asked(session)
    keys = {*session.scalars(select(Ballot.ballot_key)), *session.scalars(
        select(Participation.voter_key)
    )}  # fmt: skip
    assert result.key not in keys and result.on is None


def test_who_voted_already_is_not_offered_a_reminder(client, session, booth):
    cycle, papers, voter, _ = booth
    vote(client, cycle.slug, [papers[0].id])
    prove(client, session, cycle.slug, voter)
    page = client.page(f"/c/{cycle.slug}/vote/later")
    assert "nothing to remind of" in page and 'name="address"' not in page


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "x" * 300 + "@example.kz"])
def test_an_odd_address_is_explained_and_kept(client, session, booth, address):
    cycle, _, _, _ = booth
    answer = later(client, cycle, address)
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert asked(session) == []


def test_a_phone_gets_a_text_message_where_there_is_a_gateway(client, session, booth):
    cycle, _, _, _ = booth
    later(client, cycle, "8 701 000 11 22")
    (row,) = asked(session)
    assert (row.channel, row.address) == ("sms", "+77010001122")


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 20, tzinfo=ZONE), date(2026, 11, 28)),
        (datetime(2026, 11, 28, tzinfo=ZONE), date(2026, 11, 30)),
        (datetime(2026, 11, 29, 23, tzinfo=ZONE), date(2026, 11, 30)),
        (datetime(2026, 11, 30, 1, tzinfo=ZONE), None),
    ],
)
def test_the_day_lies_before_the_end_or_on_the_last_day(at, day):
    assert letters.reminder_day(datetime(2026, 12, 1, tzinfo=ZONE), 2, at, ZONE) == day


def test_addresses_of_a_vote_that_is_over_are_forgotten(client, session, booth):
    cycle, _, _, phase = booth
    later(client, cycle)
    letters.forget_letters(session, phase.ends_at - timedelta(minutes=1))
    assert asked(session)
    letters.forget_letters(session, phase.ends_at)
    assert asked(session) == []


def test_the_result_is_told_once_when_it_is_certified(client, session, booth, monkeypatch):
    cycle, papers, _, phase = booth
    vote(client, cycle.slug, [papers[0].id])
    page = f"/c/{cycle.slug}/vote/done"
    for address in (ADDRESS, ADDRESS.upper()):
        assert post(client, page, {"address": address}).status_code == 302
    assert len(asked(session)) == 1
    jobs.tell_results(phase.ends_at)
    assert sent(session, "vote_result") == []
    monkeypatch.setattr("pb_portal.jobs.results.certified_run", lambda *_: object())
    jobs.tell_results(phase.ends_at)
    jobs.tell_results(phase.ends_at)
    assert len(sent(session, "vote_result")) == 1 and asked(session) == []


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_leaving_and_the_explanation_are_whole_in_three_languages(client, booth, locale):
    cycle, _, _, _ = booth
    client.set_cookie("language", locale)
    client.page(f"/c/{cycle.slug}/vote/later", locale=locale)
    client.page(f"/c/{cycle.slug}/vote/how", locale=locale)


def test_the_receipt_is_saved_as_a_file_and_stands_in_no_address(client, session, booth):
    cycle, papers, _, _ = booth
    path = f"/c/{cycle.slug}/vote/done/receipt.txt"
    assert client.get(path).status_code == 302
    vote(client, cycle.slug, [papers[0].id])
    answer = client.get(path)
    assert answer.mimetype == "text/plain" and "attachment" in answer.headers["Content-Disposition"]
    done = client.page(f"/c/{cycle.slug}/vote/done")
    code = done.split('id="receipt-code">')[1].split("<")[0]
    assert code in answer.text
    assert not [one for one in re.findall(r'(?:href|action)="([^"]*)"', done) if code in one]


def test_a_vote_that_ends_sooner_is_still_reminded_of_before_its_end(client, session, booth):
    cycle, _, _, phase = booth
    later(client, cycle)
    (row,) = asked(session)
    day = row.on - timedelta(days=3)
    move_phase(session, phase, ends_at=morning(day) + timedelta(hours=8))
    before = Signature(SYSTEM, morning(day - timedelta(days=1)))
    assert letters.send_reminders(session, before, ZONE) == 0
    assert letters.send_reminders(session, Signature(SYSTEM, morning(day)), ZONE) == 1
    assert sent(session)[0].expires_at == phase.ends_at
