"""Writing a proposal together."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.db import Missing
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox.models import Letter
from pb_portal.proposals import queries, service
from pb_portal.proposals.models import Coauthor, Proposal
from pb_portal.proposals.service import coauthors
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, signed
from tests.factories.proposals import make_draft
from tests.strict import StrictClient


@pytest.fixture
def author(session: Session) -> Person:
    return make_person(session)


@pytest.fixture
def draft(session: Session, author: Person) -> Proposal:
    return make_draft(session, make_cycle(session), author)


def letters(session: Session, template: str) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.template == template)))


def token_for(session: Session, author: Person, draft: Proposal, email: str) -> str:
    coauthors.invite(session, signed(author), draft, email)
    return str(letters(session, "coauthor_invited")[-1].data["path"]).rsplit("/", 1)[1]


def refused(code: str, call: object, *args: object, **kw: object) -> None:
    assert callable(call)
    with pytest.raises(Refusal) as told:
        call(*args, **kw)
    assert told.value.code == code


def test_an_invited_person_agrees_edits_and_gets_letters_but_cannot_send_it_first(
    session: Session, author: Person, draft: Proposal
) -> None:
    friend = make_person(session)
    with pytest.raises(Missing):
        service.save_draft(session, signed(friend), draft, title="Mine now")
    token = token_for(session, author, draft, friend.email)
    coauthors.accept(session, signed(friend), token, named=True)
    service.save_draft(session, signed(friend), draft, title="Written together")
    refused("proposal.author_only", service.submit, session, signed(friend), draft)
    assert [one.id for one in queries.mine(session, friend.id)] == [draft.id]
    service.submit(session, signed(author), draft)
    assert friend.email in {one.recipient for one in letters(session, "proposal_step")}
    assert service.withdraw(session, signed(friend), draft).actor_id == friend.id


def test_a_link_works_once_and_for_two_weeks_and_the_address_is_forgotten(
    session: Session, author: Person, draft: Proposal, at: datetime
) -> None:
    token = token_for(session, author, draft, "friend@example.kz")
    late = Signature(make_person(session).actor(), at + timedelta(days=15))
    with pytest.raises(Missing):
        coauthors.accept(session, late, token, named=True)
    coauthors.decline(session, Signature(late.actor, at + timedelta(days=1)), token)
    with pytest.raises(Missing):
        coauthors.decline(session, signed(author), token)
    (row,) = session.scalars(select(Coauthor))
    assert (row.state, row.email, row.token_digest) == ("declined", "", None)
    (told,) = letters(session, "coauthor_news")
    assert (told.recipient, told.data["what"]) == (author.email, "declined")


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("nonsense", "coauthor.email_wrong"),
        ("a b@c.kz", "coauthor.email_wrong"),
        ("x" * 300 + "@c.kz", "coauthor.email_wrong"),
        ("a@b.kz\nBcc: c@d.kz", "coauthor.email_wrong"),
    ],
)
def test_a_wrong_address_is_told(
    session: Session, author: Person, draft: Proposal, email: str, code: str
) -> None:
    refused(code, coauthors.invite, session, signed(author), draft, email)
    refused("coauthor.yourself", coauthors.invite, session, signed(author), draft, author.email)


def test_only_so_many_write_together(session: Session, author: Person, draft: Proposal) -> None:
    for number in range(coauthors.MOST_COAUTHORS):
        coauthors.invite(session, signed(author), draft, f"friend{number}@example.kz")
    more = (coauthors.invite, session, signed(author), draft)
    refused("coauthor.already", *more, "friend1@example.kz")
    refused("coauthor.full", *more, "one-more@example.kz")


def test_who_asks_is_let_in_or_not_by_the_author_alone(
    session: Session, author: Person, draft: Proposal
) -> None:
    neighbour, stranger = make_person(session), make_person(session)
    with pytest.raises(Missing):
        coauthors.ask_to_join(session, signed(neighbour), draft)
    service.submit(session, signed(author), draft)
    asked = coauthors.ask_to_join(session, signed(neighbour), draft, "I live next door")
    again = (coauthors.ask_to_join, session, signed(neighbour), draft)
    refused("coauthor.asked_already", *again)
    with pytest.raises(Missing):
        coauthors.answer_request(session, signed(stranger), draft, asked.id, agree=True)
    coauthors.answer_request(session, signed(author), draft, asked.id, agree=True)
    assert neighbour.id in draft.written_by
    refused("coauthor.already_writes", *again)
    coauthors.leave(session, signed(neighbour), draft)
    assert neighbour.id not in draft.written_by
    whats = [one.data["what"] for one in letters(session, "coauthor_news")]
    assert whats == ["asked", "let_in", "left"]


def test_merged_authors_join_once_each_beyond_the_usual_number(
    session: Session, author: Person, draft: Proposal
) -> None:
    service.submit(session, signed(author), draft)
    people = [make_person(session) for _ in range(coauthors.MOST_COAUTHORS + 1)]
    coauthors.ask_to_join(session, signed(people[0]), draft)
    ids = [person.id for person in people]
    coauthors.join_authors(session, signed(author), draft, [*ids, author.id])
    coauthors.join_authors(session, signed(author), draft, ids)
    assert draft.written_by == {author.id, *ids}


def test_invited_by_letter_agreed_on_the_page_and_named_in_public(
    client: StrictClient, session: Session, author: Person, draft: Proposal
) -> None:
    sign_in(client, author)
    here = f"/my/proposals/{draft.id}/people"
    wrong = client.fill(here, {"do": "invite", "email": "nonsense"})
    assert wrong.status_code == 422 and "nonsense" in wrong.get_data(as_text=True)
    assert client.fill(here, {"do": "invite", "email": "f@example.kz"}).status_code == 302
    assert "f@example.kz" in client.page(here)
    path = str(letters(session, "coauthor_invited")[0].data["path"])
    friend = make_person(session)
    sign_in(client, friend)
    assert client.get(here).status_code == 404
    assert draft.title in client.page(path)
    assert client.fill(f"{path}/accept", {"named": "1"}, at=path).status_code == 302
    assert "no longer works" in client.page(path)
    assert client.page(f"/drafts/{draft.id}/idea")
    service.submit(session, signed(author), draft)
    session.commit()
    page = client.page(f"/c/{draft.cycle.slug}/proposals/{draft.number}")
    assert re.search(f"Proposed by {author.name}, {friend.name}", page)
    assert client.fill(here, {"do": "unname"}).status_code == 302
    page = client.page(f"/c/{draft.cycle.slug}/proposals/{draft.number}")
    assert not re.search(f"Proposed by [^<]*{friend.name}", page)
