"""A number and the list it links to say the same, as whoever looks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from pb_portal.db import session as current
from pb_portal.desk import queries as desk
from pb_portal.domain.permissions import Role
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.pages import home
from pb_portal.projects.models import Project, ProjectPhoto, ProjectUpdate
from pb_portal.proposals import queries, service
from pb_portal.proposals.models import Comment
from pb_portal.proposals.queries import Filters
from pb_portal.review.council.models import AgendaItem, CouncilMember, CouncilSitting
from pb_portal.review.models import ReviewOpinion
from pb_portal.takedowns import service as takedowns
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.rooms.takedowns.test_take_down import photo
from tests.unguarded import unguarded

ROW = re.compile(r'class="proposal-card__number figures">№ (\d+)')
WALKERS = ["visitor", "resident", Role.MODERATOR, Role.SECRETARY, Role.ADMINISTRATOR]


@pytest.fixture
def city(session, app):
    """A proposal in every state, one taken down, hidden and held comments, two districts."""
    cycle = make_cycle(session, PhaseKind.REVIEW, areas=2, slug="agree")
    other = make_cycle(session, PhaseKind.REVIEW, slug="imported", is_imported=True)
    author = make_person(session)
    for state in ProposalState:
        for part in cycle.areas:
            make_proposal(
                session, cycle, area=part.area, status=state, author_id=author.id,
                **({"number": None} if state == "draft" else {}),
            )  # fmt: skip
    make_proposal(session, other, status="admitted")
    now = datetime.now(UTC)
    moderator = make_person(session, Role.MODERATOR)
    talked = make_proposal(session, cycle, author_id=author.id)
    first = service.add_comment(session, signed(author), talked, "One")
    service.add_comment(session, signed(author), talked, "Two", parent_id=first.id)
    hidden = service.add_comment(session, signed(author), talked, "Three")
    service.hide_comment(session, signed(moderator), hidden.id, reason="Why")
    gone = service.add_comment(session, signed(author), talked, "Four")
    session.add(Comment(proposal_id=talked.id, author_id=author.id, body="Held", created_at=now,
                        held_at=now))  # fmt: skip
    session.flush()
    for kind, thing in (("proposal", talked.id), ("comment", gone.id)):
        takedowns.take_down(
            session, signed(moderator), kind, str(thing), category="other", reason="Why"
        )
    with unguarded(session, "projects_project"):
        for number, state in enumerate(("planned", "works", "completed", "cancelled"), start=900):
            session.add(
                Project(
                    number=number,
                    origin="participatory",
                    cycle_id=cycle.id,
                    title=f"P {number}",
                    area_id=cycle.areas[0].area_id,
                    promised_sum=1,
                    status=state,
                    promised_on=now.date() + timedelta(days=9),
                    due_on=now.date() + timedelta(days=9),
                    created_at=now - timedelta(days=50),
                    updated_at=now,
                    news_at=now - timedelta(days=40),
                )
            )
    session.flush()
    return {"cycle": cycle, "talked": talked}


def as_walker(client, session, walker):
    if walker != "visitor":
        sign_in(client, make_person(session, *([] if walker == "resident" else [walker])))


def listed(client, slug, **asked):
    """Numbers of every proposal the list shows, page after page."""
    query = "&".join(f"{name}={value}" for name, value in {**asked, "sort": "new"}.items())
    path, found = f"/c/{slug}/proposals?{query}", []
    while path:
        page = client.page(path)
        found += ROW.findall(page)
        more = re.search(r'href="([^"]*after=[^"]*)"[^>]*rel="next"', page) or re.search(
            r'rel="next"[^>]*href="([^"]*)"', page
        )
        path = more[1].replace("&amp;", "&") if more else ""
    return found


@pytest.mark.parametrize("walker", WALKERS)
def test_home_says_what_the_lists_hold(client, session, city, walker):
    cycle = city["cycle"]
    session.commit()
    as_walker(client, session, walker)
    with client.application.test_request_context():
        told = home.today(current(), datetime.now(UTC))
    summary = next(one for one in told["cycles"] if one["cycle"].id == cycle.id)
    everything = listed(client, cycle.slug)
    assert summary["proposals"] == len(everything) == len(set(everything))
    shown = {one["slug"]: int(one["value"]) for one in told["districts"]}
    for part in cycle.areas:
        code = part.area.code
        if code in shown:
            assert shown[code] == len(listed(client, cycle.slug, area=code)), code
    assert told["figures"]["proposals"] == len(everything)
    for state in ("in_progress", "completed"):
        page = client.page(f"/projects?state={state}")
        assert len(set(re.findall(r'href="/projects/(\d+)"', page))) == told["figures"][state]
    page = client.page(f"/projects?cycle={cycle.slug}")
    assert len(set(re.findall(r'href="/projects/(\d+)"', page))) == summary["projects"]


def test_each_filter_says_what_its_list_holds(client, session, city):
    cycle = city["cycle"]
    session.commit()
    facets = queries.facets(session, cycle.id, Filters())
    assert facets.total == len(listed(client, cycle.slug))
    for state, number in facets.statuses.items():
        assert number == len(listed(client, cycle.slug, status=state)), state
    for phase, number in facets.phases.items():
        assert number == len(listed(client, cycle.slug, phase=phase)), phase


@pytest.mark.parametrize("walker", WALKERS)
def test_the_number_of_comments_is_that_of_the_comments_below(client, session, city, walker):
    talked = city["talked"]
    session.commit()
    as_walker(client, session, walker)
    page = client.page(f"/c/{talked.cycle.slug}/proposals/{talked.number}")
    told = re.search(r'id="comments-title">[^<]*<span class="soft figures">(\d+)', page)
    assert told and int(told[1]) == len(re.findall(r'id="comment-\d+"', page)) == 4


def ready(session, cycle, reviewer, count):
    found = []
    for _ in range(count):
        proposal = make_proposal(session, cycle, status="in_review")
        session.add(
            ReviewOpinion(
                proposal_id=proposal.id,
                reviewer_id=reviewer.id,
                at=datetime.now(UTC),
                recommends="admit",
            )
        )
        found.append(proposal)
    session.flush()
    return found


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SECRETARY, Role.MODERATOR, Role.REGISTRAR])
def test_numbers_of_the_desk_are_those_of_the_pages_they_lead_to(client, session, city, role):
    cycle = city["cycle"]
    person, colleague = make_person(session, role), make_person(session, Role.REVIEWER)
    make_proposal(session, cycle, status="submitted", reviewer_id=colleague.id)
    waiting = ready(session, cycle, colleague, 3)
    now = datetime.now(UTC)
    member = CouncilMember(name="A", joined_on=now.date())
    session.add(member)
    session.flush()
    sitting = CouncilSitting(
        cycle_id=cycle.id, number="1", held_on=now.date(), chair_id=member.id,
        opened_by=colleague.id, opened_at=now,
    )  # fmt: skip
    sitting.items.append(AgendaItem(proposal_id=waiting[0].id, sort=1))
    session.add(sitting)
    gone = make_person(session, blocked_at=now, deleted_at=now)
    for state in ("returned", "submitted", "withdrawn"):
        make_proposal(session, cycle, status=state, author_id=gone.id)
    session.commit()
    sign_in(client, person)
    numbers = desk.numbers_waiting(session, person.actor(), now)
    if role == Role.REVIEWER:
        page = client.page("/desk/review")
        tab = re.search(r'aria-current="page"[^>]*>[^<]*<span class="tabs__count">(\d+)', page)
        assert tab and int(tab[1]) == numbers["review"]
    if role == Role.SECRETARY:
        council = client.page("/desk/council")
        shown = {one.number for one in waiting if f"/proposals/{one.number}" in council}
        assert len(shown) == numbers["decide"] == 2 and waiting[0].number not in shown
        appeals = client.page("/desk/appeals")
        assert len(re.findall(r"/desk/appeals/\d+", appeals)) == numbers["appeals"]
    if role == Role.MODERATOR:
        page = client.page("/desk/comments")
        tabs = re.findall(r'<span class="tabs__count">(\d+)', page)
        assert sum(map(int, tabs)) == numbers["moderate"] == 1
    if role == Role.REGISTRAR:
        page = client.page("/desk/represented")
        assert page.count('<th scope="row">') == numbers["keep_register"] == 2


def test_a_managers_number_is_that_of_the_page_of_the_day(client, session, city):
    person = make_person(session, Role.MANAGER)
    session.commit()
    now = datetime.now(UTC)
    heap = desk.silent_projects(session, person.actor(), now, now.date())
    sign_in(client, person)
    page = client.page("/desk/projects?whose=all")
    numbers = [int(one) for one in re.findall(r'class="stat__number[^"]*">\s*(\d+)', page)]
    assert heap.number == 2 and (not numbers or heap.number in numbers)


def test_home_shows_no_photo_or_news_that_the_project_does_not(session, city, app):
    from pb_portal.pages import queries as pages

    project = session.query(Project).filter_by(status="completed").one()
    person = make_person(session)
    for stage in ("before", "after"):
        session.add(
            ProjectPhoto(
                project_id=project.id,
                file=photo(session, person),
                stage=stage,
                at=datetime.now(UTC),
                published=stage == "before",
            )
        )
    news = ProjectUpdate(
        project_id=project.id, body="News", progress=1, at=datetime.now(UTC), author_id=person.id
    )
    session.add(news)
    session.flush()
    assert pages.before_after(session) is None
    assert [one.body for one in pages.news(session)] == ["News"]
    takedowns.take_down(
        session, signed(make_person(session, Role.MODERATOR)), "project_update", str(news.id),
        category="other", reason="Why",
    )  # fmt: skip
    assert pages.news(session) == []
