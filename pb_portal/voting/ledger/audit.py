"""The auditor's look at a ledger: every ballot opened, every batch computed again.

It says what holds and where something does not, and never how many ballots there are. What it
reads of voters and ballots stays in its memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind
from pb_portal.voting import heads, queries
from pb_portal.voting.ledger import batches, chain, sealing
from pb_portal.voting.models import PendingLeaf
from pb_portal.voting.paper.models import Batch as PaperBatch
from pb_portal.voting.queries.opened import opened_ballots, participants

SHOWN = 5
"""Places named of one kind; more are only said to be there."""
_NAMED = 12


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


@dataclass
class _Box:
    """The ballots as they were read."""

    leaves: set[str] = field(default_factory=set)
    names: dict[str, list[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def findings(session: Session, look: Look) -> list[Finding]:
    """Everything about ballots and ledger. Refuses (`voting.still_open`) before the close."""
    cycle_id = look.cycle.id
    box = _read(session, look)
    keys = batches.keys_of(cycle_id, look.key)
    opened = chain.opened(session, cycle_id, look.cycle.slug, keys, look.public_key)
    return [
        Finding.of("ballots", box.wrong),
        Finding.of("batches", [*opened.wrong, *_closing(session, look)]),
        Finding.of("marks", chain.marks_differ(session, cycle_id, opened)),
        Finding.of("contents", _contents(session, look, box, opened)),
        Finding.of("people", _people(session, look, box)),
        Finding.of("final", _final(session, look)),
    ]


def _read(session: Session, look: Look) -> _Box:
    box = _Box()
    for name, revision, leaf, holds in opened_ballots(session, look.cycle.id, look.at):
        box.leaves.add(leaf)
        box.names.setdefault(name, []).append(revision)
        if not holds:
            box.wrong.append(f"the ballot of leaf {leaf[:_NAMED]} does not give that leaf")
    for record, once, leaf in queries.void_leaves(session, look.cycle.id):
        box.leaves.add(leaf)
        if ledger.leaf(record, once) != leaf:
            box.wrong.append(f"what declares a ballot void does not give leaf {leaf[:_NAMED]}")
    for revisions in box.names.values():
        if sorted(revisions) != list(range(1, len(revisions) + 1)):
            box.wrong.append("a former ballot of a changed vote is missing")
    return box


def _closing(session: Session, look: Look) -> Iterator[str]:
    """After the close there are always some batches more, so the end cannot be cut off."""
    phase = cycles.find_phase(look.cycle, PhaseKind.VOTING)
    last = batches.newest(session, look.cycle.id, sealing.CLOSING)
    if phase is None or sum(batch.sealed_at >= phase.ends_at for batch in last) < sealing.CLOSING:
        yield "the batches after the close are missing"


def _contents(session: Session, look: Look, box: _Box, opened: chain.Opened) -> Iterator[str]:
    all_leaves = set(queries.ledger_leaves(session, look.cycle.id, look.at))
    if missing := sorted(box.leaves - all_leaves):
        yield f"the list of leaves lacks {missing[0][:_NAMED]}"
    for leaf in sorted(all_leaves - opened.leaves.keys()):
        yield f"leaf {leaf[:_NAMED]} lies in no batch"
    for leaf in sorted(opened.leaves.keys() - all_leaves):
        yield f"batch {opened.leaves[leaf]}: there is no ballot of leaf {leaf[:_NAMED]}"
    if session.scalars(select(PendingLeaf.leaf).filter_by(cycle_id=look.cycle.id)).first():
        yield "a leaf still waits for its batch"


def _people(session: Session, look: Look, box: _Box) -> Iterator[str]:
    """Everybody who voted here has a ballot, and nobody else has one."""
    own = ledger.cycle_key(look.key, look.cycle.id)
    phase = cycles.find_phase(look.cycle, PhaseKind.VOTING)
    first, last = (
        (moment.astimezone(look.zone).date() for moment in (phase.starts_at, phase.ends_at))
        if phase
        else (None, None)
    )
    left = set(box.names)
    for voter_key, channel, on in participants(session, look.cycle.id, look.at):
        name = ledger.ballot_key(own, voter_key)
        if channel == "portal" and name not in left:
            yield "somebody who voted in the portal has no ballot"
        if channel == "portal":
            left.discard(name)
        if first is None or last is None or not first <= on <= last:
            yield "somebody took part on a day outside the vote"
    for _ in left - set(_paper_names(session, look.cycle.id, own)):
        yield "a ballot belongs to nobody who voted"


def _paper_names(session: Session, cycle_id: int, own: str) -> Iterator[str]:
    rows = session.execute(
        select(PaperBatch.number, PaperBatch.first, PaperBatch.last).where(
            PaperBatch.cycle_id == cycle_id
        )
    )
    for number, first, last in rows:
        for serial in range(first, last + 1):
            yield ledger.ballot_key(own, f"paper:{number}:{serial}")


def _final(session: Session, look: Look) -> Iterator[str]:
    """The heads over all sorted leaves, signed after the close."""
    signed = heads.of_cycle(session, look.cycle.id)
    for place, head in enumerate(signed, 1):
        if head.number != place:
            yield f"closing head {place} is missing"
        if head.public_key != look.public_key or not heads.kept(head, look.cycle.slug):
            yield f"closing head {head.number}: its signature does not hold"
    box = queries.ledger_root(session, look.cycle.id, look.at)
    if not signed or (signed[-1].root, signed[-1].size) != (box.root, box.leaves):
        yield "the box is not the one whose head was signed after the close"
