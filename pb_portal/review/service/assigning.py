"""Handing files out to reviewers, and keeping views of the queue under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.audit import service as audit
from pb_portal.db import Missing, take_turn
from pb_portal.domain.permissions import P, areas_of, demand
from pb_portal.domain.proposal_states import IN_STAFF_HANDS, ProposalState
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.sharing import Colleague, File, share_evenly
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import Proposal
from pb_portal.review.models import SavedFilter
from pb_portal.review.queue import loads_of
from pb_portal.review.staff import colleagues
from pb_portal.seals.service import delete_rows

MOST_AT_ONCE = 1000
MOST_FILTERS = 20
NAMED = 20
"""Files that a letter names."""


@dataclass(frozen=True)
class Handed:
    """What came of it: files handed out, moved by others meanwhile, and fit for nobody chosen."""

    given: int = 0
    moved: int = 0
    unfit: int = 0


def assign(
    session: Session, by: Signature, seen: Mapping[int, int], person_id: int | None
) -> Handed:
    """Hand files (id → version seen) to one colleague, or share them evenly (None).

    What somebody changed meanwhile stays as it is, and so does what the person may not review.
    """
    if not seen:
        raise Refusal("assign.none", field="files")
    if len(seen) > MOST_AT_ONCE:
        raise Refusal("assign.too_many", field="files", most=MOST_AT_ONCE)
    people = colleagues(session, areas_of(by.actor, P.REVIEW))
    chosen = [one for one in people if person_id in (None, one.id)]
    if not chosen:
        raise Refusal("assign.nobody", field="to")
    files = _locked(session, by, list(seen))
    fresh = [file for file in files if file.version == seen[file.id] and _open(file)]
    given = share_evenly(
        [File(file.id, file.area_id, file.author_id) for file in fresh],
        [Colleague(one.id, one.areas) for one in chosen],
        loads_of(session, [one.id for one in chosen]),
    )
    handed = _hand_out(session, by, fresh, given)
    _tell(session, by, handed)
    return Handed(len(given), len(seen) - len(fresh), len(fresh) - len(given))


def _locked(session: Session, by: Signature, ids: Sequence[int]) -> Sequence[Proposal]:
    files = session.scalars(
        select(Proposal)
        .where(Proposal.id.in_(ids), Proposal.status != ProposalState.DRAFT)
        .order_by(Proposal.id)
        .with_for_update(of=Proposal)
        .execution_options(populate_existing=True)
    ).all()
    for file in files:
        demand(by.actor, P.REVIEW, area_id=file.area_id)
    return files


def _open(file: Proposal) -> bool:
    return file.status in IN_STAFF_HANDS or file.status == ProposalState.RETURNED


def _hand_out(
    session: Session, by: Signature, files: Sequence[Proposal], given: Mapping[int, int]
) -> dict[int, list[Proposal]]:
    handed: dict[int, list[Proposal]] = {}
    for file in files:
        person_id = given.get(file.id)
        if person_id is None or file.reviewer_id == person_id:
            continue
        before, file.reviewer_id = file.reviewer_id, person_id
        handed.setdefault(person_id, []).append(file)
        audit.record(
            session,
            by,
            "review.assigned",
            ("proposal", file.id),
            cycle_id=file.cycle_id,
            before=before,
            reviewer=person_id,
        )
    session.flush()
    return handed


def _tell(session: Session, by: Signature, handed: Mapping[int, Sequence[Proposal]]) -> None:
    """One letter to each colleague, however many files there are."""
    for person_id, files in handed.items():
        person = session.get_one(Person, person_id)
        if person_id == by.actor.person_id or person.blocked_at is not None:
            continue
        outbox.post(
            session,
            by,
            "review_assigned",
            recipient=person.email,
            locale=person.locale,
            name=person.name,
            count=len(files),
            files=[
                {
                    "number": file.number,
                    "title": file.title,
                    "due": file.due_at.isoformat() if file.due_at else "",
                    "path": f"/desk/review/{file.id}",
                }
                for file in sorted(files, key=lambda one: (one.due_at is None, one.due_at))[:NAMED]
            ],
            path="/desk/review?view=mine",
        )


def save_filter(
    session: Session, by: Signature, name: str, query: Mapping[str, str]
) -> SavedFilter:
    """Keep a view of the queue under a name; the same name again replaces it."""
    demand(by.actor, P.REVIEW)
    assert by.actor.person_id is not None
    if not name:
        raise Refusal("filter.no_name", field="name")
    mine = SavedFilter.person_id == by.actor.person_id
    take_turn(session, f"filters of {by.actor.person_id}")
    kept = session.scalars(select(SavedFilter).where(mine, SavedFilter.name == name)).one_or_none()
    if kept is None:
        if (session.scalar(select(func.count()).where(mine)) or 0) >= MOST_FILTERS:
            raise Refusal("filter.too_many", field="name", most=MOST_FILTERS)
        kept = SavedFilter(person_id=by.actor.person_id, name=name)
        session.add(kept)
    kept.query = dict(query)
    session.flush()
    return kept


def forget_filter(session: Session, by: Signature, filter_id: int) -> None:
    """Take a kept view away; only its owner's."""
    mine = delete(SavedFilter).where(
        SavedFilter.id == filter_id, SavedFilter.person_id == by.actor.person_id
    )
    if not delete_rows(session, mine, "taken away by its owner"):
        raise Missing("filter")
