"""The rule book of a cycle: who votes, how, and how it is counted. Frozen and hashed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from pb_portal.domain.identity import PHONE, WAYS

SMALLEST_GROUP = 10
"""Of how many people figures are published, unless a rule book says otherwise."""


@dataclass(frozen=True)
class RuleBook:
    """Rules of one vote. Money in whole tenge; ages in full years on the first day of voting."""

    ballot_type: str = "approval"
    min_choices: int = 1
    max_choices: int = 3
    max_points: int = 0
    scope: str = "own_area"
    min_age: int = 16
    permanent_only: bool = False
    changeable: bool = True
    voters_per_phone: int = 2
    minimum_votes: int = 0
    counting_rule: str = "greedy"
    tie_rule: str = "lot/sha256"
    lot_commitment: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[str, ...]:
        """How voters prove who they are: codes of `domain.identity.WAYS`."""
        chosen = self.options.get("identity") or (PHONE,)
        return tuple(way for way in WAYS if way in chosen)

    def rule_of(self, area: str) -> str:
        """The counting rule of an area, by its code: its own where the book names one."""
        own = self.options.get("area_rules", {}).get(area, self.counting_rule)
        return str(own).replace("_", "-")

    @property
    def least_points(self) -> int:
        """The fewest points a proposal may get from a ballot that gives it any."""
        return int(self._ballot.get("least_points", 1))

    @property
    def most_points(self) -> int:
        """The most points one proposal may get from a ballot."""
        return int(self._ballot.get("most_points", 0)) or self.max_points

    @property
    def spend_all(self) -> bool:
        """Whether all points must be given away."""
        return bool(self._ballot.get("spend_all", False))

    @property
    def limits_by_area(self) -> bool:
        """Whether what a ballot may hold is told for each area by itself."""
        return self._ballot.get("limits") == "area"

    @property
    def smallest_group(self) -> int:
        """Of fewer people than this no figures are published."""
        return int(self.options.get("smallest_group", SMALLEST_GROUP))

    @property
    def _ballot(self) -> dict[str, Any]:
        return dict(self.options.get("ballot", {}))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as stored and published."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> RuleBook:
        """The rule book from stored data; unknown keys are refused."""
        return cls(**data)

    def canonical(self) -> bytes:
        """The one spelling that is hashed: JSON with sorted keys, no spaces, in UTF-8."""
        data = self.to_dict()
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()
