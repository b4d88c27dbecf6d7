"""Handing a proposal in, handing it in again, taking it back."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.service import lock_phase
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind, is_open
from pb_portal.domain.proposal_states import ProposalAction, ProposalState, step_for
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.files.service import publish
from pb_portal.proposals.models import Proposal, ProposalEvent, ProposalFollow
from pb_portal.proposals.service.drafts import (
    check_author,
    check_writer,
    index_words,
    part_of,
    require_author,
)
from pb_portal.proposals.service.held_words import check_proposal_words, hold_proposal
from pb_portal.proposals.service.revisions import take_over
from pb_portal.proposals.service.steps import change_status
from pb_portal.word_list.service import require_allowed_words

ATTEMPTS = 5
APPEAL_TIME = timedelta(days=10)
"""After a rejection; never beyond the opening of the vote."""
SHORTEST_APPEAL, LONGEST_APPEAL = 20, 3000
SHORTEST = {"title": 5, "problem": 20, "solution": 20}


@dataclass(frozen=True)
class Gap:
    """Something still lacking: on which page, in which field, and the code of its sentence."""

    step: str
    field: str
    code: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict)


def gaps(proposal: Proposal) -> list[Gap]:
    """What is missing before the proposal can be handed in, in the order of the pages."""
    found = []
    pinned = proposal.lat is not None and proposal.lon is not None
    if not pinned:
        found.append(Gap("place", "lat", "gap.pin"))
    areas = [part.area for part in proposal.cycle.areas]
    pin_tells = any(area.outline for area in areas)
    if proposal.area_id is None and areas and (pinned or not pin_tells):
        found.append(Gap("place", "area", "gap.area"))
    if not proposal.address:
        found.append(Gap("place", "address", "gap.address"))
    for name, least in SHORTEST.items():
        if len(getattr(proposal, name)) < least:
            found.append(Gap("idea", name, f"gap.{name}", {"least": least}))
    if proposal.category_id is None:
        found.append(Gap("idea", "category", "gap.category"))
    if not proposal.lines:
        found.append(Gap("estimate", "work", "gap.estimate"))
    cap = proposal.cycle.cap
    if cap is not None and proposal.cost > cap:
        found.append(Gap("estimate", "work", "gap.over_cap", {"cap": cap}))
    return found


def submit(session: Session, by: Signature, proposal: Proposal) -> ProposalEvent:
    """Hand a draft in: it gets the cycle's next number and becomes public with its pictures.

    The phase is read under a lock, so that a draft sent after the end stays a draft.
    """
    demand(by.actor, P.PROPOSE)
    check_author(by, proposal)
    step_for(proposal.status, ProposalAction.SUBMIT)
    phase = lock_phase(session, proposal.cycle_id, PhaseKind.APPLICATIONS)
    if phase is None or not is_open(phase, by.at):
        raise Refusal("proposal.applications_over")
    _refuse_gaps(proposal)
    held = check_proposal_words(session, proposal)
    event = submit_numbered(session, by, proposal)
    publish([picture.file for picture in proposal.pictures])
    session.flush()
    hold_proposal(session, by, proposal, held=held)
    return event


def resubmit(session: Session, by: Signature, copy: Proposal) -> ProposalEvent:
    """Hand a returned proposal in again, while the time for rework lasts: its working copy
    becomes what everybody reads."""
    check_writer(by, copy)
    part = part_of(by, copy)
    step_for(copy.public.status, ProposalAction.RESUBMIT)
    until = rework_until(copy.cycle)
    if until is not None and by.at >= until:
        raise Refusal("proposal.rework_over")
    _refuse_gaps(copy)
    held = check_proposal_words(session, copy)
    proposal = take_over(session, copy)
    index_words(proposal)
    publish([picture.file for picture in proposal.pictures])
    event = change_status(session, by, proposal, ProposalAction.RESUBMIT, part=part)
    hold_proposal(session, by, proposal, held=held)
    return event


def withdraw(
    session: Session, by: Signature, proposal: Proposal, *, reason: str = ""
) -> ProposalEvent:
    """Take a proposal back; its page stays and says so. Any of its authors may."""
    require_author(by, proposal)
    require_allowed_words(session, {"reason": reason})
    return change_status(
        session,
        by,
        proposal,
        ProposalAction.WITHDRAW,
        part=part_of(by, proposal),
        reason=reason,
    )


def appeal(session: Session, by: Signature, proposal: Proposal, *, reason: str) -> ProposalEvent:
    """Ask the council to look at a rejection again: once, while `appeal_until` has not passed."""
    require_author(by, proposal)
    step_for(proposal.status, ProposalAction.APPEAL)
    words = clean(reason)
    if len(words) < SHORTEST_APPEAL:
        raise Refusal("appeal.too_short", field="reason", least=SHORTEST_APPEAL)
    if len(words) > LONGEST_APPEAL:
        raise Refusal("proposal.too_long", field="reason", most=LONGEST_APPEAL, length=len(words))
    require_allowed_words(session, {"reason": words})
    if any(event.action == ProposalAction.APPEAL for event in proposal.events):
        raise Refusal("appeal.once")
    voting = cycles.find_phase(proposal.cycle, PhaseKind.VOTING)
    until = appeal_until(proposal, voting.starts_at if voting else None)
    if until is None or by.at >= until:
        raise Refusal("appeal.late")
    part = part_of(by, proposal)
    return change_status(session, by, proposal, ProposalAction.APPEAL, part=part, reason=words)


def appeal_until(proposal: Proposal, vote_from: datetime | None) -> datetime | None:
    """Until when a rejection can be appealed against, never beyond the opening of the vote; None
    when it cannot be, as it was already."""
    events = proposal.events
    if proposal.status != ProposalState.REJECTED or not events:
        return None
    if any(event.action == ProposalAction.APPEAL for event in events):
        return None
    until = events[-1].at + APPEAL_TIME
    return min(until, vote_from) if vote_from else until


def rework_until(cycle: Cycle) -> datetime | None:
    """The end of the time for rework: of the rework phase, or of the review without one."""
    kinds = (PhaseKind.REVIEW, PhaseKind.REWORK)
    return max((p.ends_at for kind in kinds if (p := cycles.find_phase(cycle, kind))), default=None)


def _refuse_gaps(proposal: Proposal) -> None:
    missing = gaps(proposal)
    if missing:
        raise Refusal("proposal.incomplete", count=len(missing))


def submit_numbered(session: Session, by: Signature, proposal: Proposal) -> ProposalEvent:
    """Numbers follow one another because the cycle's row is locked while one is taken; the
    unique constraint has the last word, and whoever loses takes the next one."""
    session.execute(
        select(Cycle.id).where(Cycle.id == proposal.cycle_id).with_for_update(key_share=True)
    )
    for _ in range(ATTEMPTS):
        try:
            with session.begin_nested():
                number = _next_number(session, proposal.cycle_id)
                _follow_own(session, by, proposal)
                proposal.number = number
                proposal.submitted_at = by.at
                with session.no_autoflush:  # the row is whole only with its new status
                    index_words(proposal)
                return change_status(session, by, proposal, ProposalAction.SUBMIT, part="author")
        except IntegrityError:
            session.refresh(proposal)
    raise Refusal("proposal.busy")


def _next_number(session: Session, cycle_id: int) -> int:
    last = session.scalar(select(func.max(Proposal.number)).where(Proposal.cycle_id == cycle_id))
    return (last or 0) + 1


def _follow_own(session: Session, by: Signature, proposal: Proposal) -> None:
    if proposal.author_id is None:
        return
    assert by.actor.person_id is not None
    if session.get(ProposalFollow, (proposal.id, by.actor.person_id)) is None:
        session.add(ProposalFollow(proposal_id=proposal.id, person_id=by.actor.person_id, at=by.at))
        session.flush()
