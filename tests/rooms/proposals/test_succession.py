"""A proposal outlives its author's account: co-authors act, it is handed over, the registrar
represents it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from pb_portal.accounts.privacy import service as privacy
from pb_portal.db import Missing
from pb_portal.domain.permissions import Role
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalAction
from pb_portal.domain.refusal import Refusal
from pb_portal.outbox.models import Letter
from pb_portal.proposals import service
from pb_portal.proposals.models import Coauthor, EstimateLine, Proposal
from pb_portal.proposals.queries.represented import represented
from tests.conftest import sign_in
from tests.factories import make_category, make_cycle, make_person, make_proposal, signed


def line():
    return EstimateLine(title="Bench", reason="none", unit="piece", unit_price=1000, quantity=1000)


@pytest.fixture
def author(session):
    return make_person(session, name="Aigul")


@pytest.fixture
def friend(session):
    return make_person(session, name="Bolat")


@pytest.fixture
def registrar(session):
    return make_person(session, Role.REGISTRAR)


@pytest.fixture
def returned(session, author):
    cycle = make_cycle(session, PhaseKind.REWORK)
    proposal = make_proposal(
        session, cycle, author_id=author.id, status="in_review", cost=1000,
        category_id=make_category(session).id,
    )  # fmt: skip
    proposal.lines = [line()]
    session.flush()
    staff = signed(make_person(session, Role.REVIEWER))
    service.change_status(
        session, staff, proposal, ProposalAction.RETURN, part="reviewer", reason="Say more"
    )
    return proposal


def join(session, proposal, person, **values):
    row = Coauthor(
        kind="invitation", person_id=person.id, state="agreed", named=True,
        created_at=datetime.now(UTC), answered_at=datetime.now(UTC), **values,
    )  # fmt: skip
    proposal.coauthors.append(row)
    session.flush()
    return row


def resubmit(session, person, proposal):
    return service.resubmit(session, signed(person), service.find_revision(session, proposal.id))


def test_a_coauthor_resubmits_and_the_page_names_who(client, session, returned, friend):
    join(session, returned, friend)
    event = resubmit(session, friend, returned)
    assert (event.actor_id, event.actor_part) == (friend.id, "author")
    session.commit()
    page = client.page(f"/c/{returned.cycle.slug}/proposals/{returned.number}")
    assert "Author: Bolat" in page


@pytest.mark.parametrize("act", ["withdraw", "appeal"])
def test_a_coauthor_withdraws_and_appeals(session, author, friend, act):
    cycle = make_cycle(session, PhaseKind.REVIEW)
    proposal = make_proposal(session, cycle, author_id=author.id)
    join(session, proposal, friend)
    if act == "withdraw":
        assert service.withdraw(session, signed(friend), proposal).actor_id == friend.id
        return
    proposal.status = "rejected"
    with pytest.raises(Refusal) as refused:
        service.appeal(session, signed(friend), proposal, reason="x")
    assert refused.value.code == "appeal.too_short"


@pytest.mark.parametrize("act", ["resubmit", "withdraw"])
def test_strangers_former_coauthors_and_other_staff_cannot(session, returned, friend, act):
    row = join(session, returned, friend)
    row.state = "left"
    session.flush()
    for person in (friend, make_person(session), make_person(session, Role.REGISTRAR),
                   make_person(session, Role.SECRETARY)):  # fmt: skip
        with pytest.raises(Missing):
            if act == "resubmit":
                resubmit(session, person, returned)
            else:
                service.withdraw(session, signed(person), returned)


def test_it_is_handed_over_by_asking_and_agreeing(session, returned, author, friend):
    row = join(session, returned, friend)
    with pytest.raises(Missing):
        service.offer_lead(session, signed(friend), returned, row.id)
    with pytest.raises(Missing):
        service.answer_offer(session, signed(friend), returned, agree=True)
    service.offer_lead(session, signed(author), returned, row.id)
    assert returned.author_id == author.id
    service.answer_offer(session, signed(friend), returned, agree=True)
    copy = service.find_revision(session, returned.id)
    assert returned.author_id == copy.author_id == friend.id
    assert returned.written_by == {author.id, friend.id}
    told = {letter.data["what"] for letter in session.scalars(
        select(Letter).where(Letter.template == "coauthor_news"))}  # fmt: skip
    assert told == {"offered", "handed_over"}
    assert resubmit(session, author, returned).actor_id == author.id


def test_an_offer_can_be_declined(session, returned, author, friend):
    row = join(session, returned, friend)
    service.offer_lead(session, signed(author), returned, row.id)
    service.answer_offer(session, signed(friend), returned, agree=False)
    assert returned.author_id == author.id and row.offered_at is None


def test_handing_over_by_the_pages(client, session, returned, author, friend):
    row = join(session, returned, friend)
    session.commit()
    path = f"/my/proposals/{returned.id}/people"
    sign_in(client, author)
    assert client.fill(path, {"do": f"offer-{row.id}"}).status_code == 302
    assert "asked to take it over" in client.page(path)
    sign_in(client, friend)
    assert client.fill(path, {"do": "take_over"}).status_code == 302
    session.expire_all()
    assert session.get(Proposal, returned.id).author_id == friend.id


def test_at_deletion_the_offered_coauthor_follows_else_the_oldest(session, returned, author):
    older, offered = make_person(session), make_person(session)
    join(session, returned, older)
    join(session, returned, offered, offered_at=datetime.now(UTC))
    second = make_proposal(session, make_cycle(session), author_id=author.id)
    join(session, second, older)
    privacy.delete_own(session, signed(author), author)
    assert returned.author_id == offered.id and second.author_id == older.id
    assert returned.written_by == {offered.id, older.id}
    assert not returned.represented
    letters = select(Letter).where(Letter.template == "coauthor_news")
    assert {one.data["what"] for one in session.scalars(letters)} == {"succeeded"}
    resubmit(session, offered, returned)


def test_a_draft_written_together_is_not_thrown_away(session, author, friend):
    cycle = make_cycle(session)
    shared = make_proposal(session, cycle, author_id=author.id, status="draft", number=None)
    alone = make_proposal(session, cycle, author_id=author.id, status="draft", number=None)
    join(session, shared, friend)
    ids = (shared.id, alone.id)
    privacy.delete_own(session, signed(author), author)
    session.expire_all()
    assert session.get(Proposal, ids[0]).author_id == friend.id
    assert session.get(Proposal, ids[1]) is None


def test_without_a_coauthor_the_registrar_represents_it_and_the_page_says_so(
    client, session, returned, author, registrar
):
    number, slug = returned.number, returned.cycle.slug
    session.commit()
    assert "Represented by the registrar" not in client.page(f"/c/{slug}/proposals/{number}")
    privacy.delete_own(session, signed(author), author)
    session.commit()
    assert [one.id for one in represented(session)] == [returned.id]
    assert "Represented by the registrar" in client.page(f"/c/{slug}/proposals/{number}")
    sign_in(client, make_person(session, Role.MODERATOR))
    assert client.get(f"/drafts/{returned.id}/check").status_code == 404
    sign_in(client, registrar)
    queue = client.page("/desk/represented")
    assert f"№ {number}" in queue
    assert client.page(f"/drafts/{returned.id}/idea")
    event = resubmit(session, registrar, returned)
    assert (event.actor_id, event.actor_part) == (registrar.id, "registrar")


def test_a_blocked_sole_author_is_represented_until_unblocked(session, returned, author, registrar):
    author.blocked_at = datetime.now(UTC)
    session.flush()
    assert returned.represented and [one.id for one in represented(session)] == [returned.id]
    author.blocked_at = None
    session.flush()
    assert not returned.represented and represented(session) == []
    with pytest.raises(Missing):
        service.withdraw(session, signed(registrar), returned)


def test_a_blocked_author_does_not_stop_the_others(session, author, friend):
    cycle = make_cycle(session)
    draft = make_proposal(
        session, cycle, author_id=author.id, status="draft", number=None, cost=1000,
        category_id=make_category(session).id,
    )  # fmt: skip
    draft.lines = [line()]
    join(session, draft, friend)
    with pytest.raises(Refusal) as refused:
        service.submit(session, signed(friend), draft)
    assert refused.value.code == "proposal.author_only"
    author.blocked_at = datetime.now(UTC)
    session.flush()
    service.submit(session, signed(friend), draft)
    assert draft.number is not None
