"""Ties are broken by an order that was drawn once and fixed before the count.

The seed is secret until the vote closes; its commitment is published before the vote opens.
Anyone can then repeat the draw: order the projects by SHA-256(seed ‖ project id).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pb_portal.tally.model import Election, ElectionError


@dataclass(frozen=True, slots=True)
class Ties:
    """An order of all projects, the first goes before the second, and what it is called.

    Names in use: ``lot`` (drawn from a committed seed), ``official`` (see below), ``file`` (as
    listed) and ``given`` (handed in by the caller).
    """

    name: str
    order: tuple[str, ...]


def commit(seed: bytes) -> str:
    """The commitment to publish before the vote: SHA-256 of the seed, in hexadecimal."""
    return hashlib.sha256(seed).hexdigest()


def lot_order(seed: bytes, ids: Iterable[str]) -> list[str]:
    """The ids ordered by SHA-256(seed ‖ id), the id itself deciding should two hashes be equal."""
    return sorted(ids, key=lambda one: (hashlib.sha256(seed + one.encode()).digest(), one))


def lot(seed: bytes, election: Election) -> Ties:
    """The committed lot over all projects of an election."""
    return Ties("lot", tuple(lot_order(seed, (project.id for project in election.projects))))


def file_ties(election: Election) -> Ties:
    """The order in which the projects are listed."""
    return Ties("file", tuple(project.id for project in election.projects))


def official_ties(election: Election) -> Ties:
    """The lot as far as a published result shows it.

    A Pabulib file does not hold the lot the city drew. Where it holds the winners, those go
    before the others of the same score, and the order of the file decides the rest. Marks for
    other money say something of the lot only under the rule that explains them.
    """
    if all(project.official is None for project in election.projects):
        return file_ties(election)
    marks = (1, 2, 3) if election.rule.startswith("greedy-custom") else (1,)
    ranked = sorted(
        election.projects,
        key=lambda one: marks.index(one.official) if one.official in marks else len(marks),
    )
    return Ties("official", tuple(project.id for project in ranked))


def as_ties(ties: Ties | Sequence[str]) -> Ties:
    """A plain sequence of ids is an order somebody gave."""
    return ties if isinstance(ties, Ties) else Ties("given", tuple(ties))


def asked_ties(election: Election, seed: str | None, named: str) -> Ties:
    """The lot of a seed in hexadecimal; without one the order ``named``, file or official."""
    if seed is not None:
        try:
            return lot(bytes.fromhex(seed), election)
        except ValueError as error:
            raise ElectionError("The seed is not a hexadecimal number.") from error
    return file_ties(election) if named == "file" else official_ties(election)
