"""Somebody with all rights to the database rewrites one row: the audit fails and says where.

Triggers and foreign keys are taken away first, as such a person would. A small number of random
changes by default; `FAULTS_FULL=1` (`make faults`) makes a thousand.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError

from pb_portal import jobs
from pb_portal.cycles import queries as cycles
from pb_portal.cycles import service as cycle_service
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.cycles.queries import rules_of
from pb_portal.db import Base, database_now, db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.register.service import Proved
from pb_portal.results import auditing, bundles
from pb_portal.results import service as results
from pb_portal.signing import Keys, Signer
from pb_portal.voting import service
from pb_portal.voting.ledger import batches, sealing
from tests.factories import make_person, move_phase
from tests.factories.voting import make_vote, make_voter

CHANGES = 1000 if os.environ.get("FAULTS_FULL") else 60
ZONE = ZoneInfo("Asia/Almaty")
KEYS = Keys("test-ballot", Signer("test-signing"), ZONE, "test-register")
TABLES = {
    "voting_ballot": None,
    "voting_participation": None,
    "voting_batch": None,
    "voting_sealed": None,
    "voting_head": None,
    "cycles_rule_book": None,
    "results_count_run": None,
    "results_area": None,
    "results_proposal": None,
    "results_bundle": None,
    "cycles_area": ["cycle_id", "area_id", "budget"],
}
"""Columns that an audit covers; None is all of them."""
MEANINGLESS = {("results_area", "id"), ("results_proposal", "id")}
"""A running number that nothing refers to."""


@pytest.fixture
def audited(own_app):
    """A certified vote, its audit clean, its guards gone."""
    with own_app.app_context():
        cycle_id = certified_vote()
        with guards_off():
            yield cycle_id
        db.session.remove()


def certified_vote() -> int:
    """Voters, a changed vote, several batches, a close, a count, two commissioners, a bundle."""
    with transaction() as work:
        cycle, papers = make_vote(work, areas=2, frozen=False)
        before = database_now(work) - timedelta(hours=1)
        cycle_service.freeze_rules(work, Signature(SYSTEM, before), cycle)
        first, second = (make_person(work, "commissioner") for _ in range(2))
        poll = service.poll_of(cycle.id, rules_of(cycle), "test-ballot", "test-register")
        voters = [make_voter(work, cycle) for _ in range(9)]
        choices = [papers[number % 4].id for number in range(9)]
        cycle_id, slug = cycle.id, cycle.slug
        area_id = cycle.areas[0].area_id
        people = [person.actor() for person in (first, second)]
        make_vote(work)  # another cycle, for rows to be moved to
    for number, voter in enumerate([*voters, voters[0]]):
        with transaction() as work:
            proved = Proved(voter.key, area_id)
            token = service.open_voter(work, poll, proved, database_now(work))
            sending = service.Sending(token, (choices[number % 9],), f"{number:032x}")
            service.cast(work, poll, sending, zone=ZONE)
        if number % 4 == 3:
            seal(cycle_id, slug)
    time.sleep(1.1)  # batches keep whole seconds, and the close comes after the last of them
    with transaction() as work:
        phase = work.query(Phase).filter_by(cycle_id=cycle_id, kind=PhaseKind.VOTING).one()
        move_phase(work, phase, ends_at=database_now(work).replace(microsecond=0))
    for _ in range(sealing.CLOSING):
        seal(cycle_id, slug)
    jobs.seal_ledgers(datetime.now(UTC))
    count_and_certify(cycle_id, people)
    return cycle_id


def seal(cycle_id: int, slug: str) -> None:
    keys = batches.keys_of(cycle_id, "test-ballot")
    one = sealing.Round(cycle_id, slug, True)
    draft = sealing.prepare(db.session(), one, keys, KEYS.signer)
    with transaction() as work:
        sealing.store(work, draft)


def count_and_certify(cycle_id: int, people) -> None:
    now = datetime.now(UTC)
    with transaction() as work:
        cycle = cycles.get_cycle_by_id(work, cycle_id)
        run = results.count(work, Signature(people[0], now), cycle, KEYS.signer)
        request = results.propose_certification(work, Signature(people[0], now), run)
        results.decide_certification(
            work, Signature(people[1], now), request, approve=True, signer=KEYS.signer
        )
        bundles.keep(work, run.id, KEYS.signer, ZONE)


@contextmanager
def guards_off():
    """No trigger and no foreign key stands in the way."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        yield
        return
    with engine.begin() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in names.scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
    yield


def unguarded():
    """A transaction of one's own that ends undone."""
    session = db.session()
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    return session


def findings(session, cycle_id):
    session.expire_all()
    cycle = session.get(Cycle, cycle_id)
    return auditing.look(session, cycle, KEYS)


def turned(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 + chance.randrange(255))]) + data[at + 1 :]


def spoiled(words: str, chance: random.Random) -> str:
    at = chance.randrange(len(words)) if words else 0
    return words[:at] + ("0" if words[at : at + 1] != "0" else "1") + words[at + 1 :]


def altered(data: dict, chance: random.Random) -> dict:
    key = chance.choice(sorted(data)) if data else "x"
    return {**data, key: other(data.get(key), chance)}


OTHERS = {
    bool: lambda value, _: not value,
    int: lambda value, chance: value + chance.choice([1, 7, 1000]),
    datetime: lambda value, chance: value + timedelta(days=chance.choice([-400, 400])),
    date: lambda *_: date(1999, 1, 1),
    bytes: turned,
    str: spoiled,
    list: lambda value, chance: [*value, 1] if chance.random() < 0.5 else value[1:] or [0],
    dict: altered,
    type(None): lambda *_: 1,
}


def other(value, chance: random.Random):
    """A value that is not the one there."""
    return OTHERS[type(value)](value, chance)


def change(session, cycle_id: int, chance: random.Random) -> str | None:
    """One random change; says which, or None when the database itself would not have it."""
    name = chance.choice(sorted(TABLES))
    table = Base.metadata.tables[name]
    mine = table.c.cycle_id == cycle_id if "cycle_id" in table.c else None
    rows = session.execute(table.select() if mine is None else table.select().where(mine)).all()
    row = chance.choice(rows)
    key = [column == getattr(row, column.key) for column in inspect(table).primary_key]
    if chance.random() < 0.15:
        session.execute(table.delete().where(*key))
        return f"{name}: a row deleted"
    allowed = [
        column
        for column in table.c
        if (TABLES[name] is None or column.key in TABLES[name])
        and (name, column.key) not in MEANINGLESS
    ]
    column = chance.choice(allowed)
    value = other(getattr(row, column.key), chance)
    try:
        with session.begin_nested():
            session.execute(table.update().where(*key).values({column.key: value}))
    except DatabaseError:
        return None
    return f"{name}.{column.key}: {json.dumps(getattr(row, column.key), default=str)[:80]}"


def test_an_untouched_vote_passes_every_check(audited):
    found = findings(db.session(), audited)
    assert [one for one in found if not one.holds] == []
    assert [one.code for one in found] == list(auditing.SAID)


def test_whatever_row_is_rewritten_the_audit_fails_and_says_where(audited):
    chance = random.Random(20261122)
    missed, caught = [], Counter()
    made = 0
    while made < CHANGES:
        session = unguarded()
        what = change(session, audited, chance)
        if what is not None:
            made += 1
            wrong = [one for one in findings(session, audited) if not one.holds]
            if not wrong or not all(one.where for one in wrong):
                missed.append(what)
            caught.update(one.code for one in wrong)
        session.rollback()
    assert missed == []
    assert len(caught) > 5
    assert all(one.holds for one in findings(db.session(), audited))


def test_a_ballot_put_in_or_rewritten_with_its_leaf_is_found(audited):
    """The careful forger: a ballot changed together with its leaf, and one more with its name."""
    table = Base.metadata.tables["voting_ballot"]
    from pb_portal.domain import ledger

    for attack in ("rewritten", "added"):
        session = unguarded()
        row = session.execute(table.select().where(table.c.cycle_id == audited)).first()
        values = row._asdict()
        if attack == "added":
            values["ballot_key"] = "ab" * 32
            values["nonce"] = "cd" * 16
        else:
            values["choices"] = [values["choices"][0] + 1]
        sheet = ledger.canonical(
            audited, values["ballot_key"], values["revision"], values["area_id"], values["choices"]
        )
        values["leaf"] = ledger.leaf(sheet, values["nonce"])
        if attack == "rewritten":
            session.execute(table.delete().where(table.c.leaf == row.leaf))
        session.execute(table.insert().values(values))
        wrong = {one.code for one in findings(session, audited) if not one.holds}
        assert {"contents", "final"} <= wrong, attack
        session.rollback()


def test_a_ledger_sealed_anew_under_another_key_is_found(audited):
    session = unguarded()
    table = Base.metadata.tables["voting_batch"]
    rows = session.execute(
        table.select().where(table.c.cycle_id == audited).order_by(table.c.number)
    ).all()
    forger = Signer("forger")
    last = rows[-1]
    from pb_portal.voting.models import LedgerBatch

    copy = LedgerBatch(**last._asdict())
    copy.public_key = forger.public_key
    cycle = session.get(Cycle, audited)
    signature = forger.sign(batches.signed_bytes(copy, cycle.slug))
    session.execute(
        table.update()
        .where(table.c.cycle_id == audited, table.c.number == last.number)
        .values(public_key=forger.public_key, signature=signature)
    )
    wrong = [one for one in findings(session, audited) if not one.holds]
    assert [one.code for one in wrong] == ["batches"]
    assert wrong[0].where == (f"batch {last.number}: it is signed with another key",)
    session.rollback()
