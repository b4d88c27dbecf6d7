"""How pages name what belongs to a proposal."""

from __future__ import annotations

from typing import Any

from pb_portal.cycles.models import Cycle
from pb_portal.domain.proposal_states import IN_STAFF_HANDS, ProposalAction, ProposalState
from pb_portal.proposals.models import Proposal, ProposalEvent
from pb_portal.proposals.service.submission import rework_until
from pb_portal.web.phrases.proposals import event_name, part_name
from pb_portal.web.phrases.review import ground_name

_TONES = {
    ProposalAction.ADMIT: "done",
    ProposalAction.SELECT: "done",
    ProposalAction.REJECT: "stop",
    ProposalAction.RETURN: "warn",
}
_ICONS = {
    ProposalAction.SUBMIT: "submitted",
    ProposalAction.TAKE: "in_review",
    ProposalAction.RETURN: "returned",
    ProposalAction.RESUBMIT: "submitted",
    ProposalAction.ADMIT: "done",
    ProposalAction.REJECT: "rejected",
    ProposalAction.APPEAL: "appealed",
    ProposalAction.WITHDRAW: "withdrawn",
    ProposalAction.MERGE: "merged",
    ProposalAction.SELECT: "selected",
    ProposalAction.PASS_OVER: "withdrawn",
}


def life(proposal: Proposal) -> list[dict[str, Any]]:
    """The events of a proposal for the timeline, newest first."""
    return [_event(event) for event in reversed(proposal.events)]


def holder(proposal: Proposal) -> dict[str, Any] | None:
    """In whose hands it is, since when, and when the answer is due; None when it rests."""
    since = proposal.events[-1].at if proposal.events else proposal.submitted_at
    if proposal.status in IN_STAFF_HANDS:
        return {"staff": True, "since": since, "due": proposal.due_at}
    if proposal.status == ProposalState.RETURNED:
        return {"staff": False, "since": since, "due": rework_until(proposal.cycle)}
    return None


def currency(cycle: Cycle) -> dict[str, Any]:
    """What the money filters need to write a cycle's amounts."""
    return {"currency": cycle.currency, "minor_units": cycle.minor_units}


def _event(event: ProposalEvent) -> dict[str, Any]:
    grounds = "; ".join(ground_name(code) for code in event.grounds)
    reason = " · ".join(text for text in (grounds, event.reason) if text)
    action = ProposalAction(event.action)
    return {
        "at": event.at,
        "title": event_name(event.action),
        "reason": reason,
        "who": part_name(event.actor_part),
        "icon": _ICONS[action],
        "tone": _TONES.get(action),
    }
