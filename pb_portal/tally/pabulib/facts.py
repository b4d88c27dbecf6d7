"""What a file says in words or only by its result, turned into inputs of the count.

Rules: Pabulib's names become this package's; a rule Pabulib has no name for is written as a
numbered comment, ``Counting rule: …``, and read back from there.

Conflicts: a numbered comment ``Conflicts: 1+2+3, kept 2`` as this package writes it, or, under
``greedy-exclusive``, a sentence naming projects that overlap and the one that was retained.

Awards: money from outside the budget is recorded only by marks 2 and 3 in the column ``selected``.
Under ``greedy-custom`` mark 2 follows from the rule and 3 does not; under the others neither does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from pb_portal.tally.model import Conflict

_OURS: Final = {
    "equalshares": "equal-shares:ties=cost-votes",
    "equalshares-comparison": "equal-shares:comparison=satisfaction,ties=cost-votes",
    "equalshares/add1": "equal-shares/add1-overspend:ties=cost-votes",
    "equalshares/add1-comparison": (
        "equal-shares/add1-overspend:comparison=satisfaction,ties=cost-votes"
    ),
}
_PABULIB: Final = {ours: theirs for theirs, ours in _OURS.items()}
_NATIVE: Final = (
    "greedy",
    "greedy-no-skip",
    "greedy-threshold",
    "greedy-exclusive",
    "greedy-custom",
)
_RULE: Final = re.compile(r"#\d+: Counting rule: (\S+?)\.(?:\s|$)")
_CONFLICT: Final = re.compile(r"#\d+: Conflicts: (\S+?)(?:, kept (\S+?))?\.(?:\s|$)")
_OVERLAP: Final = re.compile(r"\b(overlap|conflict|exclu|simultaneous)", re.IGNORECASE)
_RETAINED: Final = re.compile(r"\bretained project (\S+)", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\s,;:()]+")


def rule(word: str, comment: str) -> str:
    """This package's identifier for what a file says; a word it does not know stays as it is."""
    if found := _RULE.search(comment):
        return found.group(1)
    return _OURS.get(word, word)


def pabulib_rule(identifier: str, threshold: int) -> str:
    """Pabulib's word for a rule; the nearest, or ``unknown``, where it has none."""
    if identifier == "greedy" and threshold:
        return "greedy-threshold"
    if identifier in _NATIVE:
        return identifier
    name = identifier.partition(":")[0]
    return _PABULIB.get(identifier, "greedy-custom" if name == "greedy-per-cost" else "unknown")


def rule_comment(identifier: str) -> str:
    """The comment that carries a rule Pabulib has no word for."""
    return f"Counting rule: {identifier}."


def conflict_comment(conflict: Conflict) -> str:
    """The comment that carries a conflict."""
    kept = f", kept {conflict.kept}" if conflict.kept else ""
    return f"Conflicts: {'+'.join(conflict.projects)}{kept}."


def conflicts(comment: str, word: str, projects: Collection[str]) -> tuple[Conflict, ...]:
    """The conflicts a comment states, of projects that stand in the file."""
    found = [
        Conflict(ids, match.group(2))
        for match in _CONFLICT.finditer(comment)
        if set(ids := tuple(match.group(1).split("+"))) <= set(projects)
    ]
    if found or word != "greedy-exclusive":
        return tuple(found)
    for sentence in re.split(r"(?<=[.!?])\s", comment):
        ids = tuple(dict.fromkeys(one for one in _ids(sentence) if one in projects))
        if len(ids) > 1 and _OVERLAP.search(sentence):
            kept = _RETAINED.search(comment)
            named = kept.group(1).rstrip(".,;") if kept else None
            return (Conflict(ids, named if named in ids else None),)
    return ()


def _ids(sentence: str) -> list[str]:
    return [word.rstrip(".") for word in _WORD.findall(sentence)]


def awards(word: str, official: Sequence[int | None]) -> int:
    """How many projects a file marks as paid from money outside the budget."""
    marks = (3,) if word == "greedy-custom" else (2, 3)
    return sum(mark in marks for mark in official)
