"""The statements of a ballot's transaction, made once: building one anew takes longer than
running it. They go straight to the connection, and no object is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Executable,
    Row,
    Table,
    bindparam,
    delete,
    exists,
    inspect,
    select,
    update,
)

from pb_portal.cycles.models import Phase, RuleBookRow
from pb_portal.db import Base, DatabaseClock, moment_of
from pb_portal.domain import roll
from pb_portal.domain.phases import PhaseKind
from pb_portal.voting.models import Ballot, BallotDraft, Participation, VoidedBallot, VoterSession
from pb_portal.voting.service.poll import insert_on

Entry = Row[str, int, datetime, bool, str, bool, str, str, datetime, datetime, datetime | None]


def _table(model: type[Base]) -> Table:
    table = inspect(model).local_table
    assert isinstance(table, Table)
    return table


_BALLOT, _DRAFT, _PARTICIPATION, _VISIT, _PHASE, _RULES, _VOID = map(
    _table, (Ballot, BallotDraft, Participation, VoterSession, Phase, RuleBookRow, VoidedBallot)
)
_CYCLE: BindParameter[int] = bindparam("in_cycle")
_NAME: BindParameter[str] = bindparam("name")
_TOKEN: BindParameter[str] = bindparam("token")
_NAMED = (_BALLOT.c.cycle_id == _CYCLE, _BALLOT.c.ballot_key == _NAME)

_ENTER = (
    select(
        _VISIT.c.voter_key,
        _VISIT.c.area_id,
        _VISIT.c.expires_at,
        _VISIT.c.finished,
        _VISIT.c.how,
        _VISIT.c.reminder,
        _VISIT.c.mac,
        _PHASE.c.kind,
        _PHASE.c.starts_at,
        _PHASE.c.ends_at,
        _RULES.c.frozen_at,
    )
    .join(_PHASE, _PHASE.c.cycle_id == _VISIT.c.cycle_id)
    .join(_RULES, _RULES.c.cycle_id == _VISIT.c.cycle_id)
    .where(
        _VISIT.c.token_hash == _TOKEN,
        _VISIT.c.cycle_id == _CYCLE,
        _PHASE.c.kind == PhaseKind.VOTING.value,
    )
    .with_for_update(read=True, of=_PHASE)
)
_LOOK_UP = select(
    DatabaseClock(),
    select(_BALLOT.c.leaf).where(*_NAMED, _BALLOT.c.nonce == bindparam("once")).scalar_subquery(),
)
_IS_VOID = exists().where(_VOID.c.cycle_id == _CYCLE, _VOID.c.ballot_key == _NAME)
_REVISIONS = select(
    _BALLOT.c.revision, _BALLOT.c.nonce, _BALLOT.c.leaf, _IS_VOID.label("void")
).where(*_NAMED)
_LOCK = (
    select(_PARTICIPATION.c.channel)
    .where(_PARTICIPATION.c.cycle_id == _CYCLE, _PARTICIPATION.c.voter_key == bindparam("voter"))
    .with_for_update()
)
_PUT = _BALLOT.insert()
_DROP = delete(_DRAFT).where(_DRAFT.c.cycle_id == _CYCLE, _DRAFT.c.ballot_key == _NAME)
_FINISH = update(_VISIT).where(_VISIT.c.token_hash == _TOKEN).values(finished=True)


@cache
def _take_part(dialect: str) -> Executable:
    names = ("cycle_id", "voter_key", "channel", "on", "mac")
    columns = [_PARTICIPATION.c[name] for name in names]
    if dialect == "sqlite":
        # Its writers are alone, and its trigger refuses whoever inserts over a row (REPLACE).
        there = exists().where(
            _PARTICIPATION.c.cycle_id == bindparam("cycle_id"),
            _PARTICIPATION.c.voter_key == bindparam("voter_key"),
        )
        values = [bindparam(column.name, type_=column.type) for column in columns]
        return (
            _PARTICIPATION.insert()
            .from_select(columns, select(*values).where(~there), include_defaults=False)
            .returning(_PARTICIPATION.c.channel)
        )
    return (
        insert_on(dialect, _PARTICIPATION)
        .values({name: bindparam(name) for name in names})
        .on_conflict_do_nothing(index_elements=["cycle_id", "voter_key"])
        .returning(_PARTICIPATION.c.channel)
    )


def enter(connection: Connection, cycle_id: int, token_hash: str) -> Entry | None:
    """The voter of this token, however old, with the span of the voting phase and since when the
    rules are frozen. The phase is read under a lock, so that its end cannot move meanwhile."""
    values = {"token": token_hash, "in_cycle": cycle_id}
    return connection.execute(_ENTER, values).one_or_none()


def look_up(
    connection: Connection, cycle_id: int, name: str, once: str
) -> tuple[datetime, str | None]:
    """The database's clock, and the leaf of a sending that is already in the box. Asked after the
    phase is locked: a clock read before would not know how long the lock was waited for."""
    values = {"in_cycle": cycle_id, "name": name, "once": once}
    told, leaf = connection.execute(_LOOK_UP, values).one()
    return moment_of(told), leaf


def take_part(
    connection: Connection, roll_key: str, cycle_id: int, voter_key: str, channel: str, on: date
) -> bool:
    """Mark a participation; False when there is one already."""
    row = participation_row(roll_key, cycle_id, voter_key, channel, on)
    made = connection.execute(_take_part(connection.dialect.name), row)
    return made.scalar_one_or_none() is not None


def participation_row(
    roll_key: str, cycle_id: int, voter_key: str, channel: str, on: date
) -> dict[str, Any]:
    """A participation with its code."""
    return {
        "cycle_id": cycle_id,
        "voter_key": voter_key,
        "channel": channel,
        "on": on,
        "mac": roll.participation_mac(roll_key, voter_key, channel, on),
    }


def lock_participation(connection: Connection, cycle_id: int, voter_key: str) -> str:
    """The channel of a participation that is there, under a row lock."""
    values = {"in_cycle": cycle_id, "voter": voter_key}
    return str(connection.execute(_LOCK, values).scalar_one())


def revisions(
    connection: Connection, cycle_id: int, name: str
) -> Sequence[Row[int, str, str, bool]]:
    """Revision, nonce and leaf of every ballot under one name, and whether that was ever void."""
    return connection.execute(_REVISIONS, {"in_cycle": cycle_id, "name": name}).all()


def put(connection: Connection, row: dict[str, Any]) -> None:
    """Add a ballot to the box."""
    connection.execute(_PUT, row)


def tidy(connection: Connection, cycle_id: int, name: str, token_hash: str) -> None:
    """The marks go; the visit answers only the same sending from now on."""
    connection.execute(_DROP, {"in_cycle": cycle_id, "name": name})
    connection.execute(_FINISH, {"token": token_hash})
