"""Roles with a say over the vote, and lost second factors, take three people."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from pb_portal.accounts import by_two, service
from pb_portal.accounts.factors import queries as factors
from pb_portal.accounts.factors.models import CodeApp, RecoveryCode
from pb_portal.accounts.models import LoginSession, Person, RoleGrant
from pb_portal.accounts.privacy import service as privacy
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.audit.models import AuditEntry
from pb_portal.domain.permissions import GRANTS, KEPT_BY_TWO, SAY_OVER_VOTE, P, Role, roles_apart
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from tests.conftest import sign_in
from tests.factories import make_person, signed
from tests.strict import StrictClient


def ask(
    session: Session, boss: Person, person: Person, role: Role = Role.COMMISSIONER
) -> ApprovalRequest:
    return by_two.propose_role(session, signed(boss), person, role, reason="Order 12")


def with_app(session: Session, person: Person) -> Person:
    now = datetime.now(UTC)
    session.add(CodeApp(person_id=person.id, secret="x", created_at=now, confirmed_at=now))
    session.add(RecoveryCode(person_id=person.id, code_hash="y"))
    session.flush()
    return person


def test_roles_that_decide_a_vote_are_those_given_by_two() -> None:
    weighty = {
        role
        for permission in (P.KEEP_REGISTER, P.STEER_CYCLE, P.APPROVE, P.COUNT, P.CERTIFY)
        for role in GRANTS[permission]
    }
    assert weighty | {Role.ADMINISTRATOR} == SAY_OVER_VOTE
    assert GRANTS[P.ADMINISTER] == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("role", sorted(SAY_OVER_VOTE))
def test_one_administrator_alone_gives_no_such_role(session: Session, role: Role) -> None:
    boss, person = make_person(session, "administrator"), make_person(session)
    with pytest.raises(Refusal, match="role_needs_two"):
        service.grant_role(session, signed(boss), person, role)
    request = ask(session, boss, person, role)
    with pytest.raises(Refusal, match="same_person"):
        by_two.decide(session, signed(boss), request, approve=True)
    assert person.grants == []


@pytest.mark.parametrize("second", ["administrator", "commissioner"])
def test_a_second_administrator_or_a_commissioner_agrees(session: Session, second: str) -> None:
    boss, person = make_person(session, "administrator"), make_person(session)
    other = make_person(session, second)
    by_two.decide(session, signed(other), ask(session, boss, person), approve=True)
    assert [(grant.role, grant.area_id) for grant in person.grants] == [("commissioner", None)]


def test_others_neither_ask_nor_agree(session: Session) -> None:
    boss, person = make_person(session, "administrator"), make_person(session)
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(Forbidden):
            ask(session, make_person(session, role), person)
    request = ask(session, boss, person)
    for role in set(Role) - {Role.ADMINISTRATOR, Role.COMMISSIONER}:
        with pytest.raises(Forbidden):
            by_two.decide(session, signed(make_person(session, role)), request, approve=True)


def test_nobody_asks_or_agrees_about_oneself(session: Session) -> None:
    boss, other = make_person(session, "administrator"), make_person(session, "administrator")
    with pytest.raises(Refusal, match="about_oneself"):
        ask(session, boss, boss, Role.ADMINISTRATOR)
    commissioner = make_person(session, "commissioner")
    request = ask(session, boss, commissioner, Role.REGISTRAR)
    with pytest.raises(Refusal, match="about_oneself"):
        by_two.decide(session, signed(commissioner), request, approve=True)
    by_two.decide(session, signed(other), request, approve=True)


@pytest.mark.parametrize("column", ["proposed_by", "decided_by"])
def test_the_database_too_refuses_two_people_where_three_are_needed(
    session: Session, column: str
) -> None:
    boss, person = make_person(session, "administrator"), make_person(session)
    request = ask(session, boss, person)
    session.flush()
    with pytest.raises(IntegrityError, match="not_about_oneself"):
        session.execute(
            update(ApprovalRequest)
            .where(ApprovalRequest.id == request.id)
            .values({"state": "approved", "decided_by": 10**6, column: person.id})
        )


def test_an_administrator_holds_no_other_role_with_a_say(session: Session) -> None:
    assert roles_apart("reviewer", ["administrator"]) and roles_apart("registrar", ["commissioner"])
    boss, other = make_person(session, "administrator"), make_person(session, "administrator")
    with pytest.raises(Refusal, match="roles_apart"):
        ask(session, boss, other, Role.COMMISSIONER)
    person = make_person(session)
    both = [ask(session, boss, person, role) for role in (Role.ADMINISTRATOR, Role.COMMISSIONER)]
    by_two.decide(session, signed(other), both[0], approve=True)
    with pytest.raises(Refusal, match="roles_apart"):
        by_two.decide(session, signed(other), both[1], approve=True)


def test_a_request_dies_with_the_role_of_its_proposer(session: Session) -> None:
    boss, other = make_person(session, "administrator"), make_person(session, "administrator")
    person = make_person(session)
    request = ask(session, boss, person)
    blocked = by_two.propose_block(session, signed(other), boss, reason="Left")
    by_two.decide(session, signed(make_person(session, "commissioner")), blocked, approve=True)
    with pytest.raises(Conflict, match="proposer_gone"):
        by_two.decide(session, signed(other), request, approve=True)


def test_a_lost_factor_is_removed_by_two_and_every_session_ends(session: Session) -> None:
    boss, other = make_person(session, "administrator"), make_person(session, "commissioner")
    person = with_app(session, make_person(session, "registrar"))
    service.open_session(session, person.id, at=datetime.now(UTC))
    with pytest.raises(Refusal, match="no_factor"):
        by_two.propose_reset(session, signed(boss), other, reason="why")
    request = by_two.propose_reset(session, signed(boss), person, reason="Came with a passport")
    with pytest.raises(Refusal, match="same_person"):
        by_two.decide(session, signed(boss), request, approve=True)
    assert factors.has_factors(session, person.id)
    by_two.decide(session, signed(other), request, approve=True)
    assert not factors.has_factors(session, person.id)
    assert session.scalars(select(RecoveryCode)).all() == []
    owned = select(LoginSession).where(LoginSession.person_id == person.id)
    assert session.scalars(owned).all() == []


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_at_the_desk_a_role_waits_for_the_second_person(
    client: StrictClient, session: Session, locale: str
) -> None:
    boss, other = make_person(session, "administrator"), make_person(session, "administrator")
    person = make_person(session)
    page = f"/desk/people/{person.id}"
    sign_in(client, boss)
    data = {"role": "commissioner", "area": "", "why": ""}
    assert client.fill(f"{page}/roles", data, at=page).status_code == 422
    data["why"] = "Order 12"
    assert client.fill(f"{page}/roles", data, at=page).location == page
    assert client.fill(f"{page}/roles", data, at=page).status_code == 422, "asked already"
    request = session.scalars(select(ApprovalRequest)).one()
    path = f"/desk/people/requests/{request.id}"
    client.page(path, locale=locale)
    assert client.post(path).status_code == 400
    sign_in(client, other)
    assert path in client.page("/desk", locale=locale)
    assert client.page(path, locale=locale)
    assert client.fill(path, {"do": "what"}).status_code == 422
    assert client.fill(path, {"do": "approve"}).location == path
    client.page(path, locale=locale)
    session.expire_all()
    assert [grant.role for grant in person.grants] == ["commissioner"]
    assert client.fill(path, {"do": "approve"}, at="/me").status_code == 409


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_at_the_desk_a_lost_factor_waits_for_the_second_person(
    client: StrictClient, session: Session, locale: str
) -> None:
    boss, other = make_person(session, "administrator"), make_person(session, "commissioner")
    person = with_app(session, make_person(session, "registrar"))
    sign_in(client, boss)
    page = f"/desk/people/{person.id}"
    assert f"{page}/factor/reset" in client.page(page, locale=locale)
    client.page(f"{page}/factor/reset", locale=locale)
    assert client.fill(f"{page}/factor/reset", {"reason": ""}).status_code == 422
    assert client.fill(f"{page}/factor/reset", {"reason": "Passport"}).location == page
    request = session.scalars(select(ApprovalRequest)).one()
    sign_in(client, other)
    path = f"/desk/people/requests/{request.id}"
    assert client.fill(path, {"do": "decline", "reason": "Not sure"}).location == path
    client.page(path, locale=locale)
    assert factors.has_factors(session, person.id)


def test_the_first_two_administrators_are_made_at_the_server(app: Flask, session: Session) -> None:
    people = [make_person(session, email=f"first{n}@example.kz") for n in range(3)]
    stranger = make_person(session, email="open@example.kz", confirmed=False)
    session.commit()
    run = app.test_cli_runner().invoke

    def make(email: str) -> int:
        return run(args=["accounts", "make-administrator", email]).exit_code

    assert make("nobody@example.kz") == make(stranger.email) == 1
    assert make(people[0].email) == 0
    assert make(people[0].email) == 1
    assert make(people[1].email) == 0
    assert make(people[2].email) == 1, "from now on two give it"


@pytest.mark.parametrize("role", sorted(KEPT_BY_TWO))
def test_one_administrator_alone_reaches_nobody_who_decides_or_watches_a_vote(
    session: Session, role: Role
) -> None:
    boss, person = make_person(session, "administrator"), make_person(session, role, "reviewer")
    by, now = signed(boss), datetime.now(UTC)
    with pytest.raises(Refusal, match="needs_two"):
        service.block(session, by, person, reason="Spam")
    for grant in list(person.grants):
        with pytest.raises(Refusal, match="needs_two"):
            service.revoke_role(session, by, person, grant.id)
    asked = privacy.ask_about_data(session, signed(person), person, "block", "", now.date())
    with pytest.raises(Refusal, match="needs_two"):
        privacy.answer_request(session, by, asked, done=True, answer="Done")
    shut = make_person(session, role, blocked_at=now)
    with pytest.raises(Refusal, match="needs_two"):
        service.unblock(session, by, shut, reason="Mistake")
    asking = [by_two.propose_block(session, by, person, reason="Left")]
    asking.append(by_two.propose_unblock(session, by, shut, reason="Back"))
    asking.append(by_two.propose_revoke(session, by, person, person.grants[0].id, reason="Left"))
    for request in asking:
        with pytest.raises(Refusal, match="same_person"):
            by_two.decide(session, by, request, approve=True)
    assert person.blocked_at is None and len(person.grants) == 2 and shut.blocked_at


def test_two_block_let_in_again_and_take_a_role_away(session: Session) -> None:
    boss, second = make_person(session, "administrator"), make_person(session, "commissioner")
    person = make_person(session, "commissioner", "auditor")
    service.open_session(session, person.id, at=datetime.now(UTC))
    request = by_two.propose_block(session, signed(boss), person, reason="Stolen telephone")
    assert by_two.decide(session, signed(second), request, approve=True).blocked_at
    assert not session.scalars(
        select(LoginSession).where(LoginSession.person_id == person.id)
    ).all()
    with pytest.raises(Refusal, match="blocked_already"):
        by_two.propose_block(session, signed(boss), person, reason="Again")
    request = by_two.propose_unblock(session, signed(boss), person, reason="Found")
    assert by_two.decide(session, signed(second), request, approve=True).blocked_at is None
    grant = next(held for held in person.grants if held.role == "commissioner")
    request = by_two.propose_revoke(session, signed(boss), person, grant.id, reason="Left")
    by_two.decide(session, signed(second), request, approve=True)
    assert [held.role for held in person.grants] == ["auditor"]
    acts = select(AuditEntry).where(AuditEntry.action.in_(
        ["account.blocked", "account.unblocked", "account.role_revoked"]
    ))  # fmt: skip
    entries = session.scalars(acts.order_by(AuditEntry.id)).all()
    assert [entry.data["proposed_by"] for entry in entries] == [boss.id] * 3
    assert [entry.actor_id for entry in entries] == [second.id] * 3


@pytest.mark.parametrize("role", sorted(KEPT_BY_TWO))
def test_the_database_too_refuses_to_shut_out_who_decides_or_watches_a_vote(
    session: Session, role: Role
) -> None:
    now = datetime.now(UTC)
    person, shut = make_person(session, role), make_person(session, role, blocked_at=now)
    alone: list[Any] = [
        update(Person).where(Person.id == person.id).values(blocked_at=now),
        update(Person).where(Person.id == shut.id).values(blocked_at=None),
        delete(RoleGrant).where(RoleGrant.person_id == person.id),
        update(RoleGrant).where(RoleGrant.person_id == person.id).values(role="reviewer"),
        update(RoleGrant).where(RoleGrant.person_id == person.id).values(person_id=shut.id),
    ]
    for statement in alone:
        with pytest.raises(DatabaseError, match="two people"), session.begin_nested():
            session.execute(statement.execution_options(synchronize_session=False))


def test_an_old_agreement_does_not_shut_a_person_out_again(session: Session) -> None:
    boss, second = make_person(session, "administrator"), make_person(session, "commissioner")
    person = make_person(session, "commissioner")
    for propose in (by_two.propose_block, by_two.propose_unblock):
        request = propose(session, signed(boss), person, reason="why")
        by_two.decide(session, signed(second), request, approve=True)
    again = update(Person).where(Person.id == person.id).values(blocked_at=datetime.now(UTC))
    with pytest.raises(DatabaseError, match="two people"), session.begin_nested():
        session.execute(again.execution_options(synchronize_session=False))


def test_the_page_of_a_person_asks_a_second_one(client: StrictClient, session: Session) -> None:
    boss, second = make_person(session, "administrator"), make_person(session, "commissioner")
    person = make_person(session, "commissioner", "auditor", name="Айгүл Серікқызы")
    sign_in(client, boss)
    page = f"/desk/people/{person.id}"
    grant = next(held for held in person.grants if held.role == "auditor")
    assert client.fill(f"{page}/roles/{grant.id}/revoke", {}, at=page).status_code == 422
    client.fill(f"{page}/roles/{grant.id}/revoke", {"taken_why": "Left the office"}, at=page)
    client.fill(f"{page}/block", {"reason": "Stolen telephone"}, at=page)
    asked = client.page(page)
    assert asked.count("/desk/people/requests/") == 2 and "Left the office" in asked
    session.expire_all()
    assert person.blocked_at is None and len(person.grants) == 2
    sign_in(client, second)
    for locale in ("kk", "ru", "en"):
        home = client.page("/desk", locale=locale)
    assert "Айгүл Серікқызы" in home and "Auditor" in home and boss.name in home
    lines = re.findall(r"<li>\s*<a href=\"/desk/people/requests/\d+\">(.*?)</a>", home, re.S)
    assert len(lines) == len(set(lines)) == 2
    for path in re.findall(r"/desk/people/requests/\d+", home):
        for locale in ("kk", "ru", "en"):
            client.page(path, locale=locale)
        assert client.fill(path, {"do": "approve"}).status_code == 302
    session.expire_all()
    assert person.blocked_at and [held.role for held in person.grants] == ["commissioner"]
