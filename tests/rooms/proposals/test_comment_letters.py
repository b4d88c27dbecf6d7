"""An author hears of comments, a commenter of answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from pb_portal.accounts import service as accounts
from pb_portal.domain.letter_kinds import Rhythm
from pb_portal.domain.permissions import Role
from pb_portal.outbox import choices
from pb_portal.outbox.models import KeptLetter, Letter
from pb_portal.proposals import service
from pb_portal.proposals.models import BlockedWord, Coauthor
from pb_portal.takedowns import service as takedowns
from tests.factories import make_cycle, make_person, make_proposal, signed


@pytest.fixture
def author(session):
    return make_person(session, email="author@example.kz")


@pytest.fixture
def proposal(session, author):
    return make_proposal(session, make_cycle(session), author_id=author.id)


def sent(session):
    rows = session.scalars(
        select(Letter).where(
            Letter.template.in_(["comment_new", "comment_reply"]), Letter.state == "waiting"
        )
    )
    return sorted((row.template, row.recipient) for row in rows)


def test_an_author_hears_of_a_comment_and_its_writer_does_not(session, author, proposal):
    writer = make_person(session)
    service.add_comment(session, signed(writer), proposal, "Please add a ramp")
    assert sent(session) == [("comment_new", author.email)]
    service.add_comment(session, signed(author), proposal, "I shall")
    assert sent(session) == [("comment_new", author.email)]


def test_coauthors_hear_too_and_a_commenter_hears_of_an_answer(session, author, proposal):
    second, writer = make_person(session), make_person(session)
    proposal.coauthors.append(
        Coauthor(
            kind="invitation", person_id=second.id, state="agreed", created_at=proposal.created_at
        )
    )
    session.flush()
    first = service.add_comment(session, signed(writer), proposal, "Please add a ramp")
    service.add_comment(session, signed(author), proposal, "I shall", parent_id=first.id)
    assert sent(session) == sorted(
        [
            ("comment_new", author.email),
            ("comment_new", second.email),
            ("comment_new", second.email),
            ("comment_reply", writer.email),
        ]
    )


def test_an_author_whose_own_comment_is_answered_gets_one_letter(session, author, proposal):
    first = service.add_comment(session, signed(author), proposal, "What do you think?")
    service.add_comment(session, signed(make_person(session)), proposal, "Good", parent_id=first.id)
    assert sent(session) == [("comment_reply", author.email)]


def test_what_is_held_is_told_of_once_a_moderator_publishes_it(session, author, proposal):
    session.add(BlockedWord(language="en", word="crook", effect="hold", added_at=datetime.now(UTC)))
    session.flush()
    held = service.add_comment(session, signed(make_person(session)), proposal, "A crook!")
    assert sent(session) == []
    moderator = signed(make_person(session, Role.MODERATOR))
    service.show_comment(session, moderator, held.id)
    assert sent(session) == [("comment_new", author.email)]
    service.hide_comment(session, moderator, held.id, reason="No")
    assert sent(session) == []
    service.show_comment(session, moderator, held.id)
    assert sent(session) == [], "shown again is no news"


def test_what_is_taken_down_is_told_of_no_more(session, author, proposal):
    choices.choose_rhythm(session, author.email, "comments", Rhythm.DAILY, datetime.now(UTC))
    comment = service.add_comment(session, signed(make_person(session)), proposal, "Call me")
    assert session.scalars(select(KeptLetter)).one().recipient == author.email
    takedowns.take_down(
        session, signed(make_person(session, Role.MODERATOR)), "comment", str(comment.id),
        category="personal_data", reason="A phone",
    )  # fmt: skip
    assert session.scalars(select(KeptLetter)).all() == []


def test_nobody_blocked_or_unconfirmed_hears(session, author, proposal):
    administrator = signed(make_person(session, Role.ADMINISTRATOR))
    choices.choose_rhythm(session, author.email, "comments", Rhythm.DAILY, datetime.now(UTC))
    service.add_comment(session, signed(make_person(session)), proposal, "First")
    accounts.block(session, administrator, author, reason="Spam")
    assert session.scalars(select(KeptLetter)).all() == []
    service.add_comment(session, signed(make_person(session)), proposal, "Second")
    assert sent(session) == [] and session.scalars(select(KeptLetter)).all() == []


def test_whoever_wants_none_gets_none(session, author, proposal):
    choices.choose_rhythm(session, author.email, "comments", Rhythm.NEVER, datetime.now(UTC))
    service.add_comment(session, signed(make_person(session)), proposal, "Please add a ramp")
    assert sent(session) == []
