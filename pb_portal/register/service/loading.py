"""Checking and loading a register: keyed hashes go in, what the file said stays out."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, tzinfo
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.domain import identity
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import fold
from pb_portal.register.models import RegisterEntry, RegisterState
from pb_portal.register.reader import Fault, Resident

BATCH = 2000
MOST_SHOWN = 50


@dataclass
class Report:
    """What a file holds: how many residents, of whom how many may not vote, and what is wrong."""

    residents: int = 0
    too_young: int = 0
    temporary: int = 0
    faults: list[Fault] = field(default_factory=list)
    faults_total: int = 0

    @property
    def clean(self) -> bool:
        """Whether the file can be loaded."""
        return self.faults_total == 0 and self.residents > 0

    def add_fault(self, fault: Fault) -> None:
        """Count a fault; only the first ones are kept to be shown."""
        self.faults_total += 1
        if len(self.faults) < MOST_SHOWN:
            self.faults.append(fault)


class Faulty(Refusal):
    """The rows cannot be loaded; the report says why."""

    def __init__(self, report: Report) -> None:
        super().__init__("register.faulty", field="file", faults=report.faults_total)
        self.report = report


class _Seen:
    """People met so far, twelve bytes each, to name lines that repeat somebody."""

    def __init__(self) -> None:
        self._keys = [array("Q") for _ in range(256)]
        self._lines = [array("L") for _ in range(256)]

    def add(self, voter_key: str, line: int) -> None:
        drawer = int(voter_key[:2], 16)
        self._keys[drawer].append(int(voter_key[2:18], 16))
        self._lines[drawer].append(line)

    def repeated(self) -> Iterator[tuple[int, int]]:
        """(line, line where the person stood first)."""
        for keys, lines in zip(self._keys, self._lines, strict=True):
            first: dict[int, int] = {}
            for key, line in zip(keys, lines, strict=True):
                if key in first:
                    yield line, first[key]
                first.setdefault(key, line)


@dataclass
class _Intake:
    """Turns residents into rows of one cycle's register, keeping the report."""

    cycle_id: int
    key: str
    areas: dict[str, int]
    first_day: date
    min_age: int
    report: Report = field(default_factory=Report)

    def rows(self, residents: Iterable[Resident | Fault]) -> Iterator[dict[str, Any]]:
        seen = _Seen()
        for resident in residents:
            if isinstance(resident, Fault):
                self.report.add_fault(resident)
            elif resident.area not in self.areas:
                self.report.add_fault(Fault(resident.line, "register.area_unknown"))
            else:
                row = self._row(resident)
                seen.add(row["voter_key"], resident.line)
                yield row
        for line, first in sorted(seen.repeated()):
            self.report.add_fault(Fault(line, "register.repeated", {"first": first}))

    def _row(self, resident: Resident) -> dict[str, Any]:
        old_enough = identity.age_on(resident.born, self.first_day) >= self.min_age
        self.report.residents += 1
        self.report.too_young += not old_enough
        self.report.temporary += not resident.permanent
        voter_key = identity.voter_key(self.key, self.cycle_id, resident.iin)
        return {
            "cycle_id": self.cycle_id,
            "voter_key": voter_key,
            "proof": identity.birth_proof(self.key, self.cycle_id, resident.iin, resident.born),
            "phone_key": identity.phone_key(self.key, self.cycle_id, resident.phone),
            "area_id": self.areas[resident.area],
            "permanent": resident.permanent,
            "old_enough": old_enough,
            "masked_year": identity.masked_year(self.key, voter_key, resident.born.year),
        }


def _intake(cycle: Cycle, key: str, zone: tzinfo) -> _Intake:
    voting = cycles.find_phase(cycle, PhaseKind.VOTING)
    if voting is None:
        raise Refusal("register.no_vote")
    areas: dict[str, int] = {}
    for part in cycle.areas:
        for name in (part.area.code, *part.area.names.values()):
            areas[fold(name)] = part.area_id
    first_day = voting.starts_at.astimezone(zone).date()
    return _Intake(cycle.id, key, areas, first_day, cycles.rules_of(cycle).min_age)


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
    intake = _intake(cycle, key, zone)
    for _ in intake.rows(rows):
        pass
    return intake.report


def load_rows(
    session: Session,
    by: Signature,
    cycle: Cycle,
    rows: Iterable[Resident | Fault],
    *,
    key: str,
    zone: tzinfo,
) -> Report:
    """Put these residents in place of the cycle's register, in batches.

    `key` is the register's key from the settings, `zone` the city's, by which ages are taken on
    the first day of the vote. Refuses once the register is frozen (`register.frozen`) and raises
    `Faulty` on any wrong line: the caller's transaction then saves nothing.
    """
    demand(by.actor, P.KEEP_REGISTER)
    intake = _intake(cycle, key, zone)
    state = open_state(session, cycle.id)
    session.execute(delete(RegisterEntry).where(RegisterEntry.cycle_id == cycle.id))
    for batch in _distinct_batches(intake.rows(rows)):
        if intake.report.faults_total == 0:
            session.execute(insert(RegisterEntry), batch)
    if not intake.report.clean:
        raise Faulty(intake.report)
    state.entries = intake.report.residents
    state.loaded_at = by.at
    audit.record(
        session,
        by,
        "register.loaded",
        ("register", cycle.id),
        cycle_id=cycle.id,
        entries=state.entries,
    )
    return intake.report


def _distinct_batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Batches in the order of keys, so that the order of the file does not survive in them."""
    while batch := list(islice(rows, BATCH)):
        yield sorted(
            {row["voter_key"]: row for row in batch}.values(), key=lambda r: r["voter_key"]
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
