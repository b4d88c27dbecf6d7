"""Attack: people who never voted are written into the box, or somebody votes for another person.

First with the database's guards in place, then by somebody who took every trigger away.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.db import database_now
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.register.identity.models import PaperCode
from pb_portal.register.models import IdentityCode, PhoneUse, RegisterEntry, RegisterState
from pb_portal.register.service import Claim, Desk, Proved, ask_code
from pb_portal.results import auditing
from pb_portal.voting import service as voting
from pb_portal.voting.ledger import paper_records
from pb_portal.voting.models import Participation, VoterSession
from pb_portal.voting.paper import service
from pb_portal.voting.paper.models import HandedOut
from pb_portal.voting.service.poll import digest
from pb_portal.web.signer import audit_keys, signer
from tests.factories.polling import KEY, ZONE, Polls
from tests.factories.voting import ROLL_KEYS, make_codes, make_vote, make_voter, post, prove, vote
from tests.unguarded import drop_guards

DAY = timedelta(days=1)


def cast(polls: Polls, voter, area_id: int | None = None) -> str:
    proved = Proved(voter.key, area_id or polls.cycle.areas[0].area_id)
    token = voting.open_voter(polls.session, polls.poll, proved, database_now(polls.session))
    sending = voting.Sending(token, (polls.papers[0].id,), voter.key[:32])
    return voting.cast(polls.session, polls.poll, sending, zone=ZONE)


SEALS = ("seals", "acts")
"""What the seals of every row see is tried in `tests/faults`."""


@pytest.fixture
def polls(session: Session, monkeypatch) -> Polls:
    """Two voters on the portal, two with a paper."""
    monkeypatch.setattr("pb_portal.voting.ledger.sealing.CLOSING", 1)
    made = Polls.make(session)
    for _ in range(2):
        cast(made, make_voter(session, made.cycle))
    made.voters(2)
    return made


def close(polls: Polls) -> None:
    """The vote is over, sealed and recorded."""
    polls.close()
    jobs.record_papers(datetime.now(UTC))
    jobs.seal_batches(datetime.now(UTC))
    jobs.seal_ledgers(datetime.now(UTC))


def wrong(polls: Polls) -> dict[str, tuple[str, ...]]:
    polls.session.expire_all()
    found = auditing.look(polls.session, polls.cycle, audit_keys())
    return {one.code: one.where for one in found if not one.holds and one.code not in SEALS}


def refused(session: Session, statement) -> None:
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(statement)


def invented(polls: Polls, voter_key: str = "ab" * 32, **values) -> dict:
    today = datetime.now(UTC).astimezone(ZONE).date()
    return {
        "cycle_id": polls.cycle.id, "voter_key": voter_key, "channel": "paper", "on": today,
        "mac": "cd" * 32, **values,
    }  # fmt: skip


def test_attack_an_honest_vote_with_paper_is_clean(polls):
    polls.accept_after = polls.agreed(3, [polls.marks(1), polls.marks(2)])
    close(polls)
    assert wrong(polls) == {}
    polls.accept(polls.accept_after)
    jobs.seal_batches(datetime.now(UTC))
    jobs.seal_batches(datetime.now(UTC))
    from pb_portal.domain.signature import SYSTEM, Signature
    from pb_portal.voting import heads

    heads.seal(polls.session, Signature(SYSTEM, datetime.now(UTC)), polls.cycle, signer())
    assert wrong(polls) == {}


@pytest.mark.parametrize("column", [column.name for column in Participation.__table__.columns])
def test_attack_the_database_changes_no_participation(polls, column):
    refused(polls.session, text(f'UPDATE voting_participation SET "{column}" = "{column}"'))


def test_attack_the_database_gives_no_participation_away(polls):
    session = polls.session
    refused(session, delete(Participation))
    copy = "voting_participation SELECT * FROM voting_participation"
    if session.get_bind().dialect.name == "postgresql":
        refused(session, text("TRUNCATE voting_participation"))
        refused(session, text("TRUNCATE voting_paper_handed"))
    else:
        session.execute(text("PRAGMA recursive_triggers = OFF"))
        refused(session, text(f"INSERT OR REPLACE INTO {copy}"))
        session.execute(text("PRAGMA recursive_triggers = ON"))


def test_attack_the_database_takes_no_participation_beside_the_portals_path(polls):
    day = datetime.now(UTC).date() - 20 * DAY
    for values in ({"channel": "portal"}, {"on": day}, {"mac": ""}):
        refused(polls.session, insert(Participation).values(invented(polls, **values)))


def test_attack_papers_handed_out_are_only_counted_up(polls):
    for change in ("handed = handed - 1", "point_id = point_id + 1", "\"on\" = '2020-01-01'"):
        refused(polls.session, text(f"UPDATE voting_paper_handed SET {change}"))
    refused(polls.session, delete(HandedOut))


def test_attack_a_visit_that_the_portal_did_not_open_casts_no_ballot(polls):
    victim, session = make_voter(polls.session, polls.cycle), polls.session
    area = polls.cycle.areas[0].area_id
    expires = database_now(session) + DAY
    row = {
        "token_hash": digest("mine"), "cycle_id": polls.cycle.id, "voter_key": victim.key,
        "area_id": area, "expires_at": expires, "mac": "",
    }  # fmt: skip
    session.execute(insert(VoterSession).values(row))
    sending = voting.Sending("mine", (polls.papers[0].id,), "a" * 32)
    with pytest.raises(Refusal, match="session_over"):
        voting.cast(session, polls.poll, sending, zone=ZONE)
    mine = make_voter(session, polls.cycle)
    token = voting.open_voter(session, polls.poll, Proved(mine.key, area), database_now(session))
    for values in ({"voter_key": victim.key}, {"area_id": polls.cycle.areas[-1].area_id + 1}):
        with session.begin_nested() as attack:
            drop_guards(session)
            own = VoterSession.token_hash == digest(token)
            session.execute(update(VoterSession).where(own).values(values))
            sending = voting.Sending(token, (polls.papers[0].id,), "b" * 32)
            with pytest.raises(Refusal, match="session_over"):
                voting.cast(session, polls.poll, sending, zone=ZONE)
            attack.rollback()


def test_attack_a_code_turned_to_another_person_opens_nothing(client, session):
    polls = Polls.make(session)
    mine, victim = make_voter(session, polls.cycle), make_voter(session, polls.cycle)
    slug = polls.cycle.slug
    post(client, f"/c/{slug}/vote", mine.form)
    session.execute(update(IdentityCode).values(voter_key=victim.key))
    from tests.factories.voting import last_code

    answer = post(client, f"/c/{slug}/vote/code", {"code": last_code(session, mine.phone)})
    assert answer.status_code == 422
    assert session.scalars(select(VoterSession)).all() == []


def test_attack_everybodys_phone_set_to_one_phone_serves_nobody_and_is_seen(client, polls):
    session, cycle = polls.session, polls.cycle
    mine, victim = make_voter(session, cycle), make_voter(session, cycle)
    phone = session.get_one(RegisterEntry, (cycle.id, mine.key)).phone_key
    drop_guards(session)
    session.execute(update(RegisterEntry).values(phone_key=phone))
    session.expire_all()
    desk = Desk(cycle.id, KEY, "127.0.0.1", "en")
    claim = Claim(victim.iin, victim.born, mine.phone)
    ask_code(session, polls.by(0), desk, claim)
    newest = session.scalars(select(IdentityCode)).all()[-1]
    assert newest.voter_key is None and newest.code_hash == ""
    assert polls.hand_out(victim).refusal.code == "polling.unknown"
    close(polls)
    assert wrong(polls)["roll"] == (
        "the roll is not the one whose digest was signed",
        "a row of the roll does not carry its own code",
    )


COLUMNS = [column.name for column in RegisterEntry.__table__.columns if column.name != "cycle_id"]


@pytest.mark.parametrize("column", COLUMNS)
def test_attack_every_column_of_the_roll_is_under_its_signed_digest(polls, column):
    make_voter(polls.session, polls.cycle)
    close(polls)
    drop_guards(polls.session)
    values = {"area_id": "area_id + 1", "masked_year": "77"}
    flags = ("permanent", "old_enough")
    value = values.get(column, f"NOT {column}" if column in flags else f"{column} || 'a'")
    entry = polls.session.scalars(select(RegisterEntry.voter_key)).first()
    polls.session.execute(
        text(f"UPDATE register_entry SET {column} = {value} WHERE voter_key = '{entry}'")
    )
    assert "roll" in wrong(polls)


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM register_entry",
        "DELETE FROM register_head",
        "DELETE FROM register_head WHERE act = 'freeze'",
        "DELETE FROM register_head WHERE number = (SELECT max(number) FROM register_head)",
        "UPDATE register_head SET entries = entries + 1",
        "UPDATE register_head SET at = '2020-01-01 00:00:00'",
        "UPDATE register_head SET digest = previous WHERE number = 2",
        "UPDATE register_state SET frozen_at = NULL",
        "UPDATE register_state SET entries = entries + 1",
    ],
)
def test_attack_a_register_emptied_or_its_heads_altered_after_the_count_is_seen(polls, attack):
    close(polls)
    assert wrong(polls) == {}
    drop_guards(polls.session)
    polls.session.execute(text(attack))
    assert "roll" in wrong(polls)


@pytest.mark.parametrize("table", ["register_head", "register_removed"])
def test_attack_the_database_keeps_the_signed_digests(polls, table):
    session, cycle_id = polls.session, polls.cycle.id
    if table == "register_removed":
        session.execute(text(f"INSERT INTO {table} VALUES ({cycle_id}, 'x')"))
    refused(session, text(f"DELETE FROM {table}"))
    refused(session, text(f"UPDATE {table} SET cycle_id = cycle_id"))
    if session.get_bind().dialect.name == "postgresql":
        refused(session, text(f"TRUNCATE {table}"))
    else:
        session.execute(text("PRAGMA recursive_triggers = OFF"))
        refused(session, text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))
        session.execute(text("PRAGMA recursive_triggers = ON"))


def test_attack_a_paper_participation_turned_to_another_person_is_seen(polls):
    """One UPDATE lets its voter come once more, on the portal."""
    session = polls.session
    (voter,) = polls.voters(1)
    drop_guards(session)
    here = Participation.voter_key == voter.key
    session.execute(update(Participation).where(here).values(voter_key="ef" * 32))
    session.expire_all()
    assert len(cast(polls, voter)) == 29
    close(polls)
    assert {"people", "papers"} <= set(wrong(polls))


def test_attack_two_invented_papers_do_not_get_into_the_box_and_are_seen(polls):
    session = polls.session
    batch = polls.agreed(5, [polls.marks(1)] * 4)
    drop_guards(session)
    session.execute(insert(Participation), [invented(polls, x * 32) for x in ("ab", "ac")])
    session.execute(text("UPDATE voting_paper_handed SET handed = handed + 2"))
    session.expire_all()
    close(polls)
    request = service.propose_accept(session, polls.by(0), batch)
    with pytest.raises(Refusal, match="counters_differ"):
        service.decide(session, polls.by(3), request, polls.keys, approve=True)
    assert set(wrong(polls)) == {"people", "papers"}


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE voting_participation SET channel = 'portal' WHERE channel = 'paper'",
        "UPDATE voting_participation SET channel = 'paper' WHERE channel = 'portal'",
        "UPDATE voting_participation SET \"on\" = '{yesterday}' WHERE channel = 'paper'",
        "UPDATE voting_participation SET mac = ''",
        "DELETE FROM voting_participation WHERE channel = 'paper'",
        "UPDATE voting_paper_handed SET handed = handed + 1",
        "UPDATE voting_paper_handed SET handed = handed - 1",
        "UPDATE voting_paper_handed SET taken_back = taken_back + 1",
        "UPDATE voting_paper_handed SET \"on\" = '{yesterday}'",
        "UPDATE voting_paper_handed SET point_id = {point}",
        "DELETE FROM voting_paper_handed",
    ],
)
def test_attack_any_change_of_who_was_handed_a_paper_is_seen(polls, attack):
    other = polls.another_point()
    close(polls)
    assert wrong(polls) == {}
    drop_guards(polls.session)
    yesterday = datetime.now(UTC).astimezone(ZONE).date() - DAY
    polls.session.execute(text(attack.format(point=other.id, yesterday=yesterday)))
    assert {"people", "papers"} & set(wrong(polls))


def test_attack_an_older_counter_with_its_code_put_back_is_seen(polls):
    session = polls.session
    row = session.scalars(select(HandedOut)).one()
    older = (row.handed, row.mac)
    (voter,) = polls.voters(1)
    close(polls)
    assert wrong(polls) == {}
    drop_guards(session)
    session.execute(update(HandedOut).values(handed=older[0], mac=older[1]))
    session.execute(delete(Participation).where(Participation.voter_key == voter.key))
    assert wrong(polls)["papers"] == ("the papers handed out are not those of the signed record",)


def test_attack_records_of_papers_are_blind_until_the_result_and_altered_ones_are_seen(
    polls, client
):
    session, cycle = polls.session, polls.cycle
    close(polls)
    path = f"/c/{cycle.slug}/ledger/heads.json"
    (told,) = client.get(path).json["papers"]
    assert "content" not in told and told["closing"]
    service.close_box(session, polls.by(3), cycle.id)
    (told,) = client.get(path).json["papers"]
    from hashlib import sha256

    opened = sha256(bytes.fromhex(told["nonce"]) + told["content"].encode()).hexdigest()
    assert opened == told["commitment"] and "000000002" in told["content"]
    drop_guards(session)
    for attack in (
        "UPDATE voting_paper_record SET commitment = previous || 'ab'",
        "UPDATE voting_paper_record SET closing = NOT closing",
        "UPDATE voting_paper_record SET through = '2020-01-01'",
        "DELETE FROM voting_paper_record",
    ):
        with session.begin_nested() as step:
            session.execute(text(attack))
            assert "papers" in wrong(polls), attack
            step.rollback()


def test_attack_records_come_after_each_day_and_tell_nothing_of_the_number(polls):
    session, zone = polls.session, ZONE
    now = database_now(session)
    (span,) = paper_records.list_due(session, now + DAY, zone)
    assert not span.closing
    sizes = set()
    for _ in range(2):
        record = paper_records.append_record(session, span, polls.poll.roll, signer(), now)
        assert record is not None
        sizes.add(len(record.contents))
        polls.voters(3)
    assert len(sizes) == 1
    assert paper_records.list_due(session, now + DAY, zone) == []


def test_attack_one_approved_return_gives_away_its_own_row_alone(polls):
    session = polls.session
    first, second = polls.voters(2)
    token = polls.hand_out(first).token
    request = service.propose_take_back(
        session, polls.by(0), polls.point, token, key=KEY, reason="Ушёл"
    )
    service.decide(session, polls.by(1), request, polls.keys, approve=True)
    for voter in (second,):
        refused(session, delete(Participation).where(Participation.voter_key == voter.key))
    close(polls)
    assert wrong(polls) == {}
    drop_guards(session)
    session.execute(text("UPDATE approvals_request SET state = 'declined'"))
    assert "papers" in wrong(polls)


def test_attack_a_counter_that_was_altered_is_not_counted_on(polls):
    drop_guards(polls.session)
    polls.session.execute(text("UPDATE voting_paper_handed SET handed = handed + 2"))
    polls.session.expire_all()
    with pytest.raises(Conflict, match="counter_altered"):
        polls.hand_out(make_voter(polls.session, polls.cycle))


def test_attack_whoever_is_taken_off_the_roll_after_voting_is_accounted_for_without_a_name(
    client, session, monkeypatch
):
    from pb_portal.approvals.service import get_request
    from pb_portal.register import service as register
    from pb_portal.register.models import RemovedMark
    from pb_portal.register.service import Asked, Data

    monkeypatch.setattr("pb_portal.voting.ledger.sealing.CLOSING", 1)
    polls = Polls.make(session)
    cycle, voter = polls.cycle, make_voter(session, polls.cycle)
    prove(client, session, cycle.slug, voter)
    vote(client, cycle.slug, [polls.papers[0].id])
    data = Data(voter.iin, voter.born)
    correction = register.propose_correction(
        session, polls.by(0), cycle, Asked("remove", "card", "Moved away"), data, key=KEY, zone=ZONE
    )
    register.decide_correction(
        session,
        polls.by(3),
        get_request(session, correction.approval_id),
        ROLL_KEYS,
        approve=True,
        again=data,
    )
    mark = session.scalars(select(RemovedMark.mark)).one()
    assert voter.key not in mark
    close(polls)
    assert wrong(polls) == {}
    drop_guards(session)
    session.execute(text("DELETE FROM register_removed"))
    assert wrong(polls)["people"] == ("somebody who was never on the roll took part",)


def test_attack_a_register_without_a_signed_digest_is_said_to_have_none(polls):
    close(polls)
    drop_guards(polls.session)
    polls.session.execute(text("DELETE FROM register_head"))
    assert wrong(polls)["roll"] == ("the digest of the roll was not signed",)
    assert polls.session.get_one(RegisterState, polls.cycle.id).frozen_at is not None


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM register_phone_use",
        "UPDATE register_phone_use SET voter_key = 'x'",
        "UPDATE register_paper_code SET voter_key = NULL",
        "UPDATE register_paper_code SET voter_key = 'x'",
        "UPDATE register_paper_code SET attempts = attempts - 1",
        "DELETE FROM register_paper_code",
        "INSERT INTO register_paper_code SELECT * FROM register_paper_code",
    ],
)
def test_attack_a_used_code_and_a_used_phone_stay_with_their_voters(session, attack):
    rules = RuleBook(options={"identity": ["phone", "paper_code"]})
    cycle, _ = make_vote(session, rules=rules)
    voter = make_voter(session, cycle)
    make_codes(session, cycle)
    session.execute(update(PaperCode).values(voter_key=voter.key))
    session.add(PhoneUse(cycle_id=cycle.id, phone_key="p", voter_key=voter.key))
    session.flush()
    refused(session, text(attack))
