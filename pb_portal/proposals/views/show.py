"""The page of one proposal."""

from __future__ import annotations

from flask import render_template, request, url_for

from pb_portal.cycles import queries as cycles
from pb_portal.db import session
from pb_portal.domain.permissions import owns
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalAction, ProposalState, steps_from
from pb_portal.proposals import labels, queries
from pb_portal.proposals.forms import CommentForm
from pb_portal.proposals.models import Proposal, ProposalPicture
from pb_portal.proposals.queries import ProposalPage
from pb_portal.proposals.service.voices import LONGEST_COMMENT, OPEN_TO_SUPPORT
from pb_portal.proposals.views.base import Answer, blueprint, public_url
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.phrases.proposals import unit_name

COUNTED = frozenset({ProposalState.SELECTED, ProposalState.NOT_SELECTED})


@blueprint.get("/c/<slug>/proposals/<int:number>")
@public
def show(slug: str, number: int) -> Answer:
    """A proposal: what and why, how much, where, its life, people's words."""
    found = queries.read_page(session(), slug, number, clock.actor().person_id)
    return page(found, CommentForm(formdata=None), 200)


def page(found: ProposalPage, form: CommentForm, status: int) -> Answer:
    """Render the page; `form` holds a comment that could not be added."""
    proposal = found.proposal
    typed = request.args.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
    comments, older = queries.comments_of(session(), proposal.id, before)
    body = render_template(
        "proposals/show.html",
        found=found,
        proposal=proposal,
        cycle=proposal.cycle,
        money_in=labels.currency(proposal.cycle),
        pictures=_pictures(proposal),
        life=labels.life(proposal),
        holder=labels.holder(proposal),
        own=_own_actions(proposal),
        voting=proposal.status == ProposalState.ADMITTED
        and cycles.phase_open(proposal.cycle, PhaseKind.VOTING, clock.now()),
        counted=proposal.status in COUNTED,
        supportable=proposal.status in OPEN_TO_SUPPORT,
        confirmed=clock.actor().confirmed,
        comments=comments,
        older=public_url(proposal, before=older, _anchor="comments") if older else None,
        form=form,
        longest=LONGEST_COMMENT,
        unit_name=unit_name,
        points=_points(proposal),
    )
    return body, status


def _pictures(proposal: Proposal) -> list[ProposalPicture]:
    """Pictures this person may see: those added during a rework wait until it is sent."""
    own = owns(clock.actor(), proposal.author_id)
    return [picture for picture in proposal.pictures if picture.file.public or own]


def _own_actions(proposal: Proposal) -> dict[str, str]:
    """What the author can do next, by the table of steps."""
    if not owns(clock.actor(), proposal.author_id):
        return {}
    where = {
        ProposalAction.RESUBMIT: url_for(".check", proposal_id=proposal.id),
        ProposalAction.WITHDRAW: url_for(
            ".withdraw", slug=proposal.cycle.slug, number=proposal.number
        ),
    }
    offered = [step.action for step in steps_from(proposal.status, "author")]
    return {str(action): where[action] for action in offered if action in where}


def _points(proposal: Proposal) -> list[dict[str, object]]:
    if proposal.lat is None or proposal.lon is None:
        return []
    return [
        {
            "lat": proposal.lat,
            "lon": proposal.lon,
            "title": proposal.title,
            "text": proposal.address,
            "category": proposal.category.code if proposal.category else "",
        }
    ]
