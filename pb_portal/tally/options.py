"""A rule's identifier with its options, as parsed, and reading single options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pb_portal.tally.outcome import UnsupportedRule


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed identifier."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        options = ",".join(f"{key}={value}" for key, value in sorted(self.options.items()))
        return f"{self.name}:{options}" if options else self.name


def refuse_unknown(rule: Rule, allowed: frozenset[str]) -> None:
    """UnsupportedRule for an option the rule does not have."""
    for key in rule.options:
        if key not in allowed:
            raise UnsupportedRule(
                f"The rule {rule.name} has no option “{key}”; it has {', '.join(sorted(allowed))}."
            )


def whole(rule: Rule, key: str, default: int) -> int:
    """A whole number given as an option."""
    value = rule.options.get(key)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 15):
        raise UnsupportedRule(f"The option “{key}” needs a whole number, not “{value}”.")
    return int(value)


def one_of(rule: Rule, key: str, allowed: tuple[str, ...]) -> str:
    """An option that is one of some words; the first of them is the default."""
    value = rule.options.get(key, allowed[0])
    if value not in allowed:
        raise UnsupportedRule(f"The option “{key}” is {' or '.join(allowed)}, not “{value}”.")
    return value
