"""Whoever gets a duty hears of it: a role given or taken, a request that waits for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts import by_two, service
from pb_portal.accounts.models import Person
from pb_portal.accounts.service import duty_letters
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import KINDS, label_of
from pb_portal.domain.permissions import GRANTS, Role
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.mailer.render import write
from pb_portal.outbox.models import Letter
from tests.conftest import sign_in
from tests.factories import make_person, signed
from tests.strict import StrictClient

REQUESTS = sorted(name for name, kind in KINDS.items() if not kind.pair)


def letters(session: Session, template: str = "approval_asked") -> list[Letter]:
    query = select(Letter).where(Letter.template == template).order_by(Letter.id)
    return list(session.scalars(query))


def staff_of(session: Session) -> dict[str, Person]:
    return {role: make_person(session, role, locale="kk") for role in Role}


def ask(session: Session, kind: str, by: Person, concerns: int | None = None) -> ApprovalRequest:
    return approvals.propose(
        session, signed(by), kind, "thing:1", payload={}, reason="Secret reason", concerns=concerns
    )


@pytest.mark.parametrize("kind", REQUESTS)
def test_everybody_who_may_agree_hears_once_and_nobody_else(session: Session, kind: str) -> None:
    staff = staff_of(session)
    proposer = make_person(session, *GRANTS[KINDS[kind].may_propose], name="Proposer Name")
    concerned = make_person(session, *GRANTS[KINDS[kind].may_approve])
    make_person(session, *GRANTS[KINDS[kind].may_approve], blocked_at=datetime.now(UTC))
    ask(session, kind, proposer, concerned.id)
    may_approve = GRANTS[KINDS[kind].may_approve]
    expected = {person.email for role, person in staff.items() if role in may_approve}
    sent = [letter.recipient for letter in letters(session)]
    assert set(sent) == expected and len(sent) == len(expected)


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
@pytest.mark.parametrize("reminder", [False, True])
def test_the_letter_names_nobody_and_gives_no_reason(
    app: Flask, session: Session, locale: str, reminder: bool
) -> None:
    boss, person = make_person(session, "administrator", name="Proposer Name"), make_person(session)
    second = make_person(session, "commissioner", name="Reader", locale=locale)
    request = by_two.propose_role(
        session, signed(boss), replace_name(person), Role.REGISTRAR, reason="Secret reason"
    )
    if reminder:
        later = Signature(SYSTEM, request.proposed_at + timedelta(days=3))
        duty_letters.remind_approvers(session, later, 2)
    letter = letters(session)[-1]
    assert (letter.recipient, letter.locale) == (second.email, locale)
    with app.test_request_context():
        text = write(app.jinja_env, letter, "https://portal.example")
    whole = text.subject + text.body
    for secret in ("Proposer Name", "Concerned Name", "Secret reason", boss.email, person.email):
        assert secret not in whole
    assert "https://portal.example/desk" in whole and "Reader" in whole
    assert str(request.proposed_at.year) in whole


def replace_name(person: Person) -> Person:
    person.name = "Concerned Name"
    return person


def test_who_waits_is_reminded_once_after_the_days_of_the_setting(session: Session) -> None:
    boss, second = make_person(session, "administrator"), make_person(session, "commissioner")
    request = by_two.propose_role(
        session, signed(boss), make_person(session), Role.REGISTRAR, reason="Order 12"
    )

    def tick(days: float, setting: int = 2) -> int:
        at = request.proposed_at + timedelta(days=days)
        found = duty_letters.remind_approvers(session, Signature(SYSTEM, at), setting)
        session.flush()
        return found

    assert [tick(1.9), tick(9, 0), tick(2.1), tick(2.2), tick(30)] == [0, 0, 1, 0, 0]
    assert [letter.data["reminder"] for letter in letters(session)] == [False, True]
    assert {letter.recipient for letter in letters(session)} == {second.email}


def test_nobody_is_reminded_of_what_is_decided(session: Session) -> None:
    boss, second = make_person(session, "administrator"), make_person(session, "commissioner")
    request = by_two.propose_role(
        session, signed(boss), make_person(session), Role.REGISTRAR, reason="Order 12"
    )
    by_two.decide(session, signed(second), request, approve=False)
    later = Signature(SYSTEM, request.proposed_at + timedelta(days=9))
    assert duty_letters.remind_approvers(session, later, 2) == 0


def given(session: Session, boss: Person, second: Person, person: Person) -> None:
    service.grant_role(session, signed(boss), person, Role.MODERATOR)


def given_by_two(session: Session, boss: Person, second: Person, person: Person) -> None:
    request = by_two.propose_role(session, signed(boss), person, Role.COMMISSIONER, reason="x")
    by_two.decide(session, signed(second), request, approve=True)


def taken(session: Session, boss: Person, second: Person, person: Person) -> None:
    given(session, boss, second, person)
    session.flush()
    service.revoke_role(session, signed(boss), person, person.grants[0].id)


def taken_by_two(session: Session, boss: Person, second: Person, person: Person) -> None:
    given_by_two(session, boss, second, person)
    session.flush()
    request = by_two.propose_revoke(
        session, signed(boss), person, person.grants[0].id, reason="Left"
    )
    by_two.decide(session, signed(second), request, approve=True)


def blocked_by_two(session: Session, boss: Person, second: Person, person: Person) -> None:
    given_by_two(session, boss, second, person)
    request = by_two.propose_block(session, signed(boss), person, reason="Left")
    by_two.decide(session, signed(second), request, approve=True)


@pytest.mark.parametrize(
    ("act", "changes"),
    [
        (given, ["role_given"]),
        (given_by_two, ["role_given"]),
        (taken, ["role_given", "role_taken"]),
        (taken_by_two, ["role_given", "role_taken"]),
        (blocked_by_two, ["role_given", "blocked"]),
    ],
)
@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_whoever_is_given_a_role_or_loses_one_hears_of_it(
    app: Flask,
    session: Session,
    act: Callable[[Session, Person, Person, Person], None],
    changes: list[str],
    locale: str,
) -> None:
    boss, second = make_person(session, "administrator"), make_person(session, "commissioner")
    person = make_person(session, locale=locale)
    act(session, boss, second, person)
    told = letters(session, "staff_access")
    assert [letter.data["change"] for letter in told] == changes
    assert {(letter.recipient, letter.locale) for letter in told} == {(person.email, locale)}
    with app.test_request_context():
        for letter in told:
            assert boss.email not in write(app.jinja_env, letter, "https://portal.example").body


def test_the_desk_says_which_roles_have_changed(client: StrictClient, session: Session) -> None:
    boss, second = make_person(session, "administrator"), make_person(session, "commissioner")
    person = make_person(session)
    given_by_two(session, boss, second, person)
    session.flush()
    sign_in(client, person)
    for locale in ("kk", "ru", "en"):
        page = client.page("/desk", locale=locale)
    assert "Your roles have changed" in page and "Given: Commissioner" in page


def test_four_requests_of_one_kind_make_four_different_lines(
    client: StrictClient, session: Session
) -> None:
    boss, second = make_person(session, "administrator"), make_person(session, "commissioner")
    for role in (Role.REGISTRAR, Role.COMMISSIONER):
        for name in ("Айгүл", "Нұрлан"):
            person = make_person(session, name=name)
            by_two.propose_role(session, signed(boss), person, role, reason="Order 12")
    sign_in(client, second)
    page = client.page("/desk")
    titles = re.findall(r'href="/desk/people/requests/\d+">(.*?)</a>', page, re.S)
    assert len(titles) == len(set(titles)) == 4
    for title in titles:
        assert label_of("role.grant") in title
        assert "Айгүл" in title or "Нұрлан" in title
        assert "Registrar" in title or "Commissioner" in title
    assert page.count(boss.name) == 4 and str(datetime.now(UTC).year) in page


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_kind_has_a_name_in_every_language(app: Flask, locale: str) -> None:
    from flask_babel import force_locale

    with app.test_request_context(), force_locale(locale):
        names = {label_of(kind) for kind in KINDS}
    assert len(names) == len(KINDS)
