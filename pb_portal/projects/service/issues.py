"""Defects and questions: sent by residents, answered in public, reopened by the reporter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.queries import holders
from pb_portal.audit import service as audit
from pb_portal.db import Missing, take_turn
from pb_portal.domain import issue_rules as rules
from pb_portal.domain.distance import metres_between
from pb_portal.domain.permissions import P, Role, demand, owns
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files import service as files
from pb_portal.files.storage import Where
from pb_portal.outbox import service as outbox
from pb_portal.projects.models import Issue, IssueStep, Project
from pb_portal.projects.service.letters import tell_followers
from pb_portal.takedowns.service import hold
from pb_portal.word_list.service import check_words

MOST_A_DAY = 5
FAR = 3_000
"""Metres from the project beyond which a pin belongs to something else."""


@dataclass(frozen=True)
class Shot:
    """A photo with what is seen on it, and where to keep it."""

    picture: files.Picture
    root: Where
    alt: str = ""


def report(
    session: Session,
    by: Signature,
    project: Project,
    kind: str,
    body: str,
    *,
    today: date,
    place: str = "",
    point: tuple[float, float] | None = None,
    shot: Shot | None = None,
) -> Issue:
    """Send a defect or a question, public at once; the manager gets a letter."""
    demand(by.actor, P.COMMENT)
    if kind not in rules.kinds_for(project.status):
        raise Refusal("issue.no_such_kind", field="kind")
    if not body:
        raise Refusal("issue.empty", field="body")
    _check_point(project, point)
    _check_number(session, by)
    alt = shot.alt if shot else ""
    held = check_words(session, {"body": body, "place": place, "alt": alt})
    issue = Issue(
        project_id=project.id,
        kind=kind,
        body=body,
        place=place,
        lat=point[0] if point else None,
        lon=point[1] if point else None,
        reporter_id=by.actor.person_id,
        at=by.at,
        state="open",
        due_on=rules.answer_by(kind, today),
        hidden_reason="",
        photo_alt=alt,
    )
    if shot is not None:
        issue.file = files.keep_picture(session, by, shot.picture, root=shot.root, public=True)
    session.add(issue)
    session.flush()
    _log(session, by, project, issue, "issue.sent")
    if held:
        hold(session, by, "issue", str(issue.id))
    else:
        _tell_staff(session, by, project, issue, again=False)
    return issue


def _check_point(project: Project, point: tuple[float, float] | None) -> None:
    if point is None or project.lat is None or project.lon is None:
        return
    if metres_between(project.lat, project.lon, *point) > FAR:
        raise Refusal("issue.far", field="lat")


def _check_number(session: Session, by: Signature) -> None:
    take_turn(session, f"issues of {by.actor.person_id}")
    sent = session.scalar(
        select(func.count(Issue.id)).where(
            Issue.reporter_id == by.actor.person_id, Issue.at > by.at - timedelta(days=1)
        )
    )
    if (sent or 0) >= MOST_A_DAY:
        raise Refusal("issue.too_many", most=MOST_A_DAY)


def answer(
    session: Session,
    by: Signature,
    issue_id: int,
    step: str,
    body: str,
    *,
    today: date,
    due_on: date | None = None,
    shot: Shot | None = None,
) -> Issue:
    """Answer in public: put right, explained, or promised by a day. Reporter and followers hear."""
    issue, project = _locked(session, issue_id)
    demand(by.actor, P.ANSWER, area_id=project.area_id)
    if step not in rules.ANSWERS[issue.kind]:
        raise Refusal("issue.no_such_answer", field="step")
    if not body:
        raise Refusal("issue.answer_empty", field="body")
    if step == "promised":
        if due_on is None:
            raise Refusal("issue.no_day", field="due_on")
        if not today <= due_on <= today + rules.FARTHEST:
            raise Refusal("issue.wrong_day", field="due_on")
    _take(session, by, issue, step, body, due_on if step == "promised" else None, shot)
    _log(session, by, project, issue, f"issue.{step}")
    _tell_residents(session, by, project, issue, step, body)
    return issue


def reopen(session: Session, by: Signature, issue_id: int, body: str, *, today: date) -> Issue:
    """The reporter says that it is not so; the clock starts anew and the manager is told."""
    issue, project = _locked(session, issue_id)
    demand(by.actor, P.COMMENT)
    if not owns(by.actor, issue.reporter_id) or issue.hidden_at is not None:
        raise Forbidden(P.COMMENT)
    if not body:
        raise Refusal("issue.empty", field="body")
    held = check_words(session, {"body": body})
    _take(session, by, issue, "reopened", body, None, None)
    issue.due_on = rules.answer_by(issue.kind, today)
    issue.reopened += 1
    _log(session, by, project, issue, "issue.reopened")
    if held:
        hold(session, by, "issue_step", str(issue.steps[-1].id))
    else:
        _tell_staff(session, by, project, issue, again=True)
    return issue


def hide(session: Session, by: Signature, issue_id: int, *, reason: str) -> Issue:
    """Hide its words and photo; residents read the reason instead. Nothing is deleted."""
    issue, project = _locked(session, issue_id)
    demand(by.actor, P.MODERATE, area_id=project.area_id)
    if not reason:
        raise Refusal("comment.reason_missing", field="reason")
    issue.hidden_at, issue.hidden_reason = by.at, reason
    if issue.file is not None:
        issue.file.public = False
    _log(session, by, project, issue, "issue.hidden", reason=reason)
    return issue


def show(session: Session, by: Signature, issue_id: int) -> Issue:
    """Show a hidden one again."""
    issue, project = _locked(session, issue_id)
    demand(by.actor, P.MODERATE, area_id=project.area_id)
    if issue.hidden_at is not None:
        issue.hidden_at, issue.hidden_reason = None, ""
        if issue.file is not None:
            issue.file.public = True
        _log(session, by, project, issue, "issue.shown")
    return issue


def remind_overdue(session: Session, by: Signature, today: date) -> int:
    """One letter to each person who answers for issues whose day has passed; once for each day."""
    rows = session.execute(
        select(Issue, Project)
        .join(Project, Project.id == Issue.project_id)
        .where(Issue.state != "closed", Issue.due_on < today, Issue.hidden_at.is_(None))
        .where(or_(Issue.reminded_on.is_(None), Issue.reminded_on != Issue.due_on))
        .order_by(Issue.due_on, Issue.id)
        .limit(500)
        .with_for_update(of=Issue, skip_locked=True)
    ).all()
    letters: dict[int, tuple[Person, list[dict[str, Any]]]] = {}
    known: dict[tuple[int, int | None], Sequence[Person]] = {}
    for issue, project in rows:
        issue.reminded_on = issue.due_on
        whose = (project.area_id, project.manager_id)
        if whose not in known:
            known[whose] = _staff_of(session, project)
        for person in known[whose]:
            line = _line(project, issue, due_on=issue.due_on.isoformat())
            letters.setdefault(person.id, (person, []))[1].append(line)
    for person, lines in letters.values():
        outbox.post(
            session,
            by,
            "issue_overdue",
            recipient=person.email,
            locale=person.locale,
            issues=lines,
        )
    return len(rows)


def _locked(session: Session, issue_id: int) -> tuple[Issue, Project]:
    issue = session.get(Issue, issue_id, with_for_update={"of": Issue}, populate_existing=True)
    if issue is None:
        raise Missing("issue")
    return issue, session.get_one(Project, issue.project_id)


def _take(
    session: Session,
    by: Signature,
    issue: Issue,
    step: str,
    body: str,
    due_on: date | None,
    shot: Shot | None,
) -> None:
    """The one writer of an issue's state."""
    target = rules.STEPS.get((issue.state, step))
    if target is None:
        raise Refusal("issue.step_refused", field="step")
    row = IssueStep(kind=step, body=body, due_on=due_on, actor_id=by.actor.person_id, at=by.at)
    if shot is not None:
        row.file = files.keep_picture(session, by, shot.picture, root=shot.root, public=True)
    issue.steps.append(row)
    issue.state = target
    if due_on is not None:
        issue.due_on = due_on
    session.flush()


def _log(
    session: Session, by: Signature, project: Project, issue: Issue, action: str, reason: str = ""
) -> None:
    audit.record(
        session,
        by,
        action,
        ("project", project.id),
        cycle_id=project.cycle_id,
        reason=reason,
        issue=issue.id,
        kind=issue.kind,
    )


def _staff_of(session: Session, project: Project) -> Sequence[Person]:
    manager = session.get(Person, project.manager_id) if project.manager_id else None
    if manager is not None and manager.blocked_at is None:
        return [manager]
    return holders(session, [Role.MANAGER], project.area_id)


def _line(project: Project, issue: Issue, **more: Any) -> dict[str, Any]:
    return {
        "number": project.number,
        "title": project.title,
        "kind": issue.kind,
        "body": issue.body,
        "path": f"/desk/issues/{issue.id}",
        **more,
    }


def _tell_staff(
    session: Session, by: Signature, project: Project, issue: Issue, *, again: bool
) -> None:
    for person in _staff_of(session, project):
        outbox.post(
            session,
            by,
            "issue_new",
            recipient=person.email,
            locale=person.locale,
            again=again,
            **_line(project, issue, due_on=issue.due_on.isoformat()),
        )


def _tell_residents(
    session: Session, by: Signature, project: Project, issue: Issue, step: str, body: str
) -> None:
    """Reporter and followers; nobody hears of what is hidden but its reporter."""
    data: dict[str, Any] = {
        "kind": issue.kind,
        "step": step,
        "answer": body,
        "due_on": issue.due_on.isoformat() if step == "promised" else "",
        "anchor": f"issue-{issue.id}",
    }
    reporter = session.get(Person, issue.reporter_id) if issue.reporter_id else None
    if issue.hidden_at is None:
        tell_followers(session, by, project, "issue_answered", also=reporter, **data)
