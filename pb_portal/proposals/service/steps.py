"""The one writer of a proposal's status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from pb_portal.accounts.models import Person
from pb_portal.audit import service as audit
from pb_portal.domain.proposal_states import Ground, ProposalAction, ProposalState, step_for
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import Proposal, ProposalEvent, ProposalFollow

REVIEW_TIME = timedelta(days=10)
"""In which staff answer a proposal that has come to them."""

_COMES_TO_STAFF = frozenset(
    {ProposalState.SUBMITTED, ProposalState.RESUBMITTED, ProposalState.APPEALED}
)


def change_status(
    session: Session,
    by: Signature,
    proposal: Proposal,
    action: ProposalAction,
    *,
    part: str,
    reason: str = "",
    grounds: Sequence[str] = (),
) -> ProposalEvent:
    """Take one step of the table: status, public event, audit entry and letters together.

    `part` is what the public is told of who did it: author, reviewer, secretary or system. Checks
    no permission, callers do. Refuses a step the table does not have, one that lacks its reason,
    and a rejection without a published ground.
    """
    step = step_for(proposal.status, action)
    if step.needs_reason and not reason.strip():
        raise Refusal("proposal.reason_missing", field="reason")
    if action is ProposalAction.REJECT:
        _check_grounds(grounds)
    proposal.status = step.target
    proposal.due_at = _due(proposal, step.target, by.at)
    proposal.updated_at = by.at
    event = ProposalEvent(
        action=action,
        origin=step.origin,
        target=step.target,
        at=by.at,
        actor_id=by.actor.person_id,
        actor_part=part,
        reason=reason.strip(),
        grounds=list(grounds),
    )
    proposal.events.append(event)
    session.flush()
    audit.record(
        session,
        by,
        f"proposal.{step.target}",
        ("proposal", proposal.id),
        cycle_id=proposal.cycle_id,
        reason=event.reason,
        origin=str(step.origin),
        grounds=event.grounds,
    )
    _tell(session, by, proposal, event)
    return event


def _check_grounds(grounds: Sequence[str]) -> None:
    if not grounds:
        raise Refusal("proposal.ground_missing", field="grounds")
    if not set(grounds) <= set(Ground):
        raise Refusal("proposal.ground_unknown", field="grounds")


def _due(proposal: Proposal, target: ProposalState, at: datetime) -> datetime | None:
    if target in _COMES_TO_STAFF:
        return at + REVIEW_TIME
    return proposal.due_at if target is ProposalState.IN_REVIEW else None


def _tell(session: Session, by: Signature, proposal: Proposal, event: ProposalEvent) -> None:
    """Write to the author and to everybody who follows."""
    followers = select(ProposalFollow.person_id).where(ProposalFollow.proposal_id == proposal.id)
    people = session.scalars(
        select(Person)
        .where(
            (Person.id == proposal.author_id) | Person.id.in_(followers),
            Person.confirmed_at.is_not(None),
            Person.blocked_at.is_(None),
        )
        .options(lazyload(Person.grants))
    )
    for person in people:
        outbox.post(
            session,
            by,
            "proposal_step",
            recipient=person.email,
            locale=person.locale,
            name=person.name,
            mine=person.id == proposal.author_id,
            number=proposal.number,
            title=proposal.title,
            target=str(event.target),
            reason=event.reason,
            grounds=event.grounds,
            due=proposal.due_at.isoformat() if proposal.due_at else "",
            path=f"/c/{proposal.cycle.slug}/proposals/{proposal.number}",
        )
