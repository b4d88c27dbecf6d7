"""From residents to rows of a register: keyed hashes, laid out in drawers by their keys.

Two million people do not fit into memory as objects, and their keys are random: written in the
file's order they would touch a page of the table each. So they wait in a nameless file on the disk,
as hashes only, and come out drawer by drawer in the order of their keys.
"""

from __future__ import annotations

import struct
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, tzinfo
from itertools import groupby
from tempfile import TemporaryFile
from typing import Any
from weakref import finalize

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.domain import identity, roll
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import fold
from pb_portal.register.reader import Fault, Resident

DRAWERS = 256
MOST_KEPT = 5000
"""Mistakes kept to be listed; all are counted."""
MOST_ASIDE = 100_000
"""Wrong lines beside which the sound ones can be loaded."""
_PACKED = struct.Struct("<32s32s32sIIBI")
_CHUNK = 16 * _PACKED.size
_NO_PHONE = bytes(32)
Row = dict[str, Any]
Packed = tuple[bytes, bytes, bytes, int, int, int, int]
_LINE = 3


@dataclass
class Report:
    """What a file holds: how many residents, of whom how many may not vote, what is wrong, and
    how it differs from what is loaded."""

    residents: int = 0
    too_young: int = 0
    temporary: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    faults: list[Fault] = field(default_factory=list)
    faults_total: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    aside: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Lines that cannot be loaded: the mistake, and the line where the person stood first."""
    doubled: int = 0
    """Residents among them."""

    @property
    def sound(self) -> int:
        """Residents that can be loaded although other lines are wrong; 0 where so many are that
        the file itself has to be mended."""
        few = self.faults_total <= MOST_ASIDE
        return self.residents - self.doubled if few else 0

    @property
    def set_aside(self) -> int:
        """How many lines cannot be loaded."""
        return sum(self.kinds.values())

    @property
    def clean(self) -> bool:
        """Whether the file can be loaded."""
        return self.faults_total == 0 and self.residents > 0

    def add_fault(self, fault: Fault) -> None:
        """Count a fault; only the first ones are kept to be shown."""
        self.faults_total += 1
        if len(self.faults) < MOST_KEPT:
            self.faults.append(fault)
        self.put_aside(fault.line, fault.code, fault.params.get("first", 0))

    def put_aside(self, line: int, code: str, first: int = 0) -> None:
        """Count a line that cannot be loaded."""
        self.kinds[code] += 1
        if len(self.aside) < MOST_ASIDE:
            self.aside[line] = code, first


class Faulty(Refusal):
    """The rows cannot be loaded; the report says why."""

    def __init__(self, report: Report) -> None:
        super().__init__("register.faulty", field="file", faults=report.faults_total)
        self.report = report


class Intake:
    """Turns residents into rows of one cycle's register, keeping the report."""

    def __init__(self, cycle: Cycle, key: str, zone: tzinfo, *, adds: bool = False) -> None:
        self.cycle_id, self.report, self.adds = cycle.id, Report(), adds
        self.key, self._areas = key, areas_of(cycle)
        self._rule = AgeRule.of(cycle, zone)
        self._waiting = _Drawers()
        self.digest = roll.RollDigest(roll.cycle_key(key, cycle.id))

    def gather(self, residents: Iterable[Resident | Fault]) -> Report:
        """Read everything; rows wait in drawers afterwards. Nothing reaches the database."""
        for resident in residents:
            if isinstance(resident, Fault):
                self.report.add_fault(resident)
            elif resident.area not in self._areas:
                self.report.add_fault(Fault(resident.line, "register.area_unknown"))
            else:
                self._take(resident)
        for first, others, differ in sorted(self._waiting.repeated()):
            self._blame_repeated(first, others, differ)
        return self.report

    def _blame_repeated(self, first: int, others: list[int], differ: bool) -> None:
        """Lines of one person. Where they differ nobody knows which is right, so none is loaded."""
        self.report.doubled += len(others) + differ
        if differ:
            self.report.put_aside(first, "register.repeated_other", others[0])
        for line in others:
            self.report.add_fault(Fault(line, "register.repeated", {"first": first}))

    def _take(self, resident: Resident) -> None:
        old_enough = self._rule.old_enough(resident.born)
        self.report.residents += 1
        self.report.too_young += not old_enough
        self.report.temporary += not resident.permanent
        key, cycle, iin = self.key, self.cycle_id, resident.iin
        phone = _NO_PHONE
        if resident.phone:
            phone = bytes.fromhex(identity.phone_key(key, cycle, resident.phone))
        voter = identity.voter_key(key, cycle, iin)
        self._waiting.put(
            bytes.fromhex(voter),
            bytes.fromhex(identity.birth_proof(key, cycle, iin, resident.born)),
            phone,
            resident.line,
            self._areas[resident.area],
            resident.permanent + 2 * old_enough,
            identity.masked_year(key, voter, resident.born.year),
        )

    def rows(self, drawer: int) -> list[Row]:
        """Rows whose keys begin with this byte, in the order of keys."""
        own = roll.cycle_key(self.key, self.cycle_id)
        return [
            coded(
                own,
                {
                    "cycle_id": self.cycle_id,
                    "voter_key": voter.hex(),
                    "proof": proof.hex(),
                    "phone_key": "" if phone == _NO_PHONE else phone.hex(),
                    "area_id": area_id,
                    "permanent": bool(flags & 1),
                    "old_enough": bool(flags & 2),
                    "masked_year": year,
                },
            )
            for voter, proof, phone, _, area_id, flags, year in self._waiting.sound(drawer)
        ]

    def keep_digest(self, rows: Iterable[Row], former: Iterable[Row] = ()) -> None:
        """Add rows that are loaded to the digest of the roll, and take out those they replace."""
        self.digest.add(map(values_of, rows))
        for row in former:
            self.digest.remove(values_of(row))


def values_of(row: Row) -> roll.RollRow:
    """What the code of a row and the digest of the roll cover."""
    return (
        row["voter_key"], row["proof"], row["phone_key"], row["area_id"], int(row["permanent"]),
        int(row["old_enough"]), row["masked_year"],
    )  # fmt: skip


def coded(roll_key: str, row: Row) -> Row:
    """A row with its code."""
    row["mac"] = roll.entry_mac(roll_key, values_of(row))
    return row


@dataclass(frozen=True)
class AgeRule:
    """Who is old enough: by full years on the first day of the vote in the city."""

    first_day: date
    least: int

    @classmethod
    def of(cls, cycle: Cycle, zone: tzinfo) -> AgeRule:
        """The cycle's; refuses (`register.no_vote`) one without a vote."""
        voting = cycles.find_phase(cycle, PhaseKind.VOTING)
        if voting is None:
            raise Refusal("register.no_vote")
        first_day = voting.starts_at.astimezone(zone).date()
        return cls(first_day, cycles.rules_of(cycle).min_age)

    def old_enough(self, born: date) -> bool:
        """Whether somebody born on this day may vote."""
        return identity.age_on(born, self.first_day) >= self.least


def areas_of(cycle: Cycle) -> dict[str, int]:
    """Ids of the cycle's areas by every name a file may call them."""
    found: dict[str, int] = {}
    for part in cycle.areas:
        for name in (part.area.code, *part.area.names.values()):
            found[fold(name)] = part.area_id
    return found


class _Drawers:
    """Packed rows by the first byte of their key, in a nameless file: first put, then read."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115
        finalize(self, self._file.close)
        self._open = [bytearray() for _ in range(DRAWERS)]
        self._places = [array("L") for _ in range(DRAWERS)]
        self._end = 0

    def put(self, voter: bytes, *rest: Any) -> None:
        chunk = self._open[voter[0]]
        chunk += _PACKED.pack(voter, *rest)
        if len(chunk) >= _CHUNK:
            self._places[voter[0]].append(self._end)
            self._end += self._file.write(chunk)
            chunk.clear()

    def open(self, drawer: int) -> list[Packed]:
        content = bytearray()
        for place in self._places[drawer]:
            self._file.seek(place)
            content += self._file.read(_CHUNK)
        return sorted(_PACKED.iter_unpack(bytes(content + self._open[drawer])), key=_by_key)

    def repeated(self) -> Iterator[tuple[int, list[int], bool]]:
        """Line where a person stands first, further lines, and whether they differ."""
        for drawer in range(DRAWERS):
            for rows in self._people(drawer):
                if len(rows) > 1:
                    first, *others = sorted(line for _, _, _, line, *_ in rows)
                    yield first, others, _differ(rows)

    def sound(self, drawer: int) -> Iterator[Packed]:
        """One row for each person whose lines do not contradict each other."""
        return (rows[0] for rows in self._people(drawer) if not _differ(rows))

    def _people(self, drawer: int) -> Iterator[list[Packed]]:
        return (list(rows) for _, rows in groupby(self.open(drawer), key=_by_key))


def _differ(rows: list[Packed]) -> bool:
    return len({(*row[:_LINE], *row[_LINE + 1 :]) for row in rows}) > 1


def _by_key(row: tuple[Any, ...]) -> bytes:
    key: bytes = row[0]
    return key
