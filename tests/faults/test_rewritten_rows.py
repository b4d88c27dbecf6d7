"""Somebody with all rights to the database rewrites one row of any table: the audit says where.

Triggers and foreign keys are taken away first, as such a person would. Every table of the product
is changed unless it stands in `UNSEEN` with its reason. A small number of random changes by
default; `FAULTS_FULL=1` (`make faults`) makes a thousand. `FAULTS_SEED` chooses others; it is told.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DatabaseError

from pb_portal.cycles.models import Cycle
from pb_portal.db import Base, db
from pb_portal.results import auditing
from pb_portal.seals import registry
from pb_portal.seals.opening import renew_rows
from pb_portal.signing import Signer
from pb_portal.voting.ledger import batches
from tests.factories.world import EMPTY, KEYS, make_world, plain_value

CHANGES = 1000 if os.environ.get("FAULTS_FULL") else 60
SEED = int(os.environ.get("FAULTS_SEED", "20261122"))
HELD = {registry.LEDGER, registry.ROLL, registry.OWN}
"""What is not sealed because something else holds it: changes to that are seen as well."""
UNSEEN = {name: reason for name, reason in registry.EXEMPT_TABLES.items() if reason not in HELD}
"""Tables a change to which no audit sees, each with its reason."""
UNSEEN_COLUMNS = registry.EXEMPT_COLUMNS


@pytest.fixture
def audited(own_app):
    """A certified vote and something in every table, its audit clean, its guards gone."""
    with own_app.app_context():
        cycle_id = make_world()
        with guards_off():
            yield cycle_id
        db.session.remove()


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
    float: lambda value, chance: value + chance.choice([0.001, 1.0]),
    type(None): lambda *_: 1,
}


def other(value, chance: random.Random):
    """A value that is not the one there."""
    return OTHERS[type(value)](value, chance)


def tables() -> list[str]:
    """Every table of the product that has rows after a vote."""
    return sorted(name for name in Base.metadata.tables if name not in {*UNSEEN, *EMPTY})


def change(session, cycle_id: int, chance: random.Random, name: str) -> str | None:
    """One random change to a table; says which, or None when the database would not have it."""
    table = Base.metadata.tables[name]
    mine = []
    if not registry.is_sealed(name) and "cycle_id" in table.c:
        mine = [table.c.cycle_id == cycle_id]  # what is not sealed is held by this vote's ledger
    row = chance.choice(session.execute(table.select().where(*mine)).all())
    key = [column == getattr(row, column.key) for column in inspect(table).primary_key]
    kind = chance.random()
    if kind < 0.15:
        session.execute(table.delete().where(*key))
        return f"{name}: a row deleted"
    spared = UNSEEN_COLUMNS.get(name, {})
    column = chance.choice([one for one in table.c if one.key not in spared])
    if kind < 0.25:
        keys = [one for one in table.primary_key.columns if one.name != "cycle_id" or not mine]
        column = chance.choice(keys or list(table.c))  # into this vote: another has its own audit
    former = getattr(row, column.key)
    value = plain_value(column) if former is None else other(former, chance)
    try:
        with session.begin_nested():
            if kind < 0.25:
                session.execute(table.insert().values({**row._mapping, column.key: value}))
            else:
                session.execute(table.update().where(*key).values({column.key: value}))
    except DatabaseError:
        return None
    what = "a row put in" if kind < 0.25 else json.dumps(former, default=str)[:80]
    return f"{name}.{column.key}: {what}"


def test_an_untouched_vote_passes_every_check(audited):
    found = findings(db.session(), audited)
    assert [one for one in found if not one.holds] == []
    assert [one.code for one in found] == list(auditing.SAID)


def test_every_table_has_rows_to_change_or_a_reason(audited):
    session = db.session()
    bare = [
        name
        for name in tables()
        if session.execute(select(Base.metadata.tables[name]).limit(1)).first() is None
    ]
    assert bare == []


def test_whatever_row_is_rewritten_the_audit_fails_and_says_where(audited, capsys):
    chance = random.Random(SEED)
    missed, caught, touched = [], Counter(), Counter()
    left: list[str] = []
    while sum(touched.values()) < CHANGES:
        if not left:
            left = chance.sample(tables(), len(tables()))  # each table as often as any other
        session = unguarded()
        name = left.pop()
        what = change(session, audited, chance, name)
        if what is not None:
            touched[name] += 1
            wrong = [one for one in findings(session, audited) if not one.holds]
            if not wrong or not all(one.where for one in wrong):
                missed.append(what)
            caught.update(one.code for one in wrong)
        session.rollback()
    told = f"FAULTS_SEED={SEED}: {CHANGES} changes in {len(touched)} tables, {len(missed)} unseen"
    with capsys.disabled():
        sys.stdout.write(f"\n{told}; seen by {dict(caught)}\n")
    assert missed == [], told
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


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE voting_void SET approved_by = (SELECT max(id) FROM accounts_person)",
        "UPDATE approvals_request SET decided_by = (SELECT max(id) FROM accounts_person)"
        " WHERE decided_by IS NOT NULL",
        "UPDATE approvals_request SET proposed_by = (SELECT max(id) FROM accounts_person)"
        " WHERE kind = 'fraud.void'",
    ],
)
def test_a_person_swapped_is_named_by_the_log_even_with_a_good_seal(audited, attack):
    session = unguarded()
    session.execute(text(attack))
    for name in ("voting_void", "approvals_request"):
        renew_rows(session.connection(), Base.metadata.tables[name], "the forger has the key")
    wrong = {one.code for one in findings(session, audited) if not one.holds}
    session.rollback()
    assert "agreed" in wrong and "seals" not in wrong


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM audit_entry WHERE action NOT IN"
        " ('rules.frozen', 'count.run', 'count.certified')",
        "UPDATE register_entry SET phone_key = 'ab'",
        "DELETE FROM register_entry",
        "UPDATE cycles_phase SET ends_at = '2039-01-01 00:00:00.000000'",
        "UPDATE voting_paper_batch SET corrections = '[1]'",
        "UPDATE projects_project SET promised_sum = promised_sum + 1",
        "UPDATE accounts_role_grant SET role = 'commissioner'",
        'INSERT INTO voting_paper_handed (point_id, "on", handed, taken_back, mac)'
        ' SELECT 4711, "on", handed, taken_back, mac FROM voting_paper_handed',
    ],
)
def test_a_whole_table_rewritten_is_seen(audited, attack):
    session = unguarded()
    with session.begin_nested():
        session.execute(text(attack))
    wrong = [one for one in findings(session, audited) if not one.holds]
    session.rollback()
    assert wrong and all(one.where for one in wrong)
