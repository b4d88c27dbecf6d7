"""A duplicate joins another proposal: authors, supporters and followers come along, once."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.proposals import service as proposals
from pb_portal.proposals.models import Coauthor, Proposal, ProposalFollow, Support
from pb_portal.proposals.service.merging import merge
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return make_cycle(session, PhaseKind.REVIEW, areas=2)


@pytest.fixture
def secretary(session: Session) -> Person:
    return make_person(session, "secretary")


def made(session: Session, cycle: Cycle, title: str) -> Proposal:
    proposal = make_proposal(session, cycle, author_id=make_person(session).id, title=title)
    proposals.index_words(proposal)
    session.flush()
    return proposal


@pytest.fixture
def source(session: Session, cycle: Cycle) -> Proposal:
    return made(session, cycle, "Фонари")


@pytest.fixture
def target(session: Session, cycle: Cycle) -> Proposal:
    return made(session, cycle, "Освещение двора")


def join(session: Session, by: Person, source: Proposal, target: Proposal) -> Proposal:
    return merge(
        session, signed(by), source.id, target.id, reason="The same yard", version=source.version
    )


def supporters(session: Session, proposal: Proposal) -> set[int]:
    return set(session.scalars(select(Support.person_id).where(Support.proposal_id == proposal.id)))


def test_a_person_who_supported_both_counts_once(
    session: Session, secretary: Person, source: Proposal, target: Proposal
) -> None:
    both, only = make_person(session), make_person(session)
    for person, proposal in ((both, source), (both, target), (only, source)):
        proposals.set_support(session, signed(person), proposal, on=True)
    proposals.set_follow(session, signed(only), source, on=True)
    join(session, secretary, source, target)
    assert supporters(session, target) == {both.id, only.id}
    assert target.supports_count == 2
    assert session.get(ProposalFollow, (target.id, only.id)) is not None
    assert source.status == "merged" and source.merged_into_id == target.id
    assert source.events[-1].reason == "The same yard"


def test_the_author_becomes_a_co_author_and_an_earlier_merge_moves_along(
    session: Session, cycle: Cycle, secretary: Person, source: Proposal, target: Proposal
) -> None:
    first = made(session, cycle, "Лампа")
    join(session, secretary, first, source)
    join(session, secretary, source, target)
    session.refresh(first)
    assert first.merged_into_id == target.id
    writing = session.scalars(
        select(Coauthor).where(Coauthor.proposal_id == target.id, Coauthor.state == "agreed")
    ).all()
    assert {one.person_id for one in writing} == {source.author_id, first.author_id}


def test_what_cannot_be_merged_is_refused_with_a_reason(
    session: Session, cycle: Cycle, secretary: Person, source: Proposal, target: Proposal
) -> None:
    other = made(session, make_cycle(session, PhaseKind.REVIEW), "Другой год")
    with pytest.raises(Refusal, match=r"merge\.itself"):
        join(session, secretary, source, source)
    with pytest.raises(Refusal, match=r"merge\.other_cycle"):
        join(session, secretary, source, other)
    with pytest.raises(Conflict):
        merge(session, signed(secretary), source.id, target.id, reason="x", version=99)
    local = make_person(session, "secretary", area=cycle.areas[1].area)
    with pytest.raises(Forbidden):
        join(session, local, source, target)
    target.status = "rejected"
    session.flush()
    with pytest.raises(Refusal, match=r"merge\.target_closed"):
        join(session, secretary, source, target)
    assert source.merged_into_id is None


def test_both_pages_tell_the_story(
    client: StrictClient,
    session: Session,
    cycle: Cycle,
    secretary: Person,
    source: Proposal,
    target: Proposal,
) -> None:
    session.commit()
    sign_in(client, secretary)
    path = f"/desk/review/{source.id}/merge"
    for locale in ("ru", "kk", "en"):
        client.page(path, locale=locale)
    data = {"version": source.version, "target": "99999999999", "reason": "The same yard"}
    missing = client.fill(path, data)
    assert missing.status_code == 422
    assert "The same yard" in missing.get_data(as_text=True)
    assert client.fill(path, {**data, "target": str(target.number)}).status_code == 302
    client.get("/logout")
    gone = client.page(f"/c/{cycle.slug}/proposals/{source.number}")
    assert "The same yard" in gone and f"/proposals/{target.number}" in gone
    stays = client.page(f"/c/{cycle.slug}/proposals/{target.number}")
    assert "Joined with this proposal" in stays and "Фонари" in stays


def test_the_file_names_what_says_the_same_and_what_was_merged_into_it(
    client: StrictClient, session: Session, cycle: Cycle, secretary: Person, target: Proposal
) -> None:
    like = made(session, cycle, "Освещение дворов")
    like.lat = (target.lat or 0) + 0.01
    far = made(session, cycle, "Беседка")
    joined = made(session, cycle, "Лампа")
    join(session, secretary, joined, target)
    reviewer = make_person(session, "reviewer")
    session.commit()
    sign_in(client, reviewer)
    page = client.page(f"/desk/review/{target.id}")
    assert f"№ {like.number} · Освещение дворов" in page
    assert f"№ {joined.number} · Лампа" in page
    assert f"№ {far.number} · Беседка" not in page
