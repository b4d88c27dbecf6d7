"""The rule book of a cycle: who votes, how, and how it is counted. Frozen and hashed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from pb_portal.domain.refusal import Refusal


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

    def rule_of(self, area: str) -> str:
        """The counting rule of an area, by its code: its own where the book names one."""
        own = self.options.get("area_rules", {}).get(area, self.counting_rule)
        return str(own).replace("_", "-")

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


def check_choices(
    rules: RuleBook, choices: list[int], allowed: set[int], *, part: bool = False
) -> None:
    """Raise `Refusal` unless an approval ballot is valid: distinct, allowed, within the limits.

    With `part` it is still being made, and may hold fewer than the least.
    """
    if len(set(choices)) != len(choices):
        raise Refusal("ballot.repeated")
    if not set(choices) <= allowed:
        raise Refusal("ballot.not_on_ballot")
    if not part and len(choices) < rules.min_choices:
        raise Refusal("ballot.too_few", least=rules.min_choices)
    if len(choices) > rules.max_choices:
        raise Refusal("ballot.too_many", most=rules.max_choices, chosen=len(choices))
