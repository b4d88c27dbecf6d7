"""Voting on paper: the numbers on ballots, the life of a batch, its equation, typed marks."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pb_portal.domain.refusal import Conflict, Refusal

_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2), (7, 0, 9, 2, 1, 5, 4, 8, 6, 3), (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6), (6, 1, 2, 3, 0, 4, 5, 9, 7, 8), (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4), (8, 9, 4, 5, 3, 6, 2, 0, 1, 7), (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)  # fmt: skip
DIGITS = 6
HIGHEST = 10**DIGITS - 1
MOST_IN_BATCH = 1000


def check_digit(digits: str) -> int:
    """The digit that finds every single wrong digit and every two that changed places (Damm)."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def serial_code(number: int) -> str:
    """The number of a ballot as it is printed: six digits, a hyphen and the check digit."""
    digits = f"{number:0{DIGITS}d}"
    return f"{digits}-{check_digit(digits)}"


def serial_of(text: str) -> int:
    """The number typed with its check digit, hyphens and leading zeros as one likes.

    Refuses (`polling.serial_wrong`) what cannot be the number of a ballot.
    """
    digits = re.sub(r"[\s-]", "", text)
    plain = digits.isascii() and digits.isdigit() and 2 <= len(digits) <= DIGITS + 1
    if not plain or check_digit(digits) != 0 or int(digits[:-1]) < 1:
        raise Refusal("polling.serial_wrong", field="serial")
    return int(digits[:-1])


class BatchState(StrEnum):
    """Where a batch of ballots is."""

    PRINTED = "printed"
    ISSUED = "issued"
    RETURNED = "returned"
    KEYED_ONCE = "keyed_once"
    KEYED_TWICE = "keyed_twice"
    AGREED = "agreed"
    ACCEPTED = "accepted"
    SET_ASIDE = "set_aside"


B = BatchState
MOVES: dict[str, tuple[frozenset[BatchState], BatchState]] = {
    "issue": (frozenset({B.PRINTED}), B.ISSUED),
    "give_back": (frozenset({B.ISSUED}), B.RETURNED),
    "key_once": (frozenset({B.RETURNED}), B.KEYED_ONCE),
    "key_twice": (frozenset({B.KEYED_ONCE}), B.KEYED_TWICE),
    "agree": (frozenset({B.KEYED_TWICE}), B.AGREED),
    "accept": (frozenset({B.AGREED}), B.ACCEPTED),
    "set_aside": (
        frozenset({B.ISSUED, B.RETURNED, B.KEYED_ONCE, B.KEYED_TWICE, B.AGREED}),
        B.SET_ASIDE,
    ),
}
UNDERWAY = MOVES["set_aside"][0]
"""A batch in one of these holds up the count: it was given out and nothing was decided on it."""
KEYED_IN = frozenset({B.RETURNED, B.KEYED_ONCE})


def moved(state: str, act: str) -> BatchState:
    """The state after an act; a batch that is elsewhere is a conflict (`polling.batch_moved`)."""
    origins, target = MOVES[act]
    if state not in origins:
        raise Conflict("polling.batch_moved", state=state)
    return target


@dataclass(frozen=True)
class Equation:
    """What became of the ballots of a batch."""

    cast: int
    spoiled: int
    unused: int
    missing: int = 0

    def check(self, issued: int) -> None:
        """Refuse figures that do not add up to the ballots the batch was issued with."""
        figures = (self.cast, self.spoiled, self.unused, self.missing)
        if min(figures) < 0 or sum(figures) != issued:
            raise Refusal("polling.equation", field="cast", issued=issued, sum=sum(figures))


class Verdict(StrEnum):
    """What a person sees on one ballot."""

    VALID = "valid"
    BLANK = "blank"
    AGAINST_RULES = "against_rules"
    UNREADABLE = "unreadable"
    ABSENT = "absent"


INVALID = (Verdict.BLANK, Verdict.AGAINST_RULES, Verdict.UNREADABLE)
SHORT = {
    "/1": Verdict.BLANK,
    "/2": Verdict.AGAINST_RULES,
    "/3": Verdict.UNREADABLE,
    "/9": Verdict.ABSENT,
}
"""What is typed on the number pad instead of marks."""


@dataclass(frozen=True)
class Marks:
    """One ballot as read: a verdict and, when it is valid, what is marked."""

    verdict: Verdict
    choices: tuple[int, ...] = ()
    points: tuple[int, ...] = ()


def read_marks(text: str, papers: Sequence[int], ballot_type: str) -> Marks:
    """What was typed, by the places on the paper: `3 7 12`; with points `3*5 7*2`.

    `papers` are the proposals in the order in which they are printed. A ranking keeps the order
    typed; other ballots are sorted, as they are stored. Refuses what cannot be read; whether the
    ballot keeps the rules is not asked here.
    """
    words = re.split(r"[\s+,;]+", text.strip())
    if len(words) == 1 and words[0] in SHORT:
        return Marks(SHORT[words[0]])
    read = [_mark(word, papers, points=ballot_type == "points") for word in words]
    if ballot_type != "ranking":
        read.sort()
    points = tuple(value for _, value in read) if ballot_type == "points" else ()
    return Marks(Verdict.VALID, tuple(choice for choice, _ in read), points)


def _mark(word: str, papers: Sequence[int], *, points: bool) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,4})[*:=](\d{1,6})" if points else r"(\d{1,4})()", word, re.ASCII)
    if found is None:
        raise Refusal("polling.marks_points" if points else "polling.marks_wrong", field="marks")
    place = int(found[1])
    if not 1 <= place <= len(papers):
        raise Refusal("polling.no_such_place", field="marks", place=place, last=len(papers))
    return papers[place - 1], int(found[2] or 0)


def typed(marks: Marks, papers: Sequence[int]) -> str:
    """Marks as one would type them."""
    if marks.verdict != Verdict.VALID:
        return next(short for short, verdict in SHORT.items() if verdict == marks.verdict)
    places = [papers.index(choice) + 1 for choice in marks.choices]
    if marks.points:
        return " ".join(f"{p}*{v}" for p, v in zip(places, marks.points, strict=True))
    return " ".join(map(str, places))


def seal(key: str, voter_key: str) -> str:
    """A voter's key made unreadable without the register's key: a request that waits for a second
    person carries it, so that the times in that request tell of nobody."""
    once = secrets.token_hex(16)
    return once + _padded(key, once, bytes.fromhex(voter_key)).hex()


def unseal(key: str, token: str) -> str:
    """The voter's key that `seal` hid; of anything else, a key that belongs to nobody."""
    try:
        hidden = bytes.fromhex(token[32:])
    except ValueError:
        return ""
    return _padded(key, token[:32], hidden).hex()


def _padded(key: str, once: str, content: bytes) -> bytes:
    pad = hmac.digest(key.encode(), f"paper\x1f{once}".encode(), "sha256")
    return bytes(a ^ b for a, b in zip(content, pad, strict=False))


def tag(key: str, voter_key: str) -> str:
    """A name for the one open request about a person; nobody without the key can make it."""
    return hmac.digest(key.encode(), f"paper-tag\x1f{voter_key}".encode(), "sha256").hex()[:32]
