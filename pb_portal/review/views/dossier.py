"""What the pages of one file show: the proposal, its history, opinions and neighbours."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pb_portal.proposals.models import Proposal, ProposalEvent
from pb_portal.proposals.queries import merged_into
from pb_portal.proposals.queries.similar import About, Like, similar
from pb_portal.review import queries
from pb_portal.web import i18n
from pb_portal.web.phrases.proposals import unit_name
from pb_portal.web.phrases.review import ground_name

TONES = {"returned": "warn", "admitted": "done", "rejected": "stop", "in_review": "now"}
SHOWN_NEIGHBOURS = 12


def dossier(session: Session, proposal: Proposal) -> dict[str, Any]:
    """Everything about a file for `review/_dossier.html`."""
    near = queries.neighbours(session, proposal)
    return {
        "proposal": proposal,
        "cycle": proposal.cycle,
        "opinions": queries.opinions(session, proposal.id),
        "near": near[:SHOWN_NEIGHBOURS],
        "alike": _alike(session, proposal, {other.id for _metres, other in near}),
        "joined": merged_into(session, proposal.id),
        "points": _points(proposal, near),
        "history": [_event(event) for event in reversed(proposal.events)],
        "unit_name": unit_name,
    }


def _alike(session: Session, proposal: Proposal, near: set[int]) -> list[Like]:
    """Proposals of the cycle that say the same; those around the place are listed already."""
    one = About(
        proposal.cycle_id,
        proposal.id,
        proposal.title,
        proposal.lat,
        proposal.lon,
        proposal.category_id,
    )
    return [like for like in similar(session, one) if like.id not in near]


def address_of(proposal: Proposal) -> str:
    """The public page of a proposal."""
    return url_for("proposals.show", slug=proposal.cycle.slug, number=proposal.number)


def _points(proposal: Proposal, near: list[tuple[int, Proposal]]) -> list[dict[str, Any]]:
    if proposal.lat is None:
        return []
    return [_point(proposal)] + [_point(other, metres) for metres, other in near]


def _point(proposal: Proposal, metres: int | None = None) -> dict[str, Any]:
    distance = (
        _("%(metres)s m away", metres=i18n.number(metres)) if metres is not None else _("This file")
    )
    return {
        "lat": proposal.lat,
        "lon": proposal.lon,
        "title": proposal.title,
        "url": address_of(proposal),
        "category": proposal.category.code if proposal.category else None,
        "text": distance,
        "key": str(proposal.id),
    }


def _event(event: ProposalEvent) -> dict[str, Any]:
    who = {
        "author": _("the author"),
        "registrar": _("the registrar, for the authors"),
        "reviewer": _("the reviewer"),
        "secretary": _("the expert council"),
        "system": _("the portal"),
    }
    grounds = "; ".join(ground_name(code) for code in event.grounds)
    return {
        "at": event.at,
        "state": event.target,
        "reason": event.reason,
        "grounds": grounds,
        "who": who.get(event.actor_part, ""),
        "icon": event.target if event.target != "admitted" else "done",
        "tone": TONES.get(event.target),
    }
