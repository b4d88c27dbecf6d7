"""How pages name what belongs to a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import ngettext

from pb_portal.cycles.models import Cycle
from pb_portal.domain.permissions import P, may
from pb_portal.domain.proposal_states import IN_STAFF_HANDS, ProposalAction, ProposalState
from pb_portal.proposals.models import EstimateLine, Proposal, ProposalEvent, ReviewedLine
from pb_portal.web import clock
from pb_portal.web.i18n import local
from pb_portal.web.phrases.proposals import event_name, part_name
from pb_portal.web.phrases.review import ground_name


@dataclass(frozen=True)
class Compared:
    """A work with the author's line and the reviewer's; one of them may be absent."""

    name: str
    own: EstimateLine | None
    reviewed: ReviewedLine | None

    @property
    def difference(self) -> int:
        """By how much the reviewer changed the sum."""
        after = self.reviewed if self.reviewed is not None else self.own
        return (after.sum if after else 0) - (self.own.sum if self.own else 0)


_TONES = {
    ProposalAction.ADMIT: "done",
    ProposalAction.SELECT: "done",
    ProposalAction.REJECT: "stop",
    ProposalAction.UPHOLD: "stop",
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
    ProposalAction.GRANT: "in_review",
    ProposalAction.UPHOLD: "rejected",
    ProposalAction.WITHDRAW: "withdrawn",
    ProposalAction.MERGE: "merged",
    ProposalAction.SELECT: "selected",
    ProposalAction.PASS_OVER: "withdrawn",
}


def life(proposal: Proposal) -> list[dict[str, Any]]:
    """The events of a proposal for the timeline, newest first, each with the days before it."""
    events = list(proposal.events)
    rows = []
    for place, event in enumerate(events):
        row = _event(event)
        row["who"] = _who(proposal, event)
        if place:
            days = (event.at - events[place - 1].at).days
            row["note"] = ngettext("after %(num)d day", "after %(num)d days", days) if days else ""
        rows.append(row)
    return rows[::-1]


def holder(proposal: Proposal, rework_until: datetime | None) -> dict[str, Any] | None:
    """Which body has it, since when, and when the answer is due; None when it rests."""
    since = proposal.events[-1].at if proposal.events else proposal.submitted_at
    if proposal.status == ProposalState.APPEALED:
        return {"body": "council", "staff": True, "since": since, "due": proposal.due_at}
    if proposal.status in IN_STAFF_HANDS:
        return {"body": "akimat", "staff": True, "since": since, "due": proposal.due_at}
    if proposal.status == ProposalState.RETURNED:
        return {"body": "author", "staff": False, "since": since, "due": rework_until}
    return None


def currency(cycle: Cycle) -> dict[str, Any]:
    """What the money filters need to write a cycle's amounts."""
    return {"currency": cycle.currency, "minor_units": cycle.minor_units}


def moderates(proposal: Proposal) -> bool:
    """Whether this person may hide comments here."""
    return may(clock.actor(), P.MODERATE, area_id=proposal.area_id)


def compared(lines: Sequence[EstimateLine], reviewed: Sequence[ReviewedLine]) -> list[Compared]:
    """The author's estimate beside the reviewer's: the author's lines, then those added."""
    answers = {line.line_id: line for line in reviewed if line.line_id is not None}
    rows = [Compared(line_name(line), line, answers.get(line.id)) for line in lines]
    added = [Compared(line.text, None, line) for line in reviewed if line.line_id is None]
    return rows + added


def line_name(line: EstimateLine) -> str:
    """What work it is, in the reader's language where the catalogue knows it."""
    return local(line.work.names) if line.work else line.title


def changed_lines(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Lines of two sent estimates by their work: what each was and is, None where it is not."""
    old = {_work_of(line): line for line in before}
    new = {_work_of(line): line for line in after}
    keys = [*new, *(key for key in old if key not in new)]
    return [
        {"name": _sent_name(new.get(key) or old[key]), "old": old.get(key), "new": new.get(key)}
        for key in keys
        if _figures(old.get(key)) != _figures(new.get(key))
    ]


def _work_of(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return line.get("work_id"), line.get("title"), line.get("unit")


def _figures(line: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if line is None else (line["quantity"], line["unit_price"])


def _sent_name(line: Mapping[str, Any]) -> str:
    return local(line["names"]) if line.get("names") else str(line.get("title", ""))


def _who(proposal: Proposal, event: ProposalEvent) -> str:
    """Who took the step; of several authors the one who did, where the page may name them."""
    part = part_name(event.actor_part)
    named = {row.person_id for row in proposal.coauthors if row.named} | {proposal.author_id}
    if event.actor_part != "author" or event.actor is None or event.actor_id not in named:
        return part
    return f"{part}: {event.actor.name}" if len(named) > 1 else part


def _event(event: ProposalEvent) -> dict[str, Any]:
    grounds = "; ".join(ground_name(code) for code in event.grounds)
    reason = " · ".join(text for text in (grounds, event.reason) if text)
    action = ProposalAction(event.action)
    return {
        "at": event.at,
        "title": event_name(event.action),
        "reason": reason,
        "icon": _ICONS[action],
        "tone": _TONES.get(action),
    }
