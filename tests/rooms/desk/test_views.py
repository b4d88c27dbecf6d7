"""The staff's day, the log, people and roles."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import LoginSession, Person
from pb_portal.approvals import service as approvals
from pb_portal.audit import service as audit
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.models import Cycle
from pb_portal.desk.actions import ACTIONS
from pb_portal.domain.permissions import Role
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.outbox import service as outbox
from pb_portal.projects.models import Project
from pb_portal.review.models import ReviewOpinion
from tests.conftest import sign_in
from tests.factories import NUMBERS, make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient

NOW = datetime.now(UTC)


def desk(client: StrictClient, person: Person, locale: str = "en") -> str:
    sign_in(client, person)
    return client.page("/desk", locale=locale)


def heaps(page: str) -> dict[str, str]:
    """Number by the heading of its heap."""
    pattern = r'<h2 id="heap-\d+">(.*?)</h2>\s*<p class="desk-heap__number figures">(.*?)</p>'
    return dict(re.findall(pattern, page, re.S))


def test_a_reviewer_sees_the_files_of_the_own_district_by_due_date(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW, areas=2)
    own, other = cycle.areas[0].area, cycle.areas[1].area
    reviewer = make_person(session, "reviewer", area=own)
    late = make_proposal(
        session, cycle, area=own, status="submitted", due_at=NOW - timedelta(days=2)
    )
    fresh = make_proposal(
        session, cycle, area=own, status="submitted", due_at=NOW + timedelta(days=9)
    )
    make_proposal(session, cycle, area=other, status="submitted", title="Чужой район")
    make_proposal(session, cycle, area=own, status="admitted", title="Уже решено")
    page = desk(client, reviewer)
    assert heaps(page) == {"Proposals to check": "2"}
    assert page.index(late.title) < page.index(fresh.title)
    assert "2 days late" in page and "1 is late" in page
    assert "Чужой район" not in page and "Уже решено" not in page


def test_a_file_with_a_finding_waits_for_the_secretary(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    reviewer, secretary = make_person(session, "reviewer"), make_person(session, "secretary")
    proposal = make_proposal(session, cycle, status="in_review", reviewer_id=reviewer.id)
    assert heaps(desk(client, secretary)) == {"Waiting for the council&#39;s decision": "0"}
    session.add(
        ReviewOpinion(proposal_id=proposal.id, reviewer_id=reviewer.id, at=NOW, recommends="admit")
    )
    session.flush()
    assert heaps(desk(client, secretary)) == {"Waiting for the council&#39;s decision": "1"}
    assert heaps(desk(client, reviewer)) == {"Proposals to check": "0"}


def test_a_request_waits_for_the_second_person_only(client: StrictClient, session: Session) -> None:
    cycle = make_cycle(session, PhaseKind.VOTING)
    first, second = make_person(session, "commissioner"), make_person(session, "commissioner")
    request = approvals.propose(
        session,
        signed(first),
        "phase.extend",
        f"phase:{cycle.phases[0].id}",
        payload={"phase_id": cycle.phases[0].id, "ends_at": NOW.isoformat()},
        reason="Flood in the district",
        cycle_id=cycle.id,
    )
    page = desk(client, second)
    assert heaps(page)["Waiting for your agreement"] == "1"
    assert f"/desk/extensions/{request.id}" in page and "Flood in the district" in page
    assert heaps(desk(client, first))["Waiting for your agreement"] == "0"


def test_a_manager_sees_projects_that_are_late_or_silent(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.DELIVERY)
    manager, other = make_person(session, "manager"), make_person(session, "manager")

    def project(title: str, owner: Person, due: date, made: datetime) -> None:
        session.add(
            Project(
                number=next(NUMBERS),
                origin="city_programme",
                title=title,
                area_id=cycle.areas[0].area_id,
                status="works",
                manager_id=owner.id,
                promised_sum=1,
                promised_on=due,
                due_on=due,
                created_at=made,
                updated_at=made,
            )
        )

    project("Опоздал", manager, NOW.date() - timedelta(days=3), NOW)
    project("Молчит", manager, NOW.date() + timedelta(days=90), NOW - timedelta(days=40))
    project("В порядке", manager, NOW.date() + timedelta(days=90), NOW)
    project("Чужой", other, NOW.date() - timedelta(days=3), NOW)
    session.flush()
    page = desk(client, manager)
    assert heaps(page) == {"Projects without news for a month or late": "2"}
    assert "Опоздал" in page and "Молчит" in page
    assert "В порядке" not in page and "Чужой" not in page


def test_letters_that_failed_are_told_to_the_administrator(
    client: StrictClient, session: Session
) -> None:
    administrator = make_person(session, "administrator")
    assert "Nothing waits for you" in desk(client, administrator)
    letter = outbox.post(
        session, Signature(SYSTEM, NOW), "x", recipient="a@example.kz", locale="ru"
    )
    letter.state = "failed"
    session.flush()
    assert heaps(desk(client, administrator)) == {"Letters that could not be sent": "1"}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_role_has_a_desk_with_its_own_tools(
    client: StrictClient, session: Session, role: Role, locale: str
) -> None:
    make_cycle(session, PhaseKind.VOTING)
    page = desk(client, make_person(session, role), locale)
    assert f'<html lang="{locale}"' in page
    assert ("/desk/audit" in page) == (role == Role.AUDITOR)
    assert ("/desk/people" in page) == (role == Role.ADMINISTRATOR)
    assert ('href="/desk/review"' in page) == (role == Role.REVIEWER)


def note(session: Session, person: Person, cycle: Cycle, number: int = 1) -> None:
    proposal = make_proposal(session, cycle)
    for _ in range(number):
        audit.record(
            session,
            signed(person),
            "proposal.returned",
            ("proposal", proposal.id),
            cycle_id=cycle.id,
            reason="Нет фото",
            days=3,
        )
    session.flush()


def test_the_auditor_reads_the_log_as_sentences_without_names(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    reviewer = make_person(session, "reviewer", name="Secret Name")
    note(session, reviewer, cycle)
    audit.record(session, Signature(SYSTEM, NOW), "odd.thing", ("thing", 9))
    session.flush()
    sign_in(client, make_person(session, "auditor"))
    page = client.page("/desk/audit")
    assert "Returned a proposal for rework" in page and "Нет фото" in page
    assert f"Reviewer № {reviewer.id}" in page
    assert "Secret Name" not in page and reviewer.email not in page
    assert "odd.thing" in page and "The portal" in page
    assert re.search(rf'href="/c/{cycle.slug}/proposals/\d+"', page)
    assert not re.search(r'href="/desk/people/\d', page)


def test_the_log_is_filtered_by_what_about_and_cycle(
    client: StrictClient, session: Session
) -> None:
    first, second = make_cycle(session), make_cycle(session)
    person = make_person(session, "reviewer")
    note(session, person, first)
    note(session, person, second)
    audit.record(session, signed(person), "account.login", ("person", person.id))
    session.flush()
    sign_in(client, make_person(session, "auditor"))

    def found(query: str) -> int:
        return client.page(f"/desk/audit?{query}").count('id="entry-')

    assert found("") == 3
    assert found("action=proposal.") == 2
    assert found(f"action=proposal.&cycle={first.id}") == 1
    assert found(f"subject=person:{person.id}") == 1
    assert found("subject=nothing:1") == 0
    assert found("action=%25&cycle=zero&before=x") == 0
    assert "No entry fits" in client.page("/desk/audit?action=nothing.")


def test_the_log_has_pages_that_keep_the_filter(client: StrictClient, session: Session) -> None:
    cycle = make_cycle(session)
    note(session, make_person(session, "reviewer"), cycle, 120)
    sign_in(client, make_person(session, "auditor"))
    seen: list[str] = []
    path = f"/desk/audit?action=proposal.&cycle={cycle.id}"
    while path:
        page = client.page(path)
        seen += re.findall(r'id="entry-(\d+)"', page)
        onward = re.search(r'href="(/desk/audit\?[^"]*before=\d+[^"]*)" rel="next"', page)
        path = onward[1].replace("&amp;", "&") if onward else ""
        assert not path or ("action=proposal." in path and f"cycle={cycle.id}" in path)
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_known_action_is_a_sentence(
    client: StrictClient, session: Session, locale: str
) -> None:
    person = make_person(session, "auditor")
    for action in ACTIONS:
        audit.record(session, signed(person), action, ("thing", 1))
    session.flush()
    sign_in(client, person)
    page = client.page("/desk/audit", locale=locale) + client.page("/desk/audit?before=99999999")
    assert f'<html lang="{locale}"' in page


def test_the_administrator_finds_a_person_by_the_whole_address(
    client: StrictClient, session: Session
) -> None:
    person = make_person(session, email="found@example.kz", name="Гүлнар")
    administrator = make_person(session, "administrator")
    sign_in(client, administrator)
    assert "Staff" in client.page("/desk/people")
    answer = client.fill("/desk/people", {"email": "FOUND@example.kz"})
    assert answer.location == f"/desk/people/{person.id}"
    assert "found@example.kz" in client.page(answer.location)
    for wrong in ("found@", "nobody@example.kz", ""):
        assert client.fill("/desk/people", {"email": wrong}).status_code == 422
    searches = select(AuditEntry).where(AuditEntry.action == "account.searched")
    entries = session.scalars(searches).all()
    assert [entry.subject_id for entry in entries] == [str(person.id), "0"]
    assert "found@" not in str([entry.data for entry in entries])


def test_roles_are_given_and_taken_for_the_city_or_a_district(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session)
    area = cycle.areas[0].area
    person, administrator = make_person(session), make_person(session, "administrator")
    sign_in(client, administrator)
    page = f"/desk/people/{person.id}"
    given = {"role": "reviewer", "area": str(area.id)}
    assert client.fill(page + "/roles", given, at=page).location == page
    client.fill(page + "/roles", {"role": "moderator", "area": ""}, at=page)
    session.expire_all()
    assert {(grant.role, grant.area_id) for grant in person.grants} == {
        ("reviewer", area.id),
        ("moderator", None),
    }
    for wrong in ({"role": "king", "area": ""}, {"role": "", "area": ""}):
        assert client.fill(page + "/roles", wrong, at=page).status_code == 422
    assert client.fill(page + "/roles", {**given, "area": "9999"}, at=page).status_code == 422
    grant = next(grant for grant in person.grants if grant.role == "moderator")
    client.fill(f"{page}/roles/{grant.id}/revoke", at=page)
    session.expire_all()
    assert [grant.role for grant in person.grants] == ["reviewer"]
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == str(person.id))
    ).all()
    assert actions == ["account.role_granted"] * 2 + ["account.role_revoked"]


def test_administrators_cannot_lock_themselves_out(client: StrictClient, session: Session) -> None:
    administrator = make_person(session, "administrator")
    sign_in(client, administrator)
    page = f"/desk/people/{administrator.id}"
    taken = client.fill(f"{page}/roles/{administrator.grants[0].id}/revoke", at=page)
    blocked = client.fill(f"{page}/block", {"reason": "No reason"}, at=page)
    assert taken.status_code == blocked.status_code == 422
    assert "cannot take away your own" in taken.get_data(as_text=True)
    assert "cannot block your own" in blocked.get_data(as_text=True)


def test_blocking_needs_a_reason_ends_the_sessions_and_can_be_undone(
    client: StrictClient, session: Session
) -> None:
    person, administrator = make_person(session), make_person(session, "administrator")
    sign_in(client, person)
    sign_in(client, administrator)
    page = f"/desk/people/{person.id}"
    assert client.fill(f"{page}/block", {"reason": ""}, at=page).status_code == 422
    assert client.fill(f"{page}/block", {"reason": "Spam"}, at=page).location == page
    owned = select(func.count()).where(LoginSession.person_id == person.id)
    assert session.scalar(owned) == 0
    assert "Blocked since" in client.page(page)
    assert client.fill(f"{page}/unblock", {"reason": "Mistake"}, at=page).location == page
    session.expire_all()
    assert person.blocked_at is None
    assert client.get("/desk/people/999999").status_code == 404
