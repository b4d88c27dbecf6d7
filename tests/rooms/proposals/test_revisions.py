"""A returned proposal is reworked on a copy that nobody else reads before it is sent again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.domain.changes import changed_fields
from pb_portal.domain.proposal_states import ProposalAction
from pb_portal.domain.signature import Signature
from pb_portal.files.service import read_picture
from pb_portal.proposals import queries, service
from pb_portal.proposals.models import Proposal, ProposalVersion
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, signed
from tests.factories.proposals import make_draft, picture_bytes
from tests.strict import StrictClient


@pytest.fixture
def proposal(session: Session, tmp_path: Path) -> Proposal:
    """Sent with one picture, then returned for rework."""
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author)
    shot = read_picture(picture_bytes(), most_bytes=10**6)
    service.add_picture(session, signed(author), draft, shot, root=tmp_path)
    service.submit(session, signed(author), draft)
    step(session, draft, ProposalAction.TAKE)
    service.set_remarks(session, signed(make_person(session)), draft, {"title": "Say where"})
    step(session, draft, ProposalAction.RETURN)
    return draft


def step(session: Session, proposal: Proposal, action: ProposalAction) -> None:
    by = signed(make_person(session, "reviewer"))
    service.change_status(session, by, proposal, action, part="reviewer", reason="Look again")


def copy_of(session: Session, proposal: Proposal) -> Proposal:
    copy = service.find_revision(session, proposal.id)
    assert copy is not None
    return copy


def by_author(proposal: Proposal) -> Signature:
    assert proposal.author is not None
    return Signature(proposal.author.actor(), datetime.now(UTC))


def versions(session: Session, proposal: Proposal) -> list[ProposalVersion]:
    return list(
        session.scalars(
            select(ProposalVersion)
            .where(ProposalVersion.proposal_id == proposal.id)
            .order_by(ProposalVersion.number)
        )
    )


def test_what_is_being_reworked_is_on_no_public_page(
    client: StrictClient, session: Session, proposal: Proposal
) -> None:
    author = proposal.author
    assert author is not None
    sign_in(client, author)
    answer = client.fill(f"/drafts/{proposal.id}/idea", {"title": "Zebra crossing", "do": "later"})
    assert answer.status_code == 302
    assert "Zebra crossing" in client.page(f"/drafts/{proposal.id}/check")
    slug = proposal.cycle.slug
    for path in (f"/c/{slug}/proposals/{proposal.number}", f"/c/{slug}/proposals?q=zebra"):
        assert "Zebra crossing" not in client.page(path)


def test_sending_again_publishes_the_copy_and_keeps_both_versions(
    session: Session, proposal: Proposal, tmp_path: Path
) -> None:
    by, copy = by_author(proposal), copy_of(session, proposal)
    kept = proposal.lines[0].id
    first = proposal.pictures[0].file
    service.save_draft(session, by, copy, title="Benches by the school")
    service.set_quantity(session, by, copy, copy.lines[0].id, "5")
    service.remove_picture(session, by, copy, copy.pictures[0].id)
    assert first.public
    shot = read_picture(picture_bytes(size=(80, 80)), most_bytes=10**6)
    service.add_picture(session, by, copy, shot, root=tmp_path)
    service.resubmit(session, by, copy)
    session.expire_all()
    assert (proposal.title, proposal.cost) == ("Benches by the school", 600_000)
    assert [line.id for line in proposal.lines] == [kept]
    assert [picture.file.public for picture in proposal.pictures] == [True]
    assert not first.public
    old, new = versions(session, proposal)
    assert changed_fields(old.content, new.content) == ["title", "estimate", "photos"]
    assert queries.remarks.open_for(session, proposal.id) == []
    assert service.find_revision(session, proposal.id) is None


def test_a_withdrawn_proposal_leaves_no_copy_behind(session: Session, proposal: Proposal) -> None:
    service.save_draft(session, by_author(proposal), copy_of(session, proposal), title="Other one")
    service.withdraw(session, by_author(proposal), proposal, reason="Moved")
    drafts = select(func.count()).select_from(Proposal).where(Proposal.status == "draft")
    assert session.scalar(drafts) == 0
    assert proposal.title != "Other one"


def test_a_copy_is_no_draft_of_its_own_in_the_authors_list(
    client: StrictClient, session: Session, proposal: Proposal
) -> None:
    by = by_author(proposal)
    assert by.actor.person_id is not None
    assert [one.id for one in queries.mine(session, by.actor.person_id)] == [proposal.id]
    copy = copy_of(session, proposal)
    service.save_draft(session, by, copy, problem="")
    assert proposal.author is not None
    sign_in(client, proposal.author)
    assert "Fill in what is missing: 1" in client.page("/my/proposals")
    assert client.fill(f"/drafts/{copy.id}/delete").status_code in (302, 404)
    assert service.find_revision(session, proposal.id) is not None
