"""What the page of one file shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from pb_portal.cycles import queries as cycles
from pb_portal.db import session
from pb_portal.domain.checklist import Question
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.proposal_states import ProposalAction, ProposalState
from pb_portal.proposals.models import Proposal, ProposalVersion
from pb_portal.proposals.queries import remarks
from pb_portal.proposals.service.estimate import UNITS
from pb_portal.proposals.service.remarks import FIELDS
from pb_portal.review import queries, service
from pb_portal.review.forms import FindingForm, NoteForm, Typed, typed
from pb_portal.review.models import KeptFinding, Presence, ReviewOpinion
from pb_portal.review.sentences import language_of, to_begin_with
from pb_portal.review.views.dossier import dossier
from pb_portal.web import clock, i18n


def file_page(
    proposal_id: int,
    form: FindingForm | None = None,
    beside: Typed | None = None,
    *,
    note: NoteForm | None = None,
    said: str = "",
    moved: bool = False,
) -> str:
    """The page; with what was typed, when it was sent and could not be taken."""
    proposal = queries.get_whole_file(session(), proposal_id)
    demand(clock.actor(), P.REVIEW, area_id=proposal.area_id)
    about = dossier(session(), proposal)
    questions = cycles.checklist(session(), proposal.cycle_id)
    kept = queries.kept_finding(session(), proposal.id, current_user.person_id)
    shown, typed_in = _forms(proposal, about["opinions"], questions, form, beside, kept)
    opened = shown.opened.data
    shown.version.renew(proposal.version)
    shown.opened.data = clock.now().isoformat()
    shown.grounds.choices = [
        (ground.code, i18n.local(ground.names)) for ground in cycles.grounds(session())
    ]
    return render_template(
        "review/file.html",
        form=shown,
        typed=typed.with_blank(typed_in),
        note=note or NoteForm(formdata=None),
        said=said,
        formal=[one for one in questions if one.part == "formal"],
        merit=[one for one in questions if one.part == "merit"],
        fields=FIELDS,
        units=UNITS,
        kept=kept if form is None else None,
        meanwhile=_meanwhile(about, opened) if moved else [],
        **_standing(proposal, about["opinions"]),
        **_about(proposal),
        **about,
    )


def present_words(one: Presence) -> str:
    """Who has the file open, and since when."""
    when = i18n.minutes_ago(one.opened_at)
    return str(_("%(name)s opened this file %(when)s", name=one.person.name, when=when))


def _forms(
    proposal: Proposal,
    opinions: list[ReviewOpinion],
    questions: tuple[Question, ...],
    form: FindingForm | None,
    beside: Typed | None,
    kept: KeptFinding | None,
) -> tuple[FindingForm, Typed]:
    """What was sent; else what was put aside; else what was found before; else the beginning."""
    if form is not None and beside is not None:
        return form, beside
    if kept is not None:
        sent = MultiDict((name, value) for name, values in kept.typed.items() for value in values)
        return FindingForm(formdata=sent), typed.read(sent, questions, proposal.lines)
    blank = FindingForm(formdata=None)
    last = opinions[0] if opinions else None
    if last is not None:
        blank.reviewed_cost.data = last.reviewed_cost
        blank.grounds.data = last.grounds
    begun = typed.begun(
        last.checklist if last else {},
        {one.field: one.text for one in remarks.open_for(session(), proposal.id)},
        proposal.lines,
        remarks.reviewed_lines(session(), proposal.id),
    )
    return blank, begun


def _standing(proposal: Proposal, opinions: list[ReviewOpinion]) -> dict[str, Any]:
    """In whose hands the file is, and whether it has gone on to the council."""
    takes = [event.at for event in proposal.events if event.action == ProposalAction.TAKE]
    open_now = proposal.status == ProposalState.IN_REVIEW
    newest = opinions[0] if opinions else None
    passed = newest is not None and newest.recommends != "return"
    return {
        "to_take": proposal.status in service.TO_TAKE,
        "open_now": open_now,
        "mine": proposal.reviewer_id == current_user.person_id,
        "passed": open_now and passed and (not takes or newest.at >= takes[-1]),  # type: ignore[union-attr]
    }


def _about(proposal: Proposal) -> dict[str, Any]:
    language = language_of(proposal)
    return {
        "notes": queries.notes(session(), proposal.id),
        "others": [
            present_words(one)
            for one in queries.others_present(
                session(), proposal.id, current_user.person_id, clock.now()
            )
        ],
        "changed": _changes(session(), proposal),
        "author_language": language,
        "beginnings": to_begin_with(language),
    }


def _changes(current: Session, proposal: Proposal) -> dict[str, Any]:
    """Field → what stood there before, for what the author changed since the return."""
    versions = queries.last_versions(current, proposal.id)
    if len(versions) < 2:
        return {}
    now, before = versions[0].content, versions[1].content
    names = {"title": "title", "problem": "problem", "solution": "solution", "address": "place"}
    found = {place: before[name] for name, place in names.items() if now[name] != before[name]}
    if (now["lat"], now["lon"]) != (before["lat"], before["lon"]):
        found.setdefault("place", before["address"])
    if now["category"] != before["category"] and before["category"]:
        found["category"] = i18n.local(before["category"]["names"])
    if now["lines"] != before["lines"]:
        found["estimate"] = before["cost"]
    if now["pictures"] != before["pictures"]:
        found["photos"] = _count(versions[1])
    return found


def _count(version: ProposalVersion) -> str:
    return str(_("%(number)s before", number=i18n.number(len(version.content["pictures"]))))


def _meanwhile(about: dict[str, Any], opened: str | None) -> list[dict[str, Any]]:
    """What others did to the file since the page was opened, the newest first."""
    try:
        since = datetime.fromisoformat(opened or "")
    except ValueError:
        since = None
    if since is None or since.tzinfo is None:
        return []
    found = [
        {"at": one.at, "who": one.reviewer.name, "opinion": one, "state": ""}
        for one in about["opinions"]
        if one.at > since
    ]
    found += [
        {"at": one["at"], "who": one["who"], "opinion": None, "state": one["state"]}
        for one in about["history"]
        if one["at"] > since
    ]
    return sorted(found, key=lambda one: one["at"], reverse=True)
