"""The auditor's look at a ledger: every ballot opened, every batch computed again.

It says what holds and where something does not, and never how many ballots there are. What it
reads of voters and ballots stays in its memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind
from pb_portal.voting import heads, queries
from pb_portal.voting.ledger import batches, chain, sealing
from pb_portal.voting.ledger.audit_papers import check_papers
from pb_portal.voting.ledger.audit_people import check_people, check_roll
from pb_portal.voting.ledger.findings import Box, Finding, Look
from pb_portal.voting.models import PendingLeaf
from pb_portal.voting.queries.opened import opened_ballots

__all__ = ["Finding", "Look", "findings"]
_NAMED = 12


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
        Finding.of("roll", check_roll(session, look)),
        Finding.of("people", check_people(session, look, box)),
        Finding.of("papers", check_papers(session, look, box)),
        Finding.of("final", _final(session, look)),
    ]


def _read(session: Session, look: Look) -> Box:
    box = Box()
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


def _contents(session: Session, look: Look, box: Box, opened: chain.Opened) -> Iterator[str]:
    all_leaves = set(queries.ledger_leaves(session, look.cycle.id, look.at))
    if missing := sorted(box.leaves - all_leaves):
        yield f"the list of leaves lacks {missing[0][:_NAMED]}"
    for leaf in sorted(all_leaves - opened.leaves.keys()):
        yield f"leaf {leaf[:_NAMED]} lies in no batch"
    for leaf in sorted(opened.leaves.keys() - all_leaves):
        yield f"batch {opened.leaves[leaf]}: there is no ballot of leaf {leaf[:_NAMED]}"
    if session.scalars(select(PendingLeaf.leaf).filter_by(cycle_id=look.cycle.id)).first():
        yield "a leaf still waits for its batch"


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
