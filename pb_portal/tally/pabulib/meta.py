"""The META section: what the count needs becomes typed, the rest is kept as written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pb_portal.tally.model import VOTE_TYPES, Limits
from pb_portal.tally.pabulib import facts
from pb_portal.tally.pabulib.errors import Notice, PabulibError
from pb_portal.tally.pabulib.numbers import Number, whole_number

MONEY: Final = ("min_sum_cost", "max_sum_cost")
POINTS: Final = ("min_points", "max_points", "min_sum_points", "max_sum_points")
LENGTHS: Final = ("min_length", "max_length")
THRESHOLD: Final = "min_project_score_threshold"
#: Held in fields of the election, or worked out when written.
TYPED: Final = frozenset(
    (
        *MONEY,
        *POINTS,
        *LENGTHS,
        THRESHOLD,
        "budget",
        "vote_type",
        "rule",
        "currency",
        "num_projects",
        "num_votes",
        "fully_funded",
    )
)


class Meta:
    """The section as it is read."""

    def __init__(self, notices: list[Notice]) -> None:
        self.fields: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        self.notices = notices

    def add(self, line: int, row: list[str]) -> None:
        key = row[0].strip()
        if not key:
            raise PabulibError("empty_id", line, field="key")
        value = ";".join(row[1:]).strip().rstrip(";")
        if self.fields.get(key, value) != value:
            raise PabulibError("duplicate_key", line, key=key)
        if len(row) < 2:
            raise PabulibError("field_count", line, found=1, expected=2)
        if any(row[2:]):
            self.notices.append(Notice("extra_fields", line, {"key": key}))
        self.fields[key] = value
        self.lines[key] = line

    def check(self) -> None:
        """Refuse what could not be counted, before the ballots are read."""
        for key in ("budget", "vote_type"):
            if not self.fields.get(key):
                raise PabulibError("missing_key", key=key)
        self.budget = self.number("budget")
        self.vote_type = self.fields["vote_type"].lower()
        if self.vote_type not in VOTE_TYPES:
            raise PabulibError("vote_type", self.lines["vote_type"], value=self.fields["vote_type"])
        self.word = self.fields.get("rule") or "unknown"
        if self.word == "unknown":
            self.notices.append(Notice("rule_unknown", self.lines.get("rule"), {}))
        self.drop_unreadable_limits()
        self.numbers = {key: self.number(key) for key in MONEY + POINTS if self.fields.get(key)}
        for key in ("num_projects", "num_votes"):
            self.whole(key)
        self.max_length = self.whole("max_length")
        self.min_score = self.number(THRESHOLD) if self.fields.get(THRESHOLD) else None

    def drop_unreadable_limits(self) -> None:
        """Limits of ballots decide nothing here, so one that makes no sense is passed over."""
        for key in (*MONEY, *POINTS, *LENGTHS):
            value = self.fields.get(key)
            try:
                if value and key in LENGTHS:
                    self.whole(key)
                elif value:
                    self.number(key)
            except PabulibError:
                self.notices.append(
                    Notice("limit_ignored", self.lines[key], {"key": key, "value": value or ""})
                )
                del self.fields[key]

    def number(self, key: str) -> Number:
        return Number(self.fields[key], key, self.lines[key])

    def whole(self, key: str) -> int | None:
        value = self.fields.get(key)
        return whole_number(value, key, self.lines[key]) if value else None

    def check_total(self, key: str, found: int) -> None:
        """A file that was cut short does not hold what its META says."""
        said = self.whole(key)
        if said is not None and said != found:
            raise PabulibError("wrong_total", self.lines[key], key=key, said=said, found=found)

    def money(self) -> list[Number]:
        return [self.budget, *(self.numbers[key] for key in MONEY if key in self.numbers)]

    def limits(self, scale: int, points_scale: int) -> Limits:
        values: dict[str, int | None] = {key: self.whole(key) for key in LENGTHS}
        for key, number in self.numbers.items():
            values[key] = number.scaled(scale if key in MONEY else points_scale)
        least = self.min_score.scaled(points_scale) if self.min_score else 0
        return Limits(min_score=least, **values)

    def rule(self) -> str:
        """The rule under this package's name; see ``facts``."""
        return facts.rule(self.word, self.fields.get("comment", ""))

    def rest(self) -> Mapping[str, str]:
        return {key: value for key, value in self.fields.items() if key not in TYPED}
