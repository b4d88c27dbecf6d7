"""The one writer of a proposal's status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from pb_portal.accounts.models import Person
from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.service import rules_frozen
from pb_portal.domain.proposal_states import ProposalAction, ProposalState, Step, step_for
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.review_time import REVIEW_TIME, due_after_rework, held_by_staff
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import PaperApplication, Proposal, ProposalEvent, ProposalFollow
from pb_portal.proposals.service.remarks import resolve_remarks
from pb_portal.proposals.service.revisions import close_revision, open_revision
from pb_portal.proposals.service.versions import keep_first_version, keep_version

RESIDENTS = frozenset({"author", "registrar"})
"""Parts whose reasons are residents' own words: the log, which nothing is taken from, has none."""
_DECISIONS = frozenset({ProposalAction.ADMIT, ProposalAction.REJECT})


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
    a rejection without a published ground, and an admission once the rules of the vote are frozen
    (`proposal.ballot_fixed`).
    """
    step = step_for(proposal.status, action)
    if step.needs_reason and not reason.strip():
        raise Refusal("proposal.reason_missing", field="reason")
    if action is ProposalAction.ADMIT and rules_frozen(session, proposal.cycle_id):
        raise Refusal("proposal.ballot_fixed")
    if action is ProposalAction.REJECT:
        _check_grounds(session, grounds)
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
        staff_seconds=_held(proposal, by.at) if action in _DECISIONS else None,
    )
    proposal.events.append(event)
    session.flush()
    _keep_round(session, by, proposal, step)
    audit.record(
        session,
        by,
        f"proposal.{step.target}",
        ("proposal", proposal.id),
        cycle_id=proposal.cycle_id,
        reason="" if part in RESIDENTS else event.reason,
        origin=str(step.origin),
        grounds=event.grounds,
    )
    _tell(session, by, proposal, event)
    return event


def _keep_round(session: Session, by: Signature, proposal: Proposal, step: Step) -> None:
    """What was sent is kept; what comes back gets a working copy, which goes with the return."""
    if step.action in (ProposalAction.SUBMIT, ProposalAction.RESUBMIT):
        keep_version(session, proposal, by.at)
        resolve_remarks(session, by, proposal)
    if step.origin is ProposalState.RETURNED:
        close_revision(session, proposal)
    if step.target is ProposalState.RETURNED:
        keep_first_version(session, proposal)
        open_revision(session, proposal, by.at)


def _check_grounds(session: Session, chosen: Sequence[str]) -> None:
    if not chosen:
        raise Refusal("proposal.ground_missing", field="grounds")
    if not set(chosen) <= {ground.code for ground in cycles.grounds(session)}:
        raise Refusal("proposal.ground_unknown", field="grounds")


def _due(proposal: Proposal, target: ProposalState, at: datetime) -> datetime | None:
    """The clock of staff stands still while the author reworks, and then goes on."""
    if target in {ProposalState.SUBMITTED, ProposalState.APPEALED}:
        return at + REVIEW_TIME
    if target is ProposalState.RESUBMITTED:
        return due_after_rework(proposal.events, at)
    return proposal.due_at if target is ProposalState.IN_REVIEW else None


def _held(proposal: Proposal, at: datetime) -> int:
    return int(held_by_staff(proposal.events, at).total_seconds())


def _tell(session: Session, by: Signature, proposal: Proposal, event: ProposalEvent) -> None:
    """Write to those who write it and to everybody who follows."""
    followers = select(ProposalFollow.person_id).where(ProposalFollow.proposal_id == proposal.id)
    people = session.scalars(
        select(Person)
        .where(
            Person.id.in_(proposal.written_by) | Person.id.in_(followers),
            Person.confirmed_at.is_not(None),
            Person.blocked_at.is_(None),
        )
        .options(lazyload(Person.grants))
    )
    for person in people:
        mine = person.id in proposal.written_by
        _post(session, by, proposal, event, (person.email, person.locale, person.name), mine=mine)
    if proposal.author_id is None and proposal.origin == "paper":
        _tell_by_paper(session, by, proposal, event)


def _tell_by_paper(
    session: Session, by: Signature, proposal: Proposal, event: ProposalEvent
) -> None:
    """Write to whoever handed it in on paper, where the address is known."""
    paper = session.get(PaperApplication, proposal.id)
    if paper is not None and paper.email:
        _post(session, by, proposal, event, (paper.email, paper.locale, paper.name), mine=True)


def _post(
    session: Session,
    by: Signature,
    proposal: Proposal,
    event: ProposalEvent,
    to: tuple[str, str, str],
    *,
    mine: bool,
) -> None:
    recipient, locale, name = to
    outbox.post(
        session,
        by,
        "proposal_step",
        recipient=recipient,
        locale=locale,
        name=name,
        mine=mine,
        number=proposal.number,
        title=proposal.title,
        target=str(event.target),
        reason=event.reason,
        grounds=event.grounds,
        due=proposal.due_at.isoformat() if proposal.due_at else "",
        path=f"/c/{proposal.cycle.slug}/proposals/{proposal.number}",
    )
