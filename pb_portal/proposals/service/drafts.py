"""Drafts: begun, saved as typed, thrown away. Only those who write them touch them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Category, Cycle
from pb_portal.db import Missing, take_turn
from pb_portal.domain.permissions import P, acts_for, demand, owns, writes
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import WITH_AUTHOR, ProposalState
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.places.queries import area_at
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.words import index_of

MOST_DRAFTS = 10
MOST_CHARACTERS = {"title": 120, "problem": 4000, "solution": 6000, "address": 200}
_ONE_LINE = frozenset({"title", "address"})


@dataclass(frozen=True)
class Place:
    """A point as read from what a person typed."""

    lat: float
    lon: float


def start_draft(session: Session, by: Signature, cycle: Cycle, *, language: str) -> Proposal:
    """An empty draft in a cycle that takes applications now. Refuses when it does not, and when
    the person has too many drafts in it already."""
    demand(by.actor, P.PROPOSE)
    if not cycles.phase_open(cycle, PhaseKind.APPLICATIONS, by.at):
        raise Refusal("proposal.applications_closed")
    take_turn(session, f"drafts of {by.actor.person_id}")
    begun = session.scalar(
        select(func.count()).where(
            Proposal.cycle_id == cycle.id,
            Proposal.author_id == by.actor.person_id,
            Proposal.status == ProposalState.DRAFT,
            Proposal.revises_id.is_(None),
        )
    )
    if (begun or 0) >= MOST_DRAFTS:
        raise Refusal("proposal.too_many_drafts", most=MOST_DRAFTS)
    draft = Proposal(
        cycle=cycle,
        author_id=by.actor.person_id,
        language=language,
        created_at=by.at,
        updated_at=by.at,
    )
    session.add(draft)
    session.flush()
    audit.record(session, by, "proposal.started", ("proposal", draft.id), cycle_id=cycle.id)
    return draft


def require_author(by: Signature, proposal: Proposal) -> None:
    """Any of its authors may act for a proposal, or the registrar who represents it; for anybody
    else it is `Missing`."""
    if not acts_for(by.actor, proposal.written_by, represented=proposal.represented):
        raise Missing("proposal")


def part_of(by: Signature, proposal: Proposal) -> str:
    """As what the public is told that this person acted: author or registrar."""
    return "author" if writes(by.actor, proposal.written_by) else "registrar"


def check_writer(by: Signature, draft: Proposal) -> None:
    """Only those who write it may change it: a draft, or the working copy of a returned proposal;
    the registrar, where none of its authors can act.

    Somebody else's is `Missing`, so that ids tell nothing.
    """
    require_author(by, draft)
    if draft.status != ProposalState.DRAFT or draft.public.status not in WITH_AUTHOR:
        raise Refusal("proposal.not_editable")


def check_author(by: Signature, draft: Proposal) -> None:
    """Only the author, not a co-author, unless the author's account is blocked."""
    check_writer(by, draft)
    blocked = draft.author is not None and draft.author.blocked_at is not None
    if not owns(by.actor, draft.author_id) and not blocked:
        raise Refusal("proposal.author_only")


def save_draft(session: Session, by: Signature, proposal: Proposal, **fields: Any) -> None:
    """Keep what was typed: any of title, problem, solution, address, category_id, place, area_id.

    Checks sizes and that the category exists; a `place` (a `Place`, or None to take it away)
    outside the city is refused and nothing of it is kept.
    """
    check_writer(by, proposal)
    for name, most in MOST_CHARACTERS.items():
        if name in fields:
            setattr(proposal, name, _fitting(name, str(fields[name]), most))
    if "category_id" in fields:
        _set_category(session, proposal, fields["category_id"])
    if "area_id" in fields:
        _set_area(proposal, fields["area_id"])
    if "place" in fields:
        _set_place(proposal, fields["place"])
    proposal.updated_at = by.at
    index_words(proposal)
    session.flush()


def delete_draft(session: Session, by: Signature, proposal: Proposal) -> None:
    """Throw a draft away. What was once submitted can only be withdrawn."""
    check_author(by, proposal)
    if proposal.revises_id is not None:
        raise Refusal("proposal.not_a_draft")
    audit.record(
        session, by, "proposal.deleted", ("proposal", proposal.id), cycle_id=proposal.cycle_id
    )
    session.delete(proposal)
    session.flush()


def index_words(proposal: Proposal) -> None:
    """Fill the column that search looks in."""
    number = "" if proposal.number is None else str(proposal.number)
    category = proposal.category.names.values() if proposal.category else ()
    proposal.search_text = index_of(
        number, proposal.title, proposal.address, proposal.problem, proposal.solution, *category
    )


def _fitting(name: str, typed: str, most: int) -> str:
    text = clean(typed)
    if name in _ONE_LINE:
        text = " ".join(text.split())
    if len(text) > most:
        raise Refusal("proposal.too_long", field=name, most=most, length=len(text))
    return text


def _set_category(session: Session, proposal: Proposal, category_id: int | None) -> None:
    category = None if category_id is None else session.get(Category, category_id)
    if category_id is not None and category is None:
        raise Refusal("proposal.category_unknown", field="category")
    proposal.category_id = category_id
    proposal.category = category


def _set_area(proposal: Proposal, area_id: int | None) -> None:
    """The district chosen by name; a cycle without outlines needs it."""
    if area_id is not None and cycles.find_cycle_area(proposal.cycle, area_id) is None:
        raise Refusal("proposal.area_unknown", field="area")
    proposal.area_id = area_id


def _set_place(proposal: Proposal, place: Place | None) -> None:
    if place is None:
        proposal.lat = proposal.lon = None
        return
    outlined = [part.area for part in proposal.cycle.areas if part.area.outline]
    if outlined:
        found = area_at(outlined, place.lat, place.lon)
        if found is None:
            raise Refusal("proposal.outside_city", field="lat")
        proposal.area_id = found.id
    proposal.lat, proposal.lon = place.lat, place.lon
