"""The life of a case of the fraud desk, and why a ballot may be void."""

from __future__ import annotations

from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.rule_book import SMALLEST_GROUP

MOVES: dict[str, tuple[frozenset[str], str]] = {
    "watch": (frozenset({"open"}), "watching"),
    "reopen": (frozenset({"watching", "dismissed"}), "open"),
    "dismiss": (frozenset({"open", "watching"}), "dismissed"),
    "propose": (frozenset({"open", "watching"}), "proposed"),
    "decline": (frozenset({"proposed"}), "open"),
    "void": (frozenset({"proposed"}), "voided"),
}
BY_HAND = ("watch", "reopen", "dismiss")
NEEDS_REASON = frozenset({"dismiss", "reopen", "decline"})
REASONS = ("borrowed_identity", "bought", "pressure", "machine", "other")


def moved(state: str, action: str, reason: str) -> str:
    """The state after an action; refuses what the table does not know."""
    found = MOVES.get(action)
    if found is None or state not in found[0]:
        raise Conflict("fraud.not_now", state=state)
    if action in NEEDS_REASON and not reason.strip():
        raise Refusal("fraud.reason_missing", field="text")
    return found[1]


def moves_of(state: str) -> list[str]:
    """What staff may do with a case by hand."""
    return [action for action in BY_HAND if state in MOVES[action][0]]


def told(reasons: dict[str, int], smallest: int = SMALLEST_GROUP) -> dict[str, int]:
    """Voided ballots by reason as the public reads them: reasons of fewer than the smallest group
    go together, and if that is still fewer nothing but the total is told."""
    large = {reason: number for reason, number in reasons.items() if number >= smallest}
    rest = sum(reasons.values()) - sum(large.values())
    if rest and rest < smallest:
        return {}
    return {**large, **({"several": rest} if rest else {})}
