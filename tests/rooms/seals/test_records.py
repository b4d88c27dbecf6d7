"""Every write to a sealed table leaves a record; what SQL alone changes is seen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.audit import service as audit
from pb_portal.audit.models import AuditEntry
from pb_portal.db import Base
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.outbox.models import Letter
from pb_portal.places.models import Area
from pb_portal.proposals.models import Support
from pb_portal.seals import checking, registry, watching
from pb_portal.seals.models import SealRecord
from pb_portal.seals.service import add_rows, change_rows, delete_rows
from tests.factories import make_person
from tests.factories.voting import make_vote


def records_of(session, table, row_key=None):
    query = select(SealRecord).where(SealRecord.table_name == table)
    if row_key is not None:
        query = query.where(SealRecord.row_key == str(row_key))
    return session.scalars(query.order_by(SealRecord.row_key, SealRecord.revision)).all()


def broken(session):
    return list(checking.find_broken_rows(session))


def test_what_the_session_writes_is_sealed_from_the_first_row_on(session):
    make_vote(session)
    person = make_person(session, "moderator")
    session.flush()
    assert broken(session) == []
    person.name = "Another name"
    session.flush()
    last = records_of(session, "accounts_person", person.id)[-1]
    assert (last.deleted, last.batch) == (False, None) and last.revision >= 2
    grants = [grant.id for grant in person.grants]
    person.grants.clear()
    session.flush()
    assert [records_of(session, "accounts_role_grant", one)[-1].deleted for one in grants] == [True]
    assert broken(session) == []


def test_a_row_that_did_not_change_gets_no_record(session):
    person = make_person(session)
    before = len(records_of(session, "accounts_person", person.id))
    person.name = person.name
    session.flush()
    assert len(records_of(session, "accounts_person", person.id)) == before


def test_a_flush_that_fails_leaves_no_record(session):
    person = make_person(session, email="one@example.kz")
    try:
        with session.begin_nested():
            session.add(Person(email=person.email, name="x", created_at=datetime.now(UTC)))
            session.flush()
    except DatabaseError:
        pass
    make_person(session)
    assert broken(session) == []


def test_statements_over_many_rows_are_followed_too(session):
    _, papers = make_vote(session)
    people = [make_person(session) for _ in range(3)]
    now = datetime.now(UTC)
    rows = [{"proposal_id": papers[0].id, "person_id": one.id, "at": now} for one in people]
    assert len(add_rows(session, insert(Support), rows)) == 3
    assert broken(session) == []
    theirs = Support.proposal_id == papers[0].id
    assert (
        change_rows(
            session, update(Support).where(theirs).values(at=datetime(2020, 1, 1, tzinfo=UTC))
        )
        == 3
    )
    one = delete(Support).where(theirs, Support.person_id == people[0].id)
    assert delete_rows(session, one, "taken back") == 1
    tombs = [one for one in records_of(session, "proposals_support") if one.deleted]
    assert [(one.reason, one.revision, one.contents) for one in tombs] == [("taken back", 3, b"")]
    assert broken(session) == []
    session.execute(delete(Support).where(theirs))
    session.query(Person).filter_by(id=people[0].id).update({"locale": "kk"})
    assert broken(session) == []


def test_a_key_that_may_name_a_person_stands_in_no_record(session):
    _, papers = make_vote(session)
    person = make_person(session)
    session.add(Support(proposal_id=papers[0].id, person_id=person.id, at=datetime.now(UTC)))
    session.flush()
    (record,) = records_of(session, "proposals_support")
    assert len(record.row_key) == 32 and not record.row_key.startswith(str(papers[0].id) + ",")


ATTACKS = {
    "an act rewritten": "UPDATE audit_entry SET actor_id = 1 WHERE id = :entry",
    "an act taken away": "DELETE FROM audit_entry WHERE id = :entry",
    "an act invented": (
        "INSERT INTO audit_entry (at, actor_kind, action, subject_type, subject_id, reason, data)"
        " VALUES ('2026-01-01', 'staff', 'count.run', 'count', '1', '', '{}')"
    ),
    "a role given": "INSERT INTO accounts_role_grant (person_id, role) VALUES (:person, 'auditor')",
    "a role moved": "UPDATE accounts_role_grant SET role = 'auditor'",
    "a phase moved": "UPDATE cycles_phase SET ends_at = '2031-01-01 00:00:00.000000'",
    "a password set": "UPDATE accounts_person SET password_hash = 'x' WHERE id = :person",
    "a record rewritten": "UPDATE seals_record SET reason = 'x' WHERE table_name = 'cycles_cycle'",
    "a record taken away": "DELETE FROM seals_record WHERE table_name = 'cycles_cycle'",
    "what seals cover": "DELETE FROM seals_shape WHERE table_name = 'cycles_cycle'",
}


def unguard(session):
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    names = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for name in names.scalars().all():
        session.execute(text(f"DROP TRIGGER {name}"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_sql_changes_is_seen(session, attack):
    make_vote(session)
    person = make_person(session, "registrar")
    entry = audit.record(session, Signature(SYSTEM, datetime.now(UTC)), "test.done", ("test", 1))
    session.flush()
    assert broken(session) == []
    unguard(session)
    session.execute(text(ATTACKS[attack]), {"entry": entry.id, "person": person.id})
    assert broken(session), attack


def test_the_database_refuses_to_rewrite_seals(session):
    make_vote(session)
    for attack in (
        "UPDATE seals_record SET reason = 'x'",
        "UPDATE seals_record SET batch = NULL",
        "DELETE FROM seals_record",
    ):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(attack))


def test_a_row_put_back_as_it_once_was_is_seen_with_its_newer_record_gone(session):
    make_vote(session)
    area = session.scalars(select(Area)).first()
    before = area.sort
    area.sort = before + 5
    session.flush()
    unguard(session)
    session.execute(
        text("UPDATE places_area SET sort = :was WHERE id = :id"), {"was": before, "id": area.id}
    )
    assert broken(session) == [f"places_area {area.id}: it is not what was sealed"]


def test_a_bare_statement_of_the_portals_own_code_is_refused(session, monkeypatch):
    make_vote(session)
    table = Base.metadata.tables["cycles_phase"]
    session.execute(table.update().values(version=7))  # a shell may: the audit sees it
    monkeypatch.setitem(globals(), "__name__", "pb_portal.somewhere")
    with pytest.raises(watching.UnsealedWriteError, match="cycles_phase is sealed"):
        session.execute(table.update().values(version=8))
    session.execute(Base.metadata.tables["outbox_letter"].delete())
    session.execute(update(Letter).values(attempts=1))
    proposals = Base.metadata.tables["proposals_proposal"]
    session.execute(proposals.update().values(supports_count=1))


def test_every_exception_names_a_table_or_column_that_is_there_and_a_reason():
    tables = Base.metadata.tables
    assert registry.EXEMPT_TABLES.keys() <= tables.keys()
    assert all(len(reason) > 12 for reason in registry.EXEMPT_TABLES.values())
    for name, columns in registry.EXEMPT_COLUMNS.items():
        assert registry.is_sealed(name) and columns.keys() <= set(tables[name].c.keys()), name
        assert not columns.keys() & set(tables[name].primary_key.columns.keys()), name
        assert all(len(reason) > 8 for reason in columns.values())


def test_no_row_is_named_by_a_column_that_a_seal_does_not_read(session):
    """The parts of a key come in the same order from the mapper and from the table."""
    for mapper in Base.registry.mappers:
        assert list(mapper.primary_key) == list(mapper.local_table.primary_key.columns), mapper


def test_the_log_and_grants_are_sealed_with_every_column():
    for model in (AuditEntry, RoleGrant):
        table = model.__table__
        assert len(registry.sealed_columns(table)) == len(table.columns)
