"""Checking and loading a register: keyed hashes go in, what the file said stays out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.domain import roll
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.register.models import RegisterEntry, RegisterState
from pb_portal.register.reader import Fault, Resident
from pb_portal.register.service.intake import DRAWERS, Faulty, Intake, Report, Row

BATCH = 2000
MOST_MENDED = 50_000
"""Lines that are added in one transaction."""
TOLD = ("proof", "phone_key", "area_id", "permanent", "old_enough", "masked_year", "mac")


def check_rows(
    by: Signature,
    cycle: Cycle,
    rows: Iterable[Resident | Fault],
    *,
    key: str,
    zone: tzinfo,
) -> Report:
    """Read everything and save nothing: what the file holds and what is wrong with it."""
    demand(by.actor, P.KEEP_REGISTER)
    return Intake(cycle, key, zone).gather(rows)


def load_rows(
    session: Session,
    by: Signature,
    cycle: Cycle,
    rows: Iterable[Resident | Fault],
    *,
    key: str,
    zone: tzinfo,
) -> Report:
    """Put these residents in place of the cycle's register, all in the caller's transaction.

    `key` is the register's key from the settings, `zone` the city's, by which ages are taken on
    the first day of the vote. Refuses once the register is frozen (`register.frozen`) and raises
    `Faulty` on any wrong line before anything is written.
    """
    demand(by.actor, P.KEEP_REGISTER)
    intake = Intake(cycle, key, zone)
    open_state(session, cycle.id)
    if not intake.gather(rows).clean:
        raise Faulty(intake.report)
    for drawer in range(DRAWERS):
        compare(session, intake, drawer, save=True)
    finish_load(session, by, intake)
    return intake.report


def compare(session: Session, intake: Intake, drawer: int, *, save: bool) -> None:
    """Add to the report how a drawer differs from what is loaded; with `save` make it equal.

    The caller has made sure that the register is not frozen, and holds it (`open_state`).
    """
    rows = intake.rows(drawer)
    former = _former(session, intake.cycle_id, drawer)
    added = [row for row in rows if row["voter_key"] not in former]
    changed = [row for row in rows if former.get(row["voter_key"], _told(row)) != _told(row)]
    given = {row["voter_key"] for row in rows}
    removed = set() if intake.adds else former.keys() - given
    report = intake.report
    report.added += len(added)
    report.changed += len(changed)
    report.removed += len(removed)
    if save:
        if intake.adds:
            before = [
                {"voter_key": row["voter_key"], **dict(zip(TOLD, told, strict=True))}
                for row in changed
                for told in [former[row["voter_key"]]]
            ]
            intake.keep_digest(added + changed, before)
        else:
            intake.keep_digest(rows)
        _forget(session, intake.cycle_id, [*removed, *(row["voter_key"] for row in changed)])
        fresh = sorted(added + changed, key=_key_of)
        for first in range(0, len(fresh), BATCH):
            session.execute(insert(RegisterEntry), fresh[first : first + BATCH])


def _former(session: Session, cycle_id: int, drawer: int) -> dict[str, tuple[Any, ...]]:
    entry, begin = RegisterEntry, f"{drawer:02x}"
    found = session.execute(
        select(entry.voter_key, *(getattr(entry, name) for name in TOLD)).where(
            entry.cycle_id == cycle_id, entry.voter_key >= begin, entry.voter_key < begin + "g"
        )
    )
    return {row[0]: tuple(row[1:]) for row in found}


def _told(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in TOLD)


def _key_of(row: Row) -> str:
    key: str = row["voter_key"]
    return key


def _forget(session: Session, cycle_id: int, keys: list[str]) -> None:
    for first in range(0, len(keys), BATCH):
        session.execute(
            delete(RegisterEntry).where(
                RegisterEntry.cycle_id == cycle_id,
                RegisterEntry.voter_key.in_(keys[first : first + BATCH]),
            )
        )


def begin_load(session: Session, cycle_id: int) -> None:
    """From now on the register is neither the former nor the new one, and cannot be frozen."""
    open_state(session, cycle_id).loaded_at = None


def add_mended(session: Session, by: Signature, intake: Intake) -> None:
    """Add mended lines to what is loaded, all in the caller's transaction: nobody is removed, and
    the digest of the roll grows by these rows alone."""
    state = open_state(session, intake.cycle_id)
    intake.digest = roll.RollDigest(roll.cycle_key(intake.key, intake.cycle_id), state.digest)
    for drawer in range(DRAWERS):
        compare(session, intake, drawer, save=True)
    finish_load(session, by, intake, set_aside=max(0, state.set_aside - intake.report.residents))


def finish_load(session: Session, by: Signature, intake: Intake, *, set_aside: int = 0) -> None:
    """The register is the file's, or the file's sound lines with others set aside."""
    state = open_state(session, intake.cycle_id)
    state.set_aside = set_aside
    state.entries = session.scalar(
        select(func.count())
        .select_from(RegisterEntry)
        .where(RegisterEntry.cycle_id == intake.cycle_id)
    )  # type: ignore[assignment]
    state.loaded_at, state.digest = by.at, intake.digest.value
    report = intake.report
    audit.record(
        session,
        by,
        "register.loaded",
        ("register", intake.cycle_id),
        cycle_id=intake.cycle_id,
        entries=state.entries,
        added=report.added,
        changed=report.changed,
        removed=report.removed,
        set_aside=set_aside,
    )


def open_state(session: Session, cycle_id: int) -> RegisterState:
    """The state of a register under a lock; refuses once it is frozen."""
    state = session.get(RegisterState, cycle_id, with_for_update=True, populate_existing=True)
    if state is None:
        state = RegisterState(cycle_id=cycle_id, entries=0)
        session.add(state)
        session.flush()
    if state.frozen_at is not None:
        raise Refusal("register.frozen")
    return state
