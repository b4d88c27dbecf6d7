"""Proposals like the one being written, and those around its pin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.proposals import service
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.queries import similar
from tests.conftest import sign_in
from tests.factories import SOUTH, WEST, make_cycle, make_person, make_proposal
from tests.factories.proposals import make_draft
from tests.rooms.proposals.test_views import counted
from tests.strict import StrictClient

METRE = 1 / 111_320


def statements_for(session: Session, client: StrictClient, path: str) -> int:
    session.commit()
    session.expunge_all()
    statements: list[str] = []
    with counted(statements):
        assert client.get(path).status_code == 200
    return len(statements)


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return make_cycle(session, areas=2)


@pytest.fixture
def author(session: Session) -> Person:
    return make_person(session)


@pytest.fixture
def sent(session: Session, cycle: Cycle) -> Callable[..., Proposal]:
    def make(title: str, north: float = 0, **values: object) -> Proposal:
        made = make_proposal(
            session,
            cycle,
            title=title,
            lat=SOUTH + 0.007 + north * METRE,
            lon=WEST + 0.007,
            **values,
        )
        service.index_words(made)
        session.flush()
        return made

    return make


def draft_of(session: Session, cycle: Cycle, author: Person, title: str) -> Proposal:
    return make_draft(session, cycle, author, title=title, lat=SOUTH + 0.007, lon=WEST + 0.007)


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("Озеленения двора у школы", "Озеленение школьного двора"),
        ("Балалар алаңын жөндеу", "Балалар алаңдарын жөндеуге"),
    ],
)
def test_words_are_known_again_in_other_forms(
    session: Session,
    cycle: Cycle,
    author: Person,
    sent: Callable[..., Proposal],
    typed: str,
    known: str,
) -> None:
    alike = sent(known, 900)
    sent("Новый фонтан", 900)
    draft = draft_of(session, cycle, author, typed)
    assert [one.id for one in similar.similar(session, similar.about(draft))] == [alike.id]


def test_the_same_words_on_the_other_side_of_the_city_are_another_place(
    session: Session, cycle: Cycle, author: Person, sent: Callable[..., Proposal]
) -> None:
    sent("Скамейки у подъезда", 9000)
    draft = draft_of(session, cycle, author, "Скамейки у подъезда")
    assert similar.similar(session, similar.about(draft)) == []


def test_neighbours_come_nearest_first_and_only_live_ones(
    session: Session, cycle: Cycle, author: Person, sent: Callable[..., Proposal]
) -> None:
    far, near = sent("Far", 120), sent("Near", 20)
    sent("Too far", 400)
    sent("Gone", 10, status="withdrawn")
    draft = draft_of(session, cycle, author, "Anything")
    found = similar.neighbours(session, similar.about(draft))
    assert [(one.id, one.metres) for one in found] == [(near.id, 20), (far.id, 120)]


def test_a_copy_under_rework_is_not_like_itself(
    session: Session, cycle: Cycle, author: Person, sent: Callable[..., Proposal]
) -> None:
    own = sent("Скамейки у подъезда", status="returned", author_id=author.id)
    copy = service.find_revision(session, own.id)
    assert copy is not None
    assert similar.similar(session, similar.about(copy)) == []
    assert similar.neighbours(session, similar.about(copy)) == []


def test_every_page_tells_of_them_without_scripts_and_one_supports_instead(
    client: StrictClient,
    session: Session,
    cycle: Cycle,
    author: Person,
    sent: Callable[..., Proposal],
) -> None:
    other = sent("Скамейки у подъезда", 30)
    draft = draft_of(session, cycle, author, "Скамейка у подъездов")
    sign_in(client, author)
    for step in ("place", "idea", "check"):
        page = client.page(f"/drafts/{draft.id}/{step}")
        assert other.title in page and "Support this instead" in page, step
    fragment = client.get(f"/drafts/{draft.id}/similar").get_data(as_text=True)
    assert other.title in fragment and "<html" not in fragment
    support = f"/c/{cycle.slug}/proposals/{other.number}/support"
    assert client.fill(support, {"on": "1"}, at=f"/drafts/{draft.id}/check").status_code == 302
    session.refresh(other)
    assert (other.supports_count, draft.status) == (1, "draft")


def test_as_many_statements_for_one_as_for_many(
    client: StrictClient,
    session: Session,
    cycle: Cycle,
    author: Person,
    sent: Callable[..., Proposal],
) -> None:
    draft = draft_of(session, cycle, author, "Скамейки у подъезда")
    path = f"/drafts/{draft.id}/similar"
    sign_in(client, author)
    sent("Скамейки у подъезда")
    one = statements_for(session, client, path)
    session.add(cycle)
    for number in range(20):
        sent("Скамейки у подъезда", number)
    assert statements_for(session, client, path) == one
