"""What an audit reports, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.domain import roll
from pb_portal.domain.phases import PhaseKind

SHOWN = 5
"""Places named of one kind; more are only said to be there."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: a code, whether it holds, and where it does not."""

    code: str
    holds: bool
    where: tuple[str, ...] = ()

    @classmethod
    def of(cls, code: str, wrong: Iterable[str]) -> Finding:
        """Holds when nothing is wrong."""
        listed = list(wrong)
        more = ["and more"] if len(listed) > SHOWN else []
        return cls(code, not listed, (*listed[:SHOWN], *more))


@dataclass(frozen=True)
class Look:
    """Whose ledger is opened, with what."""

    cycle: Cycle
    key: str
    """The installation's ballot key."""
    public_key: str
    at: datetime
    zone: tzinfo
    register_key: str = ""

    @property
    def roll_key(self) -> str:
        """The key of the cycle's roll."""
        return roll.cycle_key(self.register_key, self.cycle.id)

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day of the vote; None without a vote."""
        phase = cycles.find_phase(self.cycle, PhaseKind.VOTING)
        if phase is None:
            return None
        return (
            phase.starts_at.astimezone(self.zone).date(),
            phase.ends_at.astimezone(self.zone).date(),
        )


@dataclass
class Box:
    """The ballots as they were read."""

    leaves: set[str] = field(default_factory=set)
    names: dict[str, list[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
