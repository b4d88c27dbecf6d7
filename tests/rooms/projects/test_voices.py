"""Defects, questions, ratings and documents: who may, what follows, who hears of it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.audit.models import AuditEntry
from pb_portal.domain.issue_rules import ANSWER_DAYS, ANSWERS, KINDS, STEPS
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.files import service as files
from pb_portal.files.storage import LocalStorage
from pb_portal.outbox.models import Letter
from pb_portal.projects.models import Issue, Project, Rating
from pb_portal.projects.queries.voices import FEWEST_RATINGS, issues_of, ratings_of
from pb_portal.projects.service import documents, issues, ratings
from tests.factories import make_area, make_person, signed
from tests.rooms.projects.conftest import TODAY, Winners, jpeg


@pytest.fixture
def built(winners: Winners, project: Project) -> Project:
    """A completed project."""
    winners.bring_to(project, "completed")
    return project


@pytest.fixture
def reporter(session: Session) -> Person:
    return make_person(session, locale="kk")


def report(session: Session, project: Project, who: Person, **more: Any) -> Issue:
    kind = more.pop("kind", "defect")
    return issues.report(
        session,
        signed(who),
        project,
        kind,
        more.pop("body", "Плитка шатается"),
        today=TODAY,
        **more,
    )


def answer(
    session: Session, winners: Winners, issue: Issue, step: str = "fixed", **more: Any
) -> Issue:
    return issues.answer(session, winners.by, issue.id, step, "Переложили", today=TODAY, **more)


def letters(session: Session, template: str) -> dict[str, Letter]:
    rows = session.scalars(select(Letter).where(Letter.template == template))
    return {row.recipient: row for row in rows}


def refused(code: str) -> Any:
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


def test_every_step_of_an_issue_stands_in_the_one_table() -> None:
    states, steps = {"open", "promised", "closed"}, {"promised", "fixed", "explained", "reopened"}
    assert {state for state, _ in STEPS} | set(STEPS.values()) == states
    assert {step for _, step in STEPS} == steps
    assert set(ANSWERS) == set(ANSWER_DAYS) == set(KINDS)
    assert not any(step == "reopened" for answers in ANSWERS.values() for step in answers)
    assert [state for state, step in STEPS if step == "reopened"] == ["closed"]


def test_a_defect_goes_to_the_manager_and_its_answer_to_reporter_and_followers(
    session: Session, winners: Winners, built: Project, reporter: Person
) -> None:
    issue = report(session, built, reporter, place="У входа")
    assert (issue.state, issue.due_on) == ("open", TODAY + timedelta(days=15))
    assert set(letters(session, "issue_new")) == {winners.manager.email}
    answer(session, winners, issue, "promised", due_on=TODAY + timedelta(days=9))
    assert (issue.state, issue.due_on) == ("promised", TODAY + timedelta(days=9))
    heard = letters(session, "issue_answered")
    assert set(heard) == {reporter.email, winners.author.email, winners.follower.email}
    assert heard[reporter.email].locale == "kk"
    answer(session, winners, issue)
    assert issue.state == "closed"
    issues.reopen(session, signed(reporter), issue.id, "Шатается снова", today=TODAY)
    assert (issue.state, issue.reopened, issue.due_on) == ("open", 1, TODAY + timedelta(days=15))
    assert letters(session, "issue_new")[winners.manager.email].data["again"] is True
    assert [step.kind for step in issue.steps] == ["promised", "fixed", "reopened"]
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like("issue.%")).order_by(AuditEntry.id)
    )
    assert list(actions) == ["issue.sent", "issue.promised", "issue.fixed", "issue.reopened"]


def test_what_cannot_be_sent_or_answered_is_refused_with_its_sentence(
    session: Session, winners: Winners, project: Project, reporter: Person
) -> None:
    with refused("issue.no_such_kind"):
        report(session, project, reporter)
    with refused("issue.empty"):
        report(session, project, reporter, kind="question", body="")
    project.lat, project.lon = 43.25, 76.92
    with refused("issue.far"):
        report(session, project, reporter, kind="question", point=(43.35, 76.92))
    issue = report(session, project, reporter, kind="question", point=(43.251, 76.92))
    with refused("issue.no_such_answer"):
        answer(session, winners, issue, "fixed")
    with refused("issue.no_day"):
        answer(session, winners, issue, "promised")
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=900)):
        with refused("issue.wrong_day"):
            answer(session, winners, issue, "promised", due_on=day)
    with refused("issue.step_refused"):
        issues.reopen(session, signed(reporter), issue.id, "Ещё раз", today=TODAY)
    answer(session, winners, issue, "explained")
    with refused("issue.step_refused"):
        answer(session, winners, issue, "explained")
    for _ in range(4):
        report(session, project, reporter, kind="question")
    with refused("issue.too_many"):
        report(session, project, reporter, kind="question")


def test_only_the_right_people_answer_reopen_and_hide(
    session: Session, winners: Winners, built: Project, reporter: Person
) -> None:
    issue = report(session, built, reporter)
    other = make_person(session, "manager", area=make_area(session))
    stranger = make_person(session)
    for who in (reporter, other, make_person(session, "moderator")):
        with pytest.raises(Forbidden):
            issues.answer(session, signed(who), issue.id, "fixed", "Да", today=TODAY)
    with pytest.raises(Forbidden):
        report(session, built, make_person(session, confirmed=False))
    answer(session, winners, issue)
    with pytest.raises(Forbidden):
        issues.reopen(session, signed(stranger), issue.id, "Нет", today=TODAY)
    with pytest.raises(Forbidden):
        issues.hide(session, winners.by, issue.id, reason="Грубо")


def test_a_hidden_issue_hides_its_photo_and_tells_nobody(
    session: Session, winners: Winners, built: Project, reporter: Person, tmp_path: Any
) -> None:
    picture = files.read_picture(jpeg(), most_bytes=10**6)
    shot = issues.Shot(picture, LocalStorage(tmp_path), "Плитка")
    issue = report(session, built, reporter, shot=shot)
    assert issue.file and issue.file.public and issue.photo_alt == "Плитка"
    moderator = signed(make_person(session, "moderator"))
    with refused("comment.reason_missing"):
        issues.hide(session, moderator, issue.id, reason="")
    issues.hide(session, moderator, issue.id, reason="Чужое лицо на фото")
    assert not issue.file.public and issue.hidden_reason
    answer(session, winners, issue)
    assert not letters(session, "issue_answered")
    with pytest.raises(Forbidden):
        issues.reopen(session, signed(reporter), issue.id, "Нет", today=TODAY)
    issues.show(session, moderator, issue.id)
    assert issue.file.public and issue.hidden_at is None


def test_overdue_issues_are_reminded_of_once_for_each_day_set(
    session: Session, winners: Winners, built: Project, reporter: Person
) -> None:
    for _ in range(2):
        report(session, built, reporter)
    late = TODAY + timedelta(days=16)
    by = signed(winners.secretary)
    assert issues.remind_overdue(session, by, TODAY + timedelta(days=15)) == 0
    assert issues.remind_overdue(session, by, late) == 2
    assert issues.remind_overdue(session, by, late + timedelta(days=1)) == 0
    (letter,) = letters(session, "issue_overdue").values()
    assert letter.recipient == winners.manager.email and len(letter.data["issues"]) == 2


def test_neighbours_and_followers_rate_once_and_few_ratings_make_no_average(
    session: Session, winners: Winners, built: Project
) -> None:
    neighbours = [make_person(session, area_id=built.area_id) for _ in range(FEWEST_RATINGS - 1)]
    for number, person in enumerate(neighbours):
        ratings.rate(session, signed(person), built, stars=1 + number % 2, comment="Слова")
    assert ratings_of(session, built.id).average is None
    ratings.rate(session, signed(winners.follower), built, stars=5)
    found = ratings_of(session, built.id)
    assert (found.number, found.average, len(found.words)) == (5, 2.2, 4)
    with refused("rating.once"):
        ratings.rate(session, signed(neighbours[0]), built, stars=5)
    with refused("rating.not_near"):
        ratings.rate(session, signed(make_person(session)), built, stars=5)
    with refused("rating.own_work"):
        ratings.rate(session, winners.by, built, stars=5)
    with refused("rating.no_stars"):
        ratings.rate(session, signed(winners.author), built, stars=6)
    moderator = signed(make_person(session, "moderator"))
    hidden = ratings.hide(session, moderator, built, neighbours[0].id, reason="Грубо")
    assert hidden.hidden_at and ratings_of(session, built.id).average == 2.2, "stars count on"


def test_the_database_itself_lets_nobody_rate_twice(
    session: Session, winners: Winners, built: Project
) -> None:
    ratings.rate(session, signed(winners.follower), built, stars=5)
    session.expunge_all()
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(
            Rating(
                project_id=built.id,
                person_id=winners.follower.id,
                stars=1,
                at=winners.by.at,
                hidden_reason="",
            )
        )
        session.flush()


def test_an_unfinished_project_is_not_rated(
    session: Session, winners: Winners, project: Project
) -> None:
    with refused("rating.not_finished"):
        ratings.rate(session, signed(winners.follower), project, stars=5)


def test_documents_are_shown_and_taken_away_with_a_reason(
    session: Session, winners: Winners, project: Project, tmp_path: Any
) -> None:
    store = LocalStorage(tmp_path)
    read = files.read_document(BytesIO(b"%PDF-1.4\n%%EOF"), "Схема.pdf", most_bytes=100)
    with refused("project.document_title"):
        documents.add_document(session, winners.by, project, read, title="", root=store)
    row = documents.add_document(session, winners.by, project, read, title="Схема", root=store)
    assert row.file.public
    with pytest.raises(Forbidden):
        documents.take_away(session, signed(winners.author), project, row.id, reason="x")
    with refused("project.document_reason"):
        documents.take_away(session, winners.by, project, row.id, reason="")
    kept = row.file
    documents.take_away(session, winners.by, project, row.id, reason="Старая")
    session.flush()
    assert not kept.public, "nobody opens it any more"
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "project.document_removed")
    ).one()
    assert entry.reason == "Старая"


def test_open_issues_stand_before_closed_ones(
    session: Session, winners: Winners, built: Project, reporter: Person
) -> None:
    first, second = (report(session, built, reporter) for _ in range(2))
    answer(session, winners, second)
    assert [one.id for one in issues_of(session, built.id)] == [first.id, second.id]
