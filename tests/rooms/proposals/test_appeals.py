"""One appeal against a rejection, and every step's letter."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.db import Missing
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import STEPS, ProposalAction, Step
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox.models import Letter
from pb_portal.proposals import service
from pb_portal.proposals.models import Proposal
from pb_portal.review import service as review
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.factories.proposals import make_draft
from tests.strict import StrictClient

WHY = "The land was given back to the city in March."


@pytest.fixture
def author(session: Session) -> Person:
    return make_person(session)


@pytest.fixture
def rejected(session: Session, author: Person) -> Proposal:
    proposal = make_proposal(
        session, make_cycle(session, PhaseKind.REVIEW), status="in_review", author_id=author.id
    )
    service.change_status(
        session,
        signed(make_person(session, "secretary")),
        proposal,
        ProposalAction.REJECT,
        part="secretary",
        reason="Private land",
        grounds=["not_common_land"],
    )
    return proposal


def answer(session: Session, proposal: Proposal, *, grant: bool, words: str = "Looked") -> None:
    head = signed(make_person(session, "secretary"))
    review.answer_appeal(
        session, head, proposal.id, grant=grant, words=words, version=proposal.version
    )


def refused(session: Session, proposal: Proposal, by: Signature, reason: str = WHY) -> str:
    with pytest.raises(Refusal) as told:
        service.appeal(session, by, proposal, reason=reason)
    return told.value.code


def test_a_declined_appeal_is_final(session: Session, author: Person, rejected: Proposal) -> None:
    by = signed(author)
    assert refused(session, rejected, by, "Because") == "appeal.too_short"
    with pytest.raises(Missing):
        service.appeal(session, signed(make_person(session)), rejected, reason=WHY)
    service.appeal(session, by, rejected, reason=WHY)
    assert rejected.status == "appealed" and rejected.due_at is not None
    with pytest.raises(Refusal, match="words_missing"):
        answer(session, rejected, grant=False, words="")
    answer(session, rejected, grant=False)
    assert (rejected.status, rejected.due_at) == ("rejected", None)
    assert refused(session, rejected, by) == "appeal.once"


def test_a_granted_appeal_goes_to_review_without_its_reviewer(
    session: Session, author: Person, rejected: Proposal
) -> None:
    rejected.reviewer_id = author.id
    service.appeal(session, signed(author), rejected, reason=WHY)
    answer(session, rejected, grant=True)
    assert (rejected.status, rejected.reviewer_id) == ("in_review", None)


def test_the_time_for_an_appeal_ends(
    session: Session, author: Person, rejected: Proposal, at: datetime
) -> None:
    late = Signature(author.actor(), at + timedelta(days=60))
    assert refused(session, rejected, late) == "appeal.late"
    assert service.appeal_until(rejected, at - timedelta(days=1)) == at - timedelta(days=1)


def test_the_council_answers_on_its_page_and_everybody_reads_it(
    client: StrictClient, session: Session, author: Person, rejected: Proposal
) -> None:
    page = f"/c/{rejected.cycle.slug}/proposals/{rejected.number}"
    sign_in(client, author)
    assert "Appeal against the rejection" in client.page(page)
    assert client.fill(f"{page}/appeal", {"reason": "No"}).status_code == 422
    assert client.fill(f"{page}/appeal", {"reason": WHY}).status_code == 302
    assert client.get(f"{page}/appeal").status_code == 302
    sign_in(client, make_person(session, "secretary"))
    assert rejected.title in client.page("/desk/appeals")
    desk = f"/desk/appeals/{rejected.id}"
    sent = {"outcome": "uphold", "reply": "The deed is older.", "version": str(rejected.version)}
    assert client.fill(desk, {**sent, "outcome": "x"}).status_code == 422
    assert client.fill(desk, {**sent, "version": "0"}).status_code == 409
    assert client.fill(desk, sent).status_code == 302
    public = client.page(page)
    assert WHY in public and "The deed is older." in public and "the rejection stands" in public


@pytest.mark.parametrize("step", STEPS, ids=lambda one: f"{one.origin}-{one.action}")
def test_every_step_of_the_table_sends_its_author_a_letter(session: Session, step: Step) -> None:
    author = make_person(session)
    if step.origin == "draft":
        draft = make_draft(session, make_cycle(session), author)
        service.submit(session, signed(author), draft)
    else:
        cycle = make_cycle(session, PhaseKind.REVIEW)
        proposal = make_proposal(session, cycle, status=str(step.origin), author_id=author.id)
        service.change_status(
            session,
            signed(make_person(session)),
            proposal,
            step.action,
            part=step.by,
            reason="Because",
            grounds=["duplicate"],
        )
    letters = session.scalars(select(Letter).where(Letter.recipient == author.email)).all()
    assert [(one.template, one.data["target"]) for one in letters] == [
        ("proposal_step", str(step.target))
    ]
