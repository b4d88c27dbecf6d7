"""Winners may become one project together, or several each; what is on one site is offered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.outbox.models import Letter
from pb_portal.projects import service
from pb_portal.projects.models import Project, ProjectProposal
from pb_portal.projects.queries import is_following
from pb_portal.projects.service import Wish
from pb_portal.projects.service.grouping import promised_lines
from pb_portal.proposals.models import Coauthor, ReviewedLine
from pb_portal.results.models import ProposalResult
from tests.conftest import sign_in
from tests.factories import make_area, make_person, signed
from tests.rooms.projects.conftest import Winners
from tests.strict import StrictClient
from tests.unguarded import unguarded


def made(winners: Winners, **wish: Any) -> list[Project]:
    return service.start_from_winners(
        winners.session, signed(winners.secretary), winners.cycle, wish=Wish(**wish)
    )


def test_two_winners_become_one_project_with_both_estimates_and_both_authors(
    winners: Winners, session: Session
) -> None:
    first, second = winners.proposals[:2]
    second.author_id = make_person(session).id
    (project,) = made(winners, joins=[frozenset({first.id, second.id})])
    assert project.promised_sum == first.price + second.price
    assert [source.proposal_id for source in project.sources] == [first.id, second.id]
    assert len(project.lines) == 2
    heard = {letter.recipient for letter in session.scalars(select(Letter))}
    authors = {winners.author.email, session.get_one(type(winners.author), second.author_id).email}
    assert heard >= authors
    assert made(winners) == [], "neither is left over"


def test_one_winner_becomes_several_projects_whose_sums_make_the_price(
    winners: Winners, session: Session
) -> None:
    first = winners.proposals[0]
    projects = [
        project for project in made(winners, parts={first.id: 2}) if project.proposal_id == first.id
    ]
    assert [project.title for project in projects] == [
        f"{first.title} (1/2)",
        f"{first.title} (2/2)",
    ]
    assert sum(project.promised_sum for project in projects) == first.price
    assert [len(project.lines) for project in projects] == [1, 1]
    parts = session.scalars(
        select(ProjectProposal.part).where(ProjectProposal.proposal_id == first.id)
    )
    assert set(parts) == {1, 2}
    assert made(winners) == []


def test_the_lines_of_a_divided_winner_go_where_they_are_sent(winners: Winners) -> None:
    first = winners.proposals[0]
    keys = [line.key for line in promised_lines(winners.session, [first])[first.id]]
    one, two, *_ = made(winners, parts={first.id: 2}, line_parts={keys[0]: 2, keys[1]: 1})
    assert [line.unit for line in one.lines + two.lines] == ["m2", "piece"]


def test_what_cannot_be_joined_or_divided_is_refused_and_makes_nothing(
    winners: Winners, session: Session
) -> None:
    first, second = winners.proposals[:2]
    keys = [line.key for line in promised_lines(session, [first])[first.id]]
    pair = [frozenset({first.id, second.id})]
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("project.join_or_divide", {"joins": pair, "parts": {first.id: 2}}),
        ("project.parts_lines", {"parts": {first.id: 3}}),
        ("project.parts_many", {"parts": {first.id: 70}}),
        ("project.part_empty", {"parts": {first.id: 2}, "line_parts": {keys[0]: 1, keys[1]: 1}}),
    ]
    for code, wish in wrong:
        with pytest.raises(Refusal) as refused:
            made(winners, **wish)
        assert refused.value.code == code
    with unguarded(session, "proposals_proposal", "results_proposal"):
        second.area_id = make_area(session, winners.cycle.city).id
        session.execute(
            update(ProposalResult)
            .where(ProposalResult.proposal_id == second.id)
            .values(area_id=second.area_id)
        )
    with pytest.raises(Refusal, match="join_areas"):
        made(winners, joins=pair)
    assert session.scalar(select(func.count(Project.id))) == 0


def test_the_reviewed_estimate_is_what_is_promised(winners: Winners, session: Session) -> None:
    first = winners.proposals[0]
    bench, tiles = first.lines

    def reviewed(quantity: int, **values: Any) -> ReviewedLine:
        return ReviewedLine(
            proposal_id=first.id, **{"unit": "piece", "unit_price": 9, **values}, quantity=quantity
        )

    session.add_all(
        [
            reviewed(40_000, line_id=bench.id),
            reviewed(0, line_id=tiles.id, unit="m2"),
            reviewed(2_000, text="Урна"),
        ]
    )
    session.flush()
    project = made(winners)[0]
    assert [(line.title["ru"], line.promised) for line in project.lines] == [
        ("Скамья", 40_000),
        ("Урна", 2_000),
    ]


def test_works_on_one_site_are_offered_and_those_far_away_are_not(
    winners: Winners, session: Session
) -> None:
    first, second = winners.proposals[:2]
    second.address = "Tole bi 1"
    session.flush()
    (near,) = service.clashes(session, [first, second])
    assert (near.first, near.second, near.metres) == (first, second, 0)
    assert first.lat is not None
    second.lat = first.lat + 0.01
    assert service.clashes(session, [first, second]) == []
    second.address = first.address.upper()
    assert [clash.metres for clash in service.clashes(session, [first, second])] == [None]
    project = made(winners)[0]
    assert project in [clash.second for clash in service.clashes(session, [first])]


def test_a_coauthor_hears_of_the_project_without_asking(winners: Winners, session: Session) -> None:
    friend = make_person(session)
    session.add(
        Coauthor(
            proposal_id=winners.proposals[0].id,
            person_id=friend.id,
            kind="request",
            state="agreed",
            created_at=datetime.now(UTC),
        )
    )
    project = winners.start()[0]
    assert is_following(session, project.id, friend.id)
    service.unfollow(session, signed(friend), project)
    assert not is_following(session, project.id, friend.id), "may stop all the same"


def test_joining_and_dividing_work_from_the_page(client: StrictClient, winners: Winners) -> None:
    first, second = winners.proposals[:2]
    winners.session.commit()
    sign_in(client, winners.secretary)
    path = f"/desk/cycles/{winners.cycle.slug}/projects"
    assert "On the same site" in client.page(path)
    typed = {"promised_on": "2030-12-31", "step": "preview"}
    shown = client.fill(path, {**typed, "join": f"{first.id}-{second.id}"})
    assert "Make 1 project" in shown.text
    shown = client.fill(path, {**typed, f"with_{first.id}": str(second.number)})
    assert "Make 1 project" in shown.text
    shown = client.fill(path, {**typed, f"parts_{first.id}": "2"})
    assert "Make 3 projects" in shown.text
    assert client.fill(path, {**typed, f"parts_{first.id}": "9999999"}).status_code == 422
    odd = {**typed, "with_x": "1", "parts_": "2", "join": "x-y", "with_99999999999": "1"}
    assert "Make 2 projects" in client.fill(path, odd).text
    answer = client.fill(path, {**typed, "step": "make", f"parts_{first.id}": "2"})
    assert answer.status_code == 302
    assert winners.session.scalar(select(func.count(Project.id))) == 3
