"""Answers, orders, reports, the list of words."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.db import Missing
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.outbox.models import Letter
from pb_portal.proposals import queries, service
from pb_portal.proposals.models import BlockedWord, CommentReport, Proposal
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient


@pytest.fixture
def proposal(session: Session) -> Proposal:
    author = make_person(session)
    return make_proposal(session, make_cycle(session), author_id=author.id)


@pytest.fixture
def person(session: Session) -> Person:
    return make_person(session)


def add_word(session: Session, at: datetime, word: str, effect: str) -> BlockedWord:
    by = Signature(SYSTEM, at)
    return service.add_word(session, by, word=word, language="ru", effect=effect)


def test_answers_stand_one_level_deep_and_are_counted(
    session: Session, proposal: Proposal, person: Person
) -> None:
    by = signed(person)
    first = service.add_comment(session, by, proposal, "Good")
    other = service.add_comment(session, by, proposal, "Where?")
    answer = service.add_comment(session, by, proposal, "Agree", parent_id=first.id)
    deeper = service.add_comment(session, by, proposal, "Me too", parent_id=answer.id)
    assert deeper.parent_id == first.id
    session.expire_all()
    assert (first.replies_count, proposal.comments_count) == (2, 4)
    orders = {"new": [other, first], "old": [first, other], "replied": [first, other]}
    for order, expected in orders.items():
        listed, key = queries.comments.threads(session, proposal.id, order=order)
        assert [thread.comment for thread in listed] == expected, order
        assert key is None
    elsewhere = make_proposal(session, proposal.cycle)
    with pytest.raises(Missing):
        service.add_comment(session, by, elsewhere, "Lost", parent_id=first.id)


@pytest.mark.parametrize("order", ["new", "old", "replied"])
def test_every_thread_stands_on_exactly_one_page(
    session: Session, proposal: Proposal, person: Person, order: str
) -> None:
    for number in range(65):
        added = service.add_comment(session, signed(person), proposal, f"Word {number}")
        if number % 7 == 0:
            service.add_comment(session, signed(person), proposal, f"A{number}", parent_id=added.id)
    seen, after = [], ""
    while True:
        listed, key = queries.comments.threads(session, proposal.id, order=order, after=after)
        seen += [thread.comment.id for thread in listed]
        if key is None:
            break
        after = key
    assert len(seen) == len(set(seen)) == 65


def test_a_word_of_the_list_refuses_a_comment_and_keeps_its_text(
    client: StrictClient, session: Session, proposal: Proposal, person: Person, at: datetime
) -> None:
    word = add_word(session, at, "дурак", "refuse")
    sign_in(client, person)
    here = f"/c/{proposal.cycle.slug}/proposals/{proposal.number}"
    answer = client.fill(f"{here}/comments", {"body": "Ну ты и д у р а к"}, at=here)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Ну ты и д у р а к</textarea>" in page and "дурак" in page
    service.remove_word(session, Signature(SYSTEM, at), word.id)
    assert service.add_comment(session, signed(person), proposal, "дурак").held_at is None
    assert [row.word for row in queries.comments.blocked_words(session, removed=True)] == ["дурак"]


def test_a_kept_back_comment_is_seen_by_its_author_alone_until_published(
    client: StrictClient, session: Session, proposal: Proposal, person: Person, at: datetime
) -> None:
    add_word(session, at, "жулик", "hold")
    comment = service.add_comment(session, signed(person), proposal, "Подрядчик жулик")
    here = f"/c/{proposal.cycle.slug}/proposals/{proposal.number}"
    assert "Подрядчик" not in client.page(here)
    sign_in(client, person)
    assert "Подрядчик" in client.page(here)
    session.expire_all()
    assert proposal.comments_count == 0
    moderator = make_person(session, "moderator")
    sign_in(client, moderator)
    assert "Подрядчик" in client.page("/desk/comments?view=held")
    shown = client.fill(f"/desk/comments/{comment.id}/show", at="/desk/comments?view=held")
    assert shown.status_code == 302
    session.expire_all()
    assert (comment.held_at, proposal.comments_count) == (None, 1)


def test_the_same_words_at_once_are_one_comment(
    session: Session, proposal: Proposal, person: Person
) -> None:
    service.add_comment(session, signed(person), proposal, "Good")
    with pytest.raises(Refusal, match="twice"):
        service.add_comment(session, signed(person), proposal, " Good ")


def test_a_report_reaches_a_moderator_who_hides_with_a_reason_or_lets_it_stay(
    client: StrictClient, session: Session, proposal: Proposal, person: Person
) -> None:
    rude = service.add_comment(session, signed(make_person(session)), proposal, "Rude words")
    fine = service.add_comment(session, signed(make_person(session)), proposal, "Fine words")
    here = f"/c/{proposal.cycle.slug}/proposals/{proposal.number}"
    sign_in(client, person)
    for comment in (rude, fine, rude):
        path = f"{here}/comments/{comment.id}/report"
        assert client.fill(path, {"reason": "nonsense"}).status_code == 422
        assert client.fill(path, {"reason": "insult", "text": "see <b>"}).status_code == 302
    assert session.scalar(select(func.count()).select_from(CommentReport)) == 2
    sign_in(client, make_person(session, "moderator"))
    desk = client.page("/desk/comments")
    assert "Insults somebody" in desk and "see &lt;b&gt;" in desk
    bare = client.fill(f"/desk/comments/{rude.id}/hide", {"reason": ""}, at="/desk/comments")
    assert bare.status_code == 422
    hidden = client.fill(f"/desk/comments/{rude.id}/hide", {"reason": "Rude"}, at="/desk/comments")
    kept = client.fill(f"/desk/comments/{fine.id}/keep", at="/desk/comments")
    assert (hidden.status_code, kept.status_code) == (302, 302)
    page = client.page(here)
    assert "Hidden by a moderator: Rude" in page and "Rude words" not in page
    assert "Fine words" in page
    outcomes = set(session.scalars(select(CommentReport.outcome)))
    assert outcomes == {"hidden", "kept"}
    (letter,) = session.scalars(select(Letter).where(Letter.template == "comment_hidden"))
    assert letter.data["reason"] == "Rude"


def test_nobody_reports_an_own_comment_or_one_that_is_hidden(
    session: Session, proposal: Proposal, person: Person
) -> None:
    comment = service.add_comment(session, signed(person), proposal, "Mine")
    with pytest.raises(Refusal, match="own"):
        service.report_comment(session, signed(person), comment.id, reason="spam")
    service.hide_comment(
        session, signed(make_person(session, "moderator")), comment.id, reason="Spam"
    )
    with pytest.raises(Missing):
        service.report_comment(session, signed(make_person(session)), comment.id, reason="spam")


@pytest.mark.parametrize("word", ["", "ab", "two words", "x" * 41, "..."])
def test_a_word_that_is_none_is_refused(
    client: StrictClient, session: Session, at: datetime, word: str
) -> None:
    with pytest.raises(Refusal, match="wrong"):
        add_word(session, at, word, "hold")
    sign_in(client, make_person(session, "administrator"))
    sent = {"word": word, "language": "ru", "effect": "hold"}
    assert client.fill("/desk/words", sent).status_code == 422
