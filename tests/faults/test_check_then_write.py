"""Whatever is checked and then written holds when eight requests come at the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.accounts import service as accounts
from pb_portal.accounts.models import EmailToken, Person, RoleGrant
from pb_portal.accounts.privacy import service as privacy
from pb_portal.accounts.privacy.models import DataRequest, EmailChange
from pb_portal.accounts.queries import get_person
from pb_portal.cycles.queries import get_cycle_by_id
from pb_portal.db import db, transaction
from pb_portal.domain.letter_caps import LetterCaps
from pb_portal.domain.permissions import Role
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.outbox.models import Letter
from pb_portal.projects.models import Issue, MailFollow, Project, ProjectFollow, Rating
from pb_portal.projects.service import following, issues, mail_follows, ratings
from pb_portal.proposals.models import Coauthor, Comment, CommentReport, Proposal, Support
from pb_portal.proposals.service import coauthors, comments, drafts, voices
from tests.factories import make_cycle, make_person, make_proposal
from tests.rooms.projects.conftest import make_winners

AT_ONCE = 8
TODAY = datetime.now(UTC).date()
Act = Callable[[Session, "Town", int], Any]


class Town:
    """People, a proposal and a project in a database that really commits."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), transaction() as work:
            cycle = make_cycle(work, PhaseKind.APPLICATIONS)
            self.author, self.person = (make_person(work).id for _ in range(2))
            self.strangers = [make_person(work).id for _ in range(AT_ONCE)]
            self.administrator = make_person(work, "administrator").id
            proposal = make_proposal(work, cycle, author_id=self.author, status="submitted")
            said = comments.add_comment(work, self.by(work, self.author), proposal, "First words.")
            winners = make_winners(work)
            project = winners.start()[0]
            project.status = "completed"
            get_person(work, self.person).area_id = project.area_id
            self.cycle, self.proposal, self.comment = cycle.id, proposal.id, said.id
            self.project = project.id

    def by(self, work: Session, person_id: int) -> Signature:
        return Signature(get_person(work, person_id).actor(), datetime.now(UTC))

    def at_once(self, act: Act, before: int = 0) -> Counter[str]:
        """What becomes of eight requests that start together, after some one by one."""
        gate = Barrier(AT_ONCE)

        def go(number: int, wait: bool = True) -> str:
            with self.app.app_context():
                if wait:
                    gate.wait()
                try:
                    with transaction() as work:
                        act(work, self, number)
                    return "done"
                except Refusal as refusal:
                    return refusal.code
                finally:
                    db.session.remove()

        for number in range(before):
            assert go(100 + number, wait=False) == "done"
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return Counter(pool.map(go, range(AT_ONCE)))

    def count(self, query: Any) -> int:
        with self.app.app_context():
            found = db.session.scalar(select(func.count()).select_from(query.subquery()))
            db.session.remove()
            return int(found or 0)


@pytest.fixture
def town(own_app: Flask) -> Town:
    return Town(own_app)


def comment(work: Session, town: Town, _n: int) -> None:
    proposal = work.get_one(Proposal, town.proposal)
    comments.add_comment(work, town.by(work, town.person), proposal, "The same words.")


def draft(work: Session, town: Town, _n: int) -> None:
    cycle = get_cycle_by_id(work, town.cycle)
    drafts.start_draft(work, town.by(work, town.person), cycle, language="kk")


def support(work: Session, town: Town, _n: int) -> None:
    proposal = work.get_one(Proposal, town.proposal)
    voices.set_support(work, town.by(work, town.person), proposal, on=True)
    voices.set_follow(work, town.by(work, town.person), proposal, on=True)


def report_comment(work: Session, town: Town, _n: int) -> None:
    by = town.by(work, town.person)
    comments.report_comment(work, by, town.comment, reason="spam")


def invite(work: Session, town: Town, number: int) -> None:
    proposal = work.get_one(Proposal, town.proposal)
    coauthors.invite(work, town.by(work, town.author), proposal, f"friend{number}@example.kz")


def invite_the_same(work: Session, town: Town, number: int) -> None:
    proposal = work.get_one(Proposal, town.proposal)
    coauthors.invite(work, town.by(work, town.author), proposal, f"friend+{number}@example.kz")


def join(work: Session, town: Town, _n: int) -> None:
    proposal = work.get_one(Proposal, town.proposal)
    coauthors.ask_to_join(work, town.by(work, town.person), proposal, "Me too")


def issue(work: Session, town: Town, number: int) -> None:
    project = work.get_one(Project, town.project)
    by = town.by(work, town.person)
    issues.report(work, by, project, "defect", f"Broken {number}", today=TODAY)


def rate(work: Session, town: Town, _n: int) -> None:
    project = work.get_one(Project, town.project)
    ratings.rate(work, town.by(work, town.person), project, stars=5)


def follow(work: Session, town: Town, _n: int) -> None:
    following.follow(work, town.by(work, town.person), work.get_one(Project, town.project))


def subscribe(work: Session, town: Town, number: int) -> None:
    project = work.get_one(Project, town.project)
    by = Signature(ANYONE, datetime.now(UTC))
    address = f"reader+{number}@example.kz"
    mail_follows.ask(work, by, project, email=address, locale="kk", rhythm="each")


def subscribe_the_same(work: Session, town: Town, _n: int) -> None:
    project = work.get_one(Project, town.project)
    by = Signature(ANYONE, datetime.now(UTC))
    mail_follows.ask(work, by, project, email="reader@example.kz", locale="kk", rhythm="each")


def register(work: Session, town: Town, number: int) -> None:
    at = datetime.now(UTC)
    accounts.register(work, email=f"new+{number}@example.kz", name="N", locale="kk", at=at)


def forget(work: Session, town: Town, _n: int) -> None:
    email = get_person(work, town.person).email
    accounts.ask_new_password(work, email=email, at=datetime.now(UTC))


def new_address(work: Session, town: Town, number: int) -> None:
    person = get_person(work, town.person)
    by = town.by(work, town.person)
    privacy.ask_new_email(work, by, person, f"moved{number}@example.kz")


def ask_about_data(work: Session, town: Town, _n: int) -> None:
    person, by = get_person(work, town.person), town.by(work, town.person)
    privacy.ask_about_data(work, by, person, "correct", "", TODAY)


def grant(work: Session, town: Town, _n: int) -> None:
    person = get_person(work, town.person)
    accounts.grant_role(work, town.by(work, town.administrator), person, Role.REVIEWER)


MOST_A_DAY, CAPS = issues.MOST_A_DAY, LetterCaps()


def rows(table: Any, **values: Any) -> Any:
    return select(table).filter_by(**values)


CASES: dict[str, tuple[Act, int, Callable[[Town], Any], int]] = {
    "comment": (comment, 0, lambda t: rows(Comment, author_id=t.person), 1),
    "draft": (
        draft, drafts.MOST_DRAFTS - 1, lambda t: rows(Proposal, author_id=t.person),
        drafts.MOST_DRAFTS,
    ),
    "support": (support, 0, lambda t: rows(Support, person_id=t.person), 1),
    "report": (report_comment, 0, lambda t: rows(CommentReport, person_id=t.person), 1),
    "invite": (invite, 0, lambda t: rows(Coauthor, state="waiting"), coauthors.MOST_COAUTHORS),
    "invite_same": (invite_the_same, 0, lambda t: rows(Coauthor, state="waiting"), 1),
    "join": (join, 0, lambda t: rows(Coauthor, person_id=t.person), 1),
    "issue": (issue, MOST_A_DAY - 1, lambda t: rows(Issue, reporter_id=t.person), MOST_A_DAY),
    "rate": (rate, 0, lambda t: rows(Rating, person_id=t.person), 1),
    "follow": (follow, 0, lambda t: rows(ProjectFollow, person_id=t.person), 1),
    "subscribe": (
        subscribe, 0, lambda t: rows(Letter, template="mail_follow"), CAPS.per_recipient_hour,
    ),
    "subscribe_same": (subscribe_the_same, 0, lambda t: rows(MailFollow), 1),
    "register": (register, 0, lambda t: select(Person).where(Person.email.like("new+%")), 1),
    "forget": (
        forget, 0, lambda t: rows(EmailToken, person_id=t.person), CAPS.per_recipient_hour,
    ),
    "new_address": (
        new_address, 0, lambda t: rows(EmailChange, person_id=t.person), privacy.MOST_CHANGES,
    ),
    "data": (ask_about_data, 0, lambda t: rows(DataRequest, person_id=t.person), 1),
    "grant": (grant, 0, lambda t: rows(RoleGrant, person_id=t.person), 1),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_eight_at_the_same_moment_pass_no_check_twice(town: Town, name: str) -> None:
    act, before, query, most = CASES[name]
    ended = town.at_once(act, before)
    assert town.count(query(town)) == most, ended
    assert all(code == "done" or "." in code for code in ended)
