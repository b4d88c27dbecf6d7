"""The desk's first page: what waits for this person today, heap by heap."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from pb_portal.accounts.queries import names_of
from pb_portal.accounts.service import duty_letters
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import KINDS, label_of
from pb_portal.cycles.models import Cycle
from pb_portal.db import session
from pb_portal.desk import queries
from pb_portal.desk.queries import Heap
from pb_portal.domain import phases
from pb_portal.domain.permissions import P, may
from pb_portal.domain.phase_calendar import find_faults
from pb_portal.domain.signature import Actor
from pb_portal.mailer import queries as letters
from pb_portal.web import clock, i18n
from pb_portal.web.words import phase_name, role_name

SHOWN_FOR = timedelta(days=30)
"""How long a change of one's roles stands on the desk."""


@dataclass(frozen=True)
class Item:
    """One thing that waits."""

    title: str
    url: str | None
    hint: str = ""
    late: bool = False


@dataclass(frozen=True)
class Section:
    """One heap on the desk."""

    title: str
    number: int
    late: int = 0
    items: list[Item] = field(default_factory=list)
    url: str | None = None
    link: str = ""
    empty: str = ""


def sections(current: Session, actor: Actor, at: datetime) -> list[Section]:
    """Heaps for the roles the person holds, the most pressing kind of work first."""
    makers: list[tuple[P, Callable[[Session, Actor, datetime], Section | None]]] = [
        (P.STAFF, _approvals),
        (P.STAFF, _role_changes),
        (P.REVIEW, _review),
        (P.DECIDE, _council),
        (P.DELIVER, _projects),
        (P.STEER_CYCLE, _cycles),
        (P.ADMINISTER, _letters),
    ]
    made = [make(current, actor, at) for permission, make in makers if may(actor, permission)]
    return [section for section in made if section is not None]


def _approvals(current: Session, actor: Actor, at: datetime) -> Section | None:
    waiting = queries.open_approvals(current, actor)
    if not waiting.number and not may(actor, P.APPROVE):
        return None
    return Section(
        _("Waiting for your agreement"),
        waiting.number,
        items=request_items(current, waiting.first),
        empty=_("No request waits for a second person."),
    )


def _role_changes(current: Session, actor: Actor, at: datetime) -> Section | None:
    """Roles the person was given or has lost lately."""
    if actor.person_id is None:
        return None
    changes = duty_letters.list_role_changes(current, actor.person_id, at - SHOWN_FOR)
    if not changes:
        return None
    items = [
        Item(
            _("Given: %(role)s", role=role_name(change.data["role"]))
            if change.action == "account.role_granted"
            else _("Taken away: %(role)s", role=role_name(change.data["role"])),
            None,
            i18n.weekday_moment(change.at),
        )
        for change in changes
    ]
    return Section(_("Your roles have changed"), len(items), items=items)


def request_items(current: Session, requests: Sequence[ApprovalRequest]) -> list[Item]:
    """Requests as lines that differ: what, about whom or what exactly, asked by whom and when."""
    names = names_of(current, [request.proposed_by for request in requests])
    return [_request_item(current, request, names) for request in requests]


def _request_item(current: Session, request: ApprovalRequest, names: dict[int, str]) -> Item:
    kind = KINDS[request.kind]
    title = label_of(kind.name)
    if kind.summarize is not None:
        title = f"{title}: {kind.summarize(current, request)}"
    asked = _(
        "Asked by %(name)s, %(date)s.",
        name=names.get(request.proposed_by, ""),
        date=i18n.full_moment(request.proposed_at),
    )
    hint = " ".join(filter(None, (asked, request.reason)))
    return Item(title, url_for(kind.page, request_id=request.id), hint)


def _review(current: Session, actor: Actor, at: datetime) -> Section:
    heap = queries.review_heap(current, actor, at)
    return Section(
        _("Proposals to check"),
        heap.number,
        heap.late,
        _files(heap, "review.file"),
        _address("review.queue"),
        _("The whole queue"),
        _("Nothing waits in your districts."),
    )


def _council(current: Session, actor: Actor, at: datetime) -> Section:
    heap = queries.council_heap(current, actor, at)
    return Section(
        _("Waiting for the council's decision"),
        heap.number,
        heap.late,
        _files(heap, "review.decide"),
        _address("review.council"),
        _("To the council's sitting"),
        _("The council has decided on everything."),
    )


def _files(heap: Heap, endpoint: str) -> list[Item]:
    return [
        Item(
            f"№ {proposal.number} · {proposal.title}",
            url_for(endpoint, proposal_id=proposal.id) if _exists(endpoint) else None,
            _due(proposal.due_at),
            proposal.due_at is not None and proposal.due_at < clock.now(),
        )
        for proposal in heap.first
    ]


def _due(due: datetime | None) -> str:
    if due is None:
        return ""
    days = i18n.days_left(due)
    if days < 0:
        return str(ngettext("%(num)d day late", "%(num)d days late", -days))
    if days == 0:
        return str(_("due today"))
    return str(_("due by %(day)s", day=i18n.day(due)))


def _projects(current: Session, actor: Actor, at: datetime) -> Section:
    heap = queries.silent_projects(current, actor, at, clock.today())
    today = clock.today()
    items = [
        Item(
            f"№ {project.number} · {project.title}",
            url_for("projects.manage", number=project.number)
            if _exists("projects.manage")
            else None,
            _("promised for %(day)s", day=i18n.full_date(project.due_on)),
            project.due_on < today,
        )
        for project in heap.first
    ]
    return Section(
        _("Projects without news for a month or late"),
        heap.number,
        heap.late,
        items,
        _address("projects.today", whose="all"),
        _("All my projects"),
        _("Every project has fresh news and keeps its date."),
    )


def _cycles(current: Session, actor: Actor, at: datetime) -> Section:
    cycles = queries.running_cycles(current, at)
    return Section(
        _("Cycles under way"),
        len(cycles),
        items=[_cycle_item(cycle, at) for cycle in cycles],
        url=_address("cycles.desk"),
        link=_("Phases, register and count"),
        empty=_("No cycle is under way."),
    )


def _cycle_item(cycle: Cycle, at: datetime) -> Item:
    hint = "; ".join(
        _("%(phase)s: %(left)s", phase=phase_name(now.kind), left=i18n.time_left(now.ends_at))
        for now in phases.all_open(cycle.phases, at)
    )
    unfit = bool(find_faults(cycle.phases))
    if unfit:
        hint = f"{hint}. {_('The calendar does not fit together')}"
    url = url_for("cycles.phases", slug=cycle.slug) if _exists("cycles.phases") else None
    return Item(i18n.local(cycle.names), url, hint, unfit)


def _letters(current: Session, actor: Actor, at: datetime) -> Section | None:
    number = letters.failed_count(current)
    if not number:
        return None
    text = _("Check the mail server and the gateway of text messages; the log names the letters.")
    return Section(_("Letters that could not be sent"), number, number, [Item(text, None)])


def _exists(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def _address(endpoint: str, **values: Any) -> str | None:
    return url_for(endpoint, **values) if _exists(endpoint) else None


def desk_nav_items() -> list[tuple[str, str, str, int | None]]:
    """Tools of this person: (endpoint, label, icon, number waiting or None)."""
    if "desk_nav" not in g:
        g.desk_nav = _nav_items()
    found: list[tuple[str, str, str, int | None]] = g.desk_nav
    return found


def _nav_items() -> list[tuple[str, str, str, int | None]]:
    actor = clock.actor()
    waiting = queries.numbers_waiting(session(), actor, clock.now())
    tools: list[tuple[P, str, str, str, int | None]] = [
        (P.STAFF, "desk.home", _("Today"), "desk", None),
        (P.REVIEW, "review.queue", _("Check proposals"), "in_review", waiting.get(P.REVIEW)),
        (P.ADMINISTER, "desk.data_requests", _("Requests about data"), "shield", None),
        (P.READ_AUDIT, "desk.consents", _("Consents"), "shield", None),
        (P.KEEP_DESKS, "register.desks", _("Help desks"), "help", None),
        (P.KEEP_REGISTER, "review.papers", _("Paper applications"), "file", None),
        (
            P.KEEP_REGISTER,
            "review.represented_proposals",
            _("Without authors"),
            "person",
            waiting.get(P.KEEP_REGISTER),
        ),
        (P.DECIDE, "review.council", _("Council"), "people", waiting.get(P.DECIDE)),
        (P.DECIDE, "review.appeals", _("Appeals"), "appealed", waiting.get("appeals")),
        (P.MODERATE, "review.comments", _("Comments"), "comment", waiting.get(P.MODERATE)),
        (
            P.SEE_TAKEN_DOWN,
            "takedowns.index",
            _("Taken down"),
            "eye",
            waiting.get(P.TAKE_DOWN),
        ),
        (P.STEER_CYCLE, "cycles.desk", _("Cycles"), "calendar", None),
        (P.KEEP_REGISTER, "cycles.desk", _("Cycles"), "calendar", None),
        (P.START_PROJECTS, "cycles.desk", _("Cycles"), "calendar", None),
        (P.READ_AUDIT, "cycles.desk", _("Cycles"), "calendar", None),
        (P.DELIVER, "projects.today", _("My projects"), "works", None),
        (P.ANSWER, "projects.waiting", _("Defects and questions"), "flag", None),
        (P.MODERATE, "projects.said", _("Said about projects"), "comment", None),
        (P.PUBLISH_REPORTS, "reports.desk", _("Reports for a date"), "file", None),
        (P.READ_AUDIT, "desk.audit", _("Log"), "history", None),
        (P.ADMINISTER, "desk.people", _("People and roles"), "person", None),
        (P.WATCH_OPERATIONS, "operations.status", _("State of the portal"), "shield", None),
        (P.ADMINISTER, "review.words", _("Words in residents' texts"), "comment", None),
        (P.ADMINISTER, "cycles.catalogues_home", _("Catalogues"), "list", None),
    ]
    items = {
        endpoint: (endpoint, label, sign, count)
        for permission, endpoint, label, sign, count in tools
        if may(actor, permission) and _exists(endpoint)
    }
    return list(items.values())
