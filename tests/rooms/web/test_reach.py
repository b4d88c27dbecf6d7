"""How far a role reaches: into its own area, over one's own things, and never alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.domain.permissions import CITY_WIDE, GRANTS, P, may
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Actor
from pb_portal.files.models import StoredFile
from pb_portal.register.models import RegisterState
from pb_portal.review import service as review
from tests.conftest import sign_in
from tests.factories import (
    SIGNER,
    make_area,
    make_cycle,
    make_person,
    make_proposal,
    move_phase,
    signed,
)
from tests.strict import StrictClient

ROLES = sorted({role for granted in GRANTS.values() for role in granted if role[0] != "*"})


@pytest.mark.parametrize("permission", sorted(CITY_WIDE))
def test_what_is_done_for_the_whole_city_needs_a_role_for_the_whole_city(permission: P) -> None:
    for role in GRANTS[permission]:
        for area_id in (None, 7):
            assert may(Actor(1, frozenset({(role, None)})), permission, area_id=area_id)
            assert not may(Actor(1, frozenset({(role, 7)})), permission, area_id=area_id)


def test_staff_of_one_district_open_no_page_of_the_whole_city(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    person = make_person(session, *ROLES, area=make_area(session))
    sign_in(client, person)
    for address in (
        "/desk/audit",
        "/desk/people",
        f"/desk/people/{person.id}",
        f"/desk/cycles/{cycle.slug}/phases",
        f"/desk/cycles/{cycle.slug}/register",
        f"/desk/cycles/{cycle.slug}/count",
        f"/desk/cycles/{cycle.slug}/projects",
        "/desk/extensions/1",
        "/desk/certifications/1",
        "/desk/register-freezes/1",
    ):
        client.page(address, 403)
    client.page("/desk")


def test_nobody_reviews_or_decides_on_a_proposal_of_their_own(session: Session) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    author = make_person(session, "reviewer", "secretary")
    proposal = make_proposal(session, cycle, author_id=author.id)
    own = signed(author)
    sitting = review.Sitting(datetime.now(UTC).date(), "1", 5, 0, "admit")
    acts: list[Any] = [
        lambda: review.take(session, own, proposal.id, version=proposal.version),
        lambda: review.record_finding(
            session, own, proposal.id, review.Finding("reject"), version=proposal.version
        ),
        lambda: review.decide(
            session, own, proposal.id, sitting, version=proposal.version, today=sitting.on
        ),
    ]
    for act in acts:
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "review.own"
    assert proposal.status == "submitted"


def test_a_private_picture_is_for_its_owner_alone(
    client: StrictClient, session: Session, tmp_path: Any, app: Any
) -> None:
    owner = make_person(session)
    stored = StoredFile(
        key="private-picture",
        media_type="image/jpeg",
        size=1,
        width=1,
        height=1,
        owner_id=owner.id,
        public=False,
        created_at=datetime.now(UTC),
    )
    session.add(stored)
    session.flush()
    from pb_portal.files.service import name_of
    from pb_portal.web.storage import root

    root().put(name_of(stored), b"x", "image/jpeg")
    for person, status in ((owner, 200), (make_person(session), 404), (_staff(session), 404)):
        sign_in(client, person)
        answer = client.get("/files/private-picture")
        assert answer.status_code == status
        assert "no-store" in answer.headers["Cache-Control"]
        answer.close()


def _staff(session: Session) -> Any:
    return make_person(session, *ROLES)


def test_a_decision_on_a_freeze_that_is_neither_yes_nor_no_changes_nothing(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.REVIEW)
    now = datetime.now(UTC)
    session.add(
        RegisterState(cycle_id=cycle.id, entries=3, loaded_at=now - timedelta(days=1), digest="0")
    )
    request = ApprovalRequest(
        kind="register.freeze",
        subject=f"register:{cycle.id}",
        payload={"entries": 3, "loaded_at": "x"},
        cycle_id=cycle.id,
        proposed_by=make_person(session, "registrar").id,
        proposed_at=now,
    )
    session.add(request)
    session.flush()
    sign_in(client, make_person(session, "commissioner"))
    path = f"/desk/register-freezes/{request.id}"
    for said in ("", "Approve", "yes"):
        assert client.fill(path, {"do": said}).status_code == 422
        session.refresh(request)
        assert request.state == "open"
    assert client.fill(path, {"do": "approve"}).status_code == 409


def test_of_two_who_decide_on_a_certification_the_second_gets_a_conflict(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.RESULTS)
    from pb_portal.results import queries, service

    first, second = make_person(session, "commissioner"), make_person(session, "commissioner")
    session.add(RegisterState(cycle_id=cycle.id, entries=1, frozen_at=datetime.now(UTC)))
    run = service.count(session, signed(first), cycle, SIGNER)
    request = service.propose_certification(session, signed(first), run)
    service.decide_certification(
        session, signed(second), request, approve=False, signer=SIGNER, reason="Wait"
    )
    sign_in(client, make_person(session, "commissioner"))
    path = f"/desk/certifications/{request.id}"
    late = client.fill(path, {"decision": "approve", "reason": ""}, at="/me")
    assert late.status_code == 409
    assert queries.certified_run(session, cycle.id) is None


def test_an_extension_approved_while_the_phase_ended_is_too_late(session: Session) -> None:
    from pb_portal.cycles import service as cycles

    cycle = make_cycle(session, PhaseKind.VOTING)
    phase = next(one for one in cycle.phases if one.kind == PhaseKind.VOTING)
    first, second = make_person(session, "commissioner"), make_person(session, "commissioner")
    now = datetime.now(UTC)
    request = cycles.propose_extension(
        session, signed(first), phase, ends_at=now + timedelta(days=30), reason="Slow post"
    )
    move_phase(session, phase, ends_at=now - timedelta(seconds=1))
    session.flush()
    pressed = signed(second, now - timedelta(seconds=2))
    with pytest.raises(Refusal) as refused:
        cycles.decide_extension(session, pressed, request, approve=True)
    assert refused.value.code == "phase.over"
    assert phase.ends_at < now


@pytest.mark.parametrize("purpose", ["confirm", "reset"])
def test_a_link_that_another_press_has_just_used_is_dead(
    session: Session, monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    from pb_portal.accounts import queries, service

    person, at = make_person(session, confirmed=False), datetime.now(UTC)
    token = service.links.issue(session, person.id, purpose, at)
    assert token
    session.flush()
    both_saw = queries.find_email_token(session, token, purpose, at)
    monkeypatch.setattr(queries, "find_email_token", lambda *_: both_saw)
    acts: dict[str, Any] = {
        "confirm": lambda: service.confirm(session, token, password_hash="x", at=at),
        "reset": lambda: service.set_password(session, token, password_hash="x", at=at),
    }
    acts[purpose]()
    with pytest.raises(Refusal, match="link_dead"):
        acts[purpose]()
