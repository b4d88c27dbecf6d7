"""What a file says in words or only by its result, turned into inputs of the count.

Rules: Pabulib's names become this package's; a rule Pabulib has no name for is written as a
numbered comment, ``Counting rule: …``, and read back from there.

Conflicts: a numbered comment ``Conflicts: 1+2+3, kept 2`` as this package writes it, or, under
``greedy-exclusive``, a sentence naming projects that overlap and the one that was retained. What
was read from a sentence is noticed, and so is a rule of exclusion that finds no conflict.

Awards: Poznań's rule (``greedy-custom``) gives money from outside to the best of those left, and a
file tells by marks 3 in the column ``selected`` to how many; its mark 2 follows from the rule. No
other rule explains such marks: there they are the city's own additions (see ``additions``), which
are shown and never computed.
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
_KEPT: Final = (
    re.compile(
        r"\b(?:retain|keep|kept)(?:ed|s|ing)?\s+(?:the\s+)?(?:projects?\s+)?(?:(?:no|nr)\.?\s+)?(\S+)",
        re.IGNORECASE,
    ),
    re.compile(r"(\S+)\s+(?:was|is|has been)\s+(?:retained|kept)\b", re.IGNORECASE),
)
_WORD: Final = re.compile(r"[^\s,;:()]+")
_PROJECTS: Final = re.compile(r"(projects?|proposals?|numbers?|nos?\.?|nr\.?)", re.IGNORECASE)
_END: Final = re.compile(r"(\S*)[.!?][\"”’)]*\s+(?=[^\W\da-z]|#|\Z)")
#: Words that end with a dot and end no sentence; single letters are others.
_SHORT: Final = re.compile(
    r"al|approx|art|ca|cf|dr|e\.g|eg|etc|fig|gen|i\.e|ie|im|incl|inst|inz|ks|max|min|mr|mrs|nb|no|nos|np|"
    r"nr|os|pkt|pl|prof|proj|resp|sq|st|str|sts|sw|św|tj|tys|tzw|ul|vol|vs",
    re.IGNORECASE,
)


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
    told: dict[tuple[str, ...], Conflict] = {}
    for sentence in sentences(comment, projects):
        ids = _ids(sentence, projects)
        if len(ids) > 1 and _OVERLAP.search(sentence):
            told.setdefault(ids, Conflict(ids, _kept_one(comment, ids)))
    return tuple(told.values())


def are_spelled_out(comment: str) -> bool:
    """Whether a comment states conflicts as this package writes them."""
    return _CONFLICT.search(comment) is not None


def sentences(comment: str, projects: Collection[str]) -> list[str]:
    """A comment in sentences: a dot ends none behind an abbreviation or a single letter."""
    parts, start = [], 0
    for end in _END.finditer(comment):
        word = end.group(1).rpartition("(")[2].strip(',;:"“”')
        short = _SHORT.fullmatch(word) or (len(word) == 1 and word.isalpha())
        if comment[end.end(1)] != "." or word in projects or not short:
            parts.append(comment[start : end.end()].strip())
            start = end.end()
    return [*parts, comment[start:].strip()]


def _ids(sentence: str, projects: Collection[str]) -> tuple[str, ...]:
    """The projects a sentence names, from where it first says that it names projects; years and
    numbers of projects are none."""
    words = [word.strip('."“”') or word for word in _WORD.findall(sentence)]
    known = [
        word in projects and not _PROJECTS.fullmatch((*words, "")[at + 1])
        for at, word in enumerate(words)
    ]
    first = next(
        (at for at in range(1, len(words)) if known[at] and _PROJECTS.fullmatch(words[at - 1])), 0
    )
    return tuple(dict.fromkeys(words[at] for at in range(first, len(words)) if known[at]))


def _kept_one(comment: str, ids: Collection[str]) -> str | None:
    """The one of some projects that a comment says was kept."""
    for pattern in _KEPT:
        for found in pattern.finditer(comment):
            if (one := found.group(1).strip('.,;:()"“”')) in ids:
                return one
    return None


def awards(word: str, official: Sequence[int | None]) -> int:
    """How many projects a file marks as paid from outside by a rule that knows such money."""
    return sum(mark == 3 for mark in official) if word == "greedy-custom" else 0
