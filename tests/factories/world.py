"""A certified vote with something in every table: what a portal holds after a year, in small.

What the portal's services make themselves is made by them: ballots, papers, a void, a correction, a
count, projects. Tables that are empty after that are given a row each through the session, so that
a new table is never left out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Column, Table, func, select
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.types import TypeDecorator

from pb_portal import jobs
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import queries as cycles
from pb_portal.cycles import service as cycle_service
from pb_portal.cycles.models import Phase
from pb_portal.db import Base, database_now, db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.projects.service import start
from pb_portal.register.service import Proved
from pb_portal.results import bundles
from pb_portal.results import service as results
from pb_portal.seals import batches as acts
from pb_portal.signing import Keys, Signer
from pb_portal.voting import service
from pb_portal.voting.fraud import cases, traces, voiding
from pb_portal.voting.ledger import batches, sealing
from pb_portal.voting.models import FraudFlag
from tests.factories import make_person, move_phase, signed
from tests.factories.fraud import keys_of
from tests.factories.polling import Polls
from tests.factories.voting import Voter, make_vote, make_voter

ZONE = ZoneInfo("Asia/Almaty")
KEYS = Keys("test-ballot", Signer("test-signing"), ZONE, "test-register")
MEANT = {
    "accounts_role_grant": {"role": "moderator"},
    "accounts_data_access": {"subject_id": "1"},
    "projects_issue_step": {"kind": "fixed"},
    "takedowns_takedown": {"reason": "It names a person."},
}
"""Values of rows that are only filled in, where the type alone does not give a fitting one."""
EMPTY = {"voting_pending"}
"""Nothing waits in a vote whose ledger has ended."""


def make_world() -> int:
    """Make it and commit; returns the cycle of the certified vote."""
    with transaction() as work:
        polls = Polls.make(work, areas=2, frozen=False)
        before = database_now(work) - timedelta(hours=1)
        cycle_service.freeze_rules(work, Signature(SYSTEM, before), polls.cycle)
        voters = [make_voter(work, polls.cycle) for _ in range(9)]
        polls.voters(2)
        batch = polls.agreed(3, [polls.marks(1), polls.marks(2)])
        make_vote(work)  # another cycle, for rows to be moved to
        cycle_id, slug, batch_id = polls.cycle.id, polls.cycle.slug, batch.id
    for number, voter in enumerate([*voters, voters[0]]):
        with transaction():
            _cast(polls, voter, number)
        if number % 4 == 3:
            _seal(cycle_id, slug)
    with transaction() as work:
        _void(work, polls, voters[-1])
    time.sleep(1.1)  # batches keep whole seconds, and the close comes after the last of them
    with transaction() as work:
        _close(work, cycle_id)
    _after_the_close(polls, cycle_id, slug, batch_id)
    with transaction() as work:
        acts.seal_waiting(work, KEYS.signer)
        fill_empty_tables(work)
    with transaction() as work:
        acts.seal_waiting(work, KEYS.signer)
        make_person(work, "moderator").name = "Somebody whose seals wait"
    return cycle_id


def _cast(polls: Polls, voter: Voter, number: int) -> None:
    session = polls.session
    proved = Proved(voter.key, polls.cycle.areas[0].area_id)
    token = service.open_voter(session, polls.poll, proved, database_now(session))
    clues = traces.Clues("192.0.2.7", f"device {number}", 60.0)
    choices = (polls.papers[number % 4].id,)
    sending = service.Sending(token, choices, f"{number:032x}", clues=clues)
    service.cast(session, polls.poll, sending, zone=ZONE)


def _void(session: Session, polls: Polls, voter: Voter) -> None:
    keys, now = keys_of(polls.cycle), database_now(session)
    flag = FraudFlag(
        cycle_id=polls.cycle.id,
        kind="address",
        subject="somewhere",
        severity="high",
        figures={"votes": 1},
        members=traces.seal(keys.traces, [voter.key]),
        first_seen_at=now,
        last_seen_at=now,
    )
    session.add(flag)
    session.flush()
    one, two = (signed(make_person(session, "commissioner")) for _ in range(2))
    case = cases.open_case(session, one, keys, polls.cycle, [flag.id])
    request = voiding.propose_void(
        session, one, case, names=None, reason="borrowed_identity", sentence="One hand."
    )
    voiding.decide_void(session, two, keys, request, approve=True)
    again = voiding.propose_restore(
        session, one, keys, polls.cycle, voter.iin, "A neighbour confirms."
    )
    voiding.decide_restore(session, two, again, approve=True)


def _close(session: Session, cycle_id: int) -> None:
    """End the vote now, as two people would have agreed."""
    phase = session.query(Phase).filter_by(cycle_id=cycle_id, kind=PhaseKind.VOTING).one()
    now = database_now(session).replace(microsecond=0)
    move = {
        "kind": phase.kind,
        "was_starts_at": phase.starts_at.isoformat(),
        "was_ends_at": phase.ends_at.isoformat(),
        "starts_at": phase.starts_at.isoformat(),
        "ends_at": now.isoformat(),
    }
    one, two = (make_person(session, "commissioner").id for _ in range(2))
    session.add(
        ApprovalRequest(
            kind="phase.shorten", subject=f"phase:{phase.id}", payload={"moves": [move]},
            cycle_id=cycle_id, proposed_by=one, proposed_at=now, state="approved",
            decided_by=two, decided_at=now,
        )
    )  # fmt: skip
    move_phase(session, phase, ends_at=now)


def _after_the_close(polls: Polls, cycle_id: int, slug: str, batch_id: int) -> None:
    from pb_portal.voting.paper import queries as papers

    jobs.record_papers(datetime.now(UTC))
    with transaction() as work:
        polls.accept(papers.get_batch(work, batch_id))
    for _ in range(sealing.CLOSING):
        _seal(cycle_id, slug)
    jobs.seal_ledgers(datetime.now(UTC))
    with transaction() as work:
        cycle, now = cycles.get_cycle_by_id(work, cycle_id), datetime.now(UTC)
        first, second = (make_person(work, "commissioner").actor() for _ in range(2))
        run = results.count(work, Signature(first, now), cycle, KEYS.signer)
        request = results.propose_certification(work, Signature(first, now), run)
        results.decide_certification(
            work, Signature(second, now), request, approve=True, signer=KEYS.signer
        )
        bundles.keep(work, run.id, KEYS.signer, ZONE)
        head = signed(make_person(work, "secretary"))
        start.start_from_winners(work, head, cycle)


def _seal(cycle_id: int, slug: str) -> None:
    keys = batches.keys_of(cycle_id, "test-ballot")
    draft = sealing.prepare(db.session(), sealing.Round(cycle_id, slug, True), keys, KEYS.signer)
    with transaction() as work:
        sealing.store(work, draft)


def fill_empty_tables(session: Session) -> list[str]:
    """Give every table that has no row one; returns their names."""
    mappers = {mapper.local_table: mapper for mapper in Base.registry.mappers}
    filled = []
    for table in Base.metadata.sorted_tables:
        if table.name in EMPTY or _count(session, table):
            continue
        if table in mappers:
            session.add(_row(session, mappers[table], table))
        else:
            _pair(session, table)
        session.flush()
        filled.append(table.name)
    return filled


def _pair(session: Session, table: Table) -> None:
    """One pair of a relationship between many and many."""
    for mapper in Base.registry.mappers:
        for relation in mapper.relationships:
            if relation.secondary is table:
                parent, child = (
                    session.scalars(select(one.class_)).first() for one in (mapper, relation.mapper)
                )
                getattr(parent, relation.key).append(child)


def _count(session: Session, table: Table) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _row(session: Session, mapper: Mapper[Any], table: Table) -> Any:
    values = dict(_values(session, table))
    names = {
        mapper.get_property_by_column(table.c[name]).key: value for name, value in values.items()
    }
    return mapper.class_(**names)


def _values(session: Session, table: Table) -> Iterator[tuple[str, Any]]:
    meant = MEANT.get(table.name, {})
    for column in table.columns:
        if column.name in meant:
            yield column.name, meant[column.name]
        elif column.foreign_keys and (not column.nullable or column.primary_key):
            yield column.name, _referred(session, column)
        elif not column.nullable and not _is_counted(column) and column.default is None:
            yield column.name, _allowed(table, column) or plain_value(column)


def _is_counted(column: Column[Any]) -> bool:
    alone = len(column.table.primary_key.columns) == 1
    return bool(column.primary_key and alone and _type(column) is int)


def _referred(session: Session, column: Column[Any]) -> Any:
    (key,) = column.foreign_keys
    return session.scalar(select(func.max(key.column)))


def _allowed(table: Table, column: Column[Any]) -> str | None:
    """The first value that a CHECK names for a column."""
    for check in table.constraints:
        said = str(check.sqltext) if isinstance(check, CheckConstraint) else ""
        if found := re.search(rf"\b{column.name} IN \('(\w+)'", said):
            return found[1]
    return None


def _type(column: Column[Any]) -> type:
    kind = column.type
    return kind.impl_instance.python_type if isinstance(kind, TypeDecorator) else kind.python_type


def plain_value(column: Column[Any]) -> Any:
    """Some value of a column's type."""
    plain: dict[type, Any] = {
        int: 1,
        str: "x",
        bool: False,
        float: 43.2,
        bytes: b"x",
        datetime: datetime.now(UTC),
        date: datetime.now(UTC).date(),
        object: {"x": 1},
        dict: {"x": 1},
    }
    return plain[_type(column)]
