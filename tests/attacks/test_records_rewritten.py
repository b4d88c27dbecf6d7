"""Attack: somebody with the database's own password rewrites the log or what is final."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.audit.models import AuditEntry
from tests.factories import make_person, signed
from tests.factories.voting import make_vote, make_voter
from tests.rooms.voting.test_secrecy import cast_for


@pytest.mark.parametrize("column", [column.name for column in AuditEntry.__table__.columns])
def test_attack_log_rewritten_is_refused_for_every_column(session: Session, column: str) -> None:
    audit.record(session, signed(make_person(session)), "test.done", ("test", 1))
    session.flush()
    with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
        session.execute(text(f"UPDATE audit_entry SET {column} = {column}"))


@pytest.mark.parametrize("table", ["audit_entry", "voting_ballot"])
def test_attack_records_emptied_is_refused(session: Session, table: str) -> None:
    audit.record(session, signed(make_person(session)), "test.done", ("test", 1))
    cycle, papers = make_vote(session)
    cast_for(session, cycle, make_voter(session, cycle), [papers[0].id])
    session.flush()
    ways = [f"DELETE FROM {table}"]
    if session.get_bind().dialect.name == "postgresql":
        ways += [f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE"]
    else:
        ways.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    for way in ways:
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(way))
    assert session.scalar(text(f"SELECT count(*) FROM {table}"))


def test_attack_log_rewritten_has_no_command_in_the_portal() -> None:
    """Nothing in the program changes an entry: there is only `record`."""
    from pb_portal.audit import service

    commands = [name for name in vars(service) if not name.startswith("_") and name.islower()]
    assert {name for name in commands if callable(getattr(service, name))} == {"record"}
