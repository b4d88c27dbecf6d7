"""The page of one proposal."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from pb_portal.db import session
from pb_portal.domain.permissions import acts_for, owns, writes
from pb_portal.domain.proposal_states import ProposalAction, ProposalState, steps_from
from pb_portal.proposals import labels, queries
from pb_portal.proposals.forms import CommentForm
from pb_portal.proposals.models import Coauthor, Proposal, ProposalPicture
from pb_portal.proposals.queries import ProposalPage
from pb_portal.proposals.queries.comments import ORDERS
from pb_portal.proposals.service import appeal_until
from pb_portal.proposals.service.coauthors import CLOSED
from pb_portal.proposals.service.comments import LONGEST_COMMENT
from pb_portal.proposals.service.succession import LIVE
from pb_portal.proposals.service.voices import OPEN_TO_SUPPORT
from pb_portal.proposals.views.base import Answer, blueprint, public_url
from pb_portal.takedowns.queries import tombstones
from pb_portal.web import clock
from pb_portal.web.guard import public
from pb_portal.web.paging import asked_row
from pb_portal.web.phrases.comments import order_name
from pb_portal.web.phrases.proposals import field_name, unit_name

COUNTED = frozenset({ProposalState.SELECTED, ProposalState.NOT_SELECTED})


@blueprint.get("/c/<slug>/proposals/<int:number>")
@public
def show(slug: str, number: int) -> Answer:
    """A proposal: what and why, how much, where, its life, people's words."""
    return page(read(slug, number), CommentForm(formdata=None), 200)


def read(slug: str, number: int) -> ProposalPage:
    """Everything of the page but its comments, as this person sees it."""
    return queries.read_page(session(), slug, number, clock.actor().person_id)


def page(found: ProposalPage, form: CommentForm, status: int) -> Answer:
    """Render the page; `form` holds a comment that could not be added."""
    proposal, me = found.proposal, clock.actor()
    reviewed = queries.remarks.reviewed_lines(session(), proposal.id) if found.recosted else ()
    body = render_template(
        "proposals/show.html",
        found=found,
        proposal=proposal,
        cycle=proposal.cycle,
        money_in=labels.currency(proposal.cycle),
        pictures=_pictures(proposal),
        life=labels.life(proposal),
        holder=labels.holder(proposal, found.rework_until),
        coauthors=[one.person.name for one in proposal.coauthors if one.person and _shown(one)],
        own=_own_actions(found),
        asking=sum(one.state == "waiting" and one.kind == "request" for one in proposal.coauthors)
        if owns(me, proposal.author_id)
        else 0,
        joinable=_joinable(proposal),
        voting=proposal.status == ProposalState.ADMITTED
        and found.vote_from is not None
        and found.vote_until is not None
        and found.vote_from <= clock.now() < found.vote_until,
        counted=proposal.status in COUNTED,
        supportable=proposal.status in OPEN_TO_SUPPORT,
        confirmed=me.confirmed,
        compared=labels.compared(proposal.lines, reviewed) if reviewed else [],
        form=form,
        longest=LONGEST_COMMENT,
        unit_name=unit_name,
        field_name=field_name,
        points=_points(proposal),
        joined=queries.merged_into(session(), proposal.id) if found.joined else (),
        here=public_url(proposal),
        whole_url=public_url(proposal, _external=True),
        represented=proposal.represented and proposal.status in LIVE,
        taken=tombstones(session(), "proposal", proposal.id) if found.taken_down else (),
        **_comments(proposal),
    )
    return body, status


def _comments(proposal: Proposal) -> dict[str, Any]:
    order = request.args.get("order", "")
    order = order if order in ORDERS else ORDERS[0]
    thread_id = asked_row("thread")
    listed, key = queries.comments.threads(
        session(),
        proposal.id,
        person_id=clock.actor().person_id,
        order=order,
        after=request.args.get("before", "")[:30],
        thread_id=thread_id,
    )
    kept = {"order": order if order != ORDERS[0] else None, "_anchor": "comments"}
    more = public_url(proposal, **{**kept, "before": key}) if key else None
    tabs = [
        (
            order_name(name),
            public_url(proposal, order=name if name != ORDERS[0] else None, _anchor="comments"),
            None,
        )
        for name in ORDERS
    ]
    return {
        "threads": listed,
        "more": more,
        "tabs": tabs,
        "tab": tabs[ORDERS.index(order)][1],
        "me": clock.actor().person_id,
        "moderates": labels.moderates(proposal),
    }


def _shown(one: Coauthor) -> bool:
    return one.state == "agreed" and one.named


def _joinable(proposal: Proposal) -> bool:
    """Whether this person may ask to write it together."""
    me = clock.actor()
    waiting = {one.person_id for one in proposal.coauthors if one.state == "waiting"}
    return (
        proposal.author_id is not None
        and proposal.status not in CLOSED
        and not proposal.cycle.is_imported
        and not writes(me, proposal.written_by)
        and me.person_id not in waiting
    )


def _pictures(proposal: Proposal) -> list[ProposalPicture]:
    """Pictures everybody may see."""
    return [picture for picture in proposal.pictures if picture.file.public]


def _own_actions(found: ProposalPage) -> dict[str, str]:
    """What those who write it can do next, by the table of steps."""
    proposal, me = found.proposal, clock.actor()
    if not acts_for(me, proposal.written_by, represented=proposal.represented):
        return {}
    names: dict[str, Any] = {"slug": proposal.cycle.slug, "number": proposal.number}
    where = {}
    if writes(me, proposal.written_by):
        where["people"] = url_for(".people", proposal_id=proposal.id)
    offered = {step.action for step in steps_from(proposal.status, "author")}
    if ProposalAction.RESUBMIT in offered:
        where["resubmit"] = url_for(".check", proposal_id=proposal.id)
    if ProposalAction.WITHDRAW in offered:
        where["withdraw"] = url_for(".withdraw", **names)
    until = appeal_until(proposal, found.vote_from)
    if until is not None and clock.now() < until:
        where["appeal"] = url_for(".appeal", **names)
    return where


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
