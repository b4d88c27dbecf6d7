"""Whether an address has an account shows neither in the answer nor in the work behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from pb_portal.accounts import queries, service
from pb_portal.accounts.models import EmailToken, Person
from pb_portal.accounts.privacy import service as privacy
from pb_portal.db import db
from pb_portal.domain.addresses import MailboxPolicy, canonical_address
from pb_portal.domain.phases import PhaseKind
from pb_portal.outbox.models import Letter
from pb_portal.proposals.service import coauthors
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient

KNOWN, NOBODY = "known@example.kz", "nobody@example.kz"


@contextmanager
def watched() -> Iterator[list[str]]:
    """Verbs and tables of the statements that run, in order."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        verb = statement.split(maxsplit=1)[0].upper()
        table = re.search(r"(?:FROM|INTO|UPDATE)\s+(\w+)", statement)
        if verb not in ("SAVEPOINT", "RELEASE", "ROLLBACK"):
            seen.append(f"{verb} {table[1] if table else ''}")

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def work_of(session: Session, act: Callable[[], Any]) -> list[str]:
    session.flush()
    session.expire_all()
    with watched() as seen:
        act()
        session.flush()
    return seen


def act_by_form(client: StrictClient, path: str, email: str) -> list[str]:
    page = client.get(path).get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    data = {"email": email, "name": "A Name", "password": "wrong password", "csrf_token": token[1]}
    with watched() as seen:
        client.post(path, data=data)
    return seen


@pytest.mark.parametrize("path", ["/register", "/forgot-password", "/login"])
def test_known_unknown_and_blocked_addresses_cost_the_same_statements(
    client: StrictClient, session: Session, path: str
) -> None:
    hashed = service.hash_password("three blue benches")
    make_person(session, email=KNOWN, password_hash=hashed)
    now = datetime.now().astimezone()
    make_person(session, email="blocked@example.kz", password_hash=hashed, blocked_at=now)
    made_before = session.scalar(select(func.max(Person.id)))
    works = [act_by_form(client, path, email) for email in (KNOWN, NOBODY, "blocked@example.kz")]
    assert len(works[0]) > 3
    assert works[0] == works[1] == works[2]
    made = session.scalars(select(Person.email).where(Person.id > made_before)).all()
    assert made == ([NOBODY] if path == "/register" else [])
    if path == "/forgot-password":
        assert session.scalars(select(Letter.recipient)).all() == [KNOWN]
        assert session.scalar(select(func.count()).select_from(EmailToken)) == 1


@pytest.mark.parametrize("email", [KNOWN, NOBODY])
def test_a_wrong_password_is_hashed_once_for_everybody(
    client: StrictClient, session: Session, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    make_person(session, email=KNOWN, password_hash=service.hash_password("three blue benches"))
    calls: list[str] = []
    fits = service.password_fits
    monkeypatch.setattr(
        "pb_portal.accounts.service.password_fits", lambda *a: calls.append("") or fits(*a)
    )
    act_by_form(client, "/login", email)
    assert len(calls) == 1


def test_a_new_address_that_is_taken_costs_what_a_free_one_costs(
    session: Session, at: datetime
) -> None:
    make_person(session, email=KNOWN)
    works = []
    for email in (KNOWN, NOBODY):
        person = make_person(session)
        by = signed(person, at)
        works.append(
            work_of(
                session, lambda p=person, b=by, e=email: privacy.ask_new_email(session, b, p, e)
            )
        )
    assert works[0] == works[1]


def test_an_invitation_costs_the_same_for_known_and_unknown_addresses(
    session: Session, at: datetime
) -> None:
    make_person(session, email=KNOWN)
    cycle = make_cycle(session, PhaseKind.APPLICATIONS)
    works = []
    for email in (KNOWN, NOBODY):
        author = make_person(session)
        proposal = make_proposal(session, cycle, author_id=author.id)
        by = signed(author, at)
        works.append(work_of(session, partial(coauthors.invite, session, by, proposal, email)))
    assert works[0] == works[1]


TWINS = [
    ("Aigul@Example.KZ", "aigul@example.kz"),
    ("aigul+pb@example.kz", "aigul@example.kz"),
    ("ａｉｇｕｌ@example.kz", "aigul@example.kz"),
    ("a.i.gul@gmail.com", "aigul@googlemail.com"),
    ("aigul@қала.қаз", "aigul@xn--80a6acd0b.xn--80ao21a"),
    ("aigul@пошта。қаз", "aigul@ПОШТА.ҚАЗ"),
]


@pytest.mark.parametrize(("first", "second"), TWINS)
def test_two_ways_of_writing_one_mailbox_make_one_account(
    session: Session, at: datetime, first: str, second: str
) -> None:
    if first.endswith("қала.қаз"):
        second = "aigul@" + ".".join(part.encode("idna").decode() for part in ["қала", "қаз"])
    one = service.register(session, email=first, name="One", locale="kk", at=at)
    assert one is not None
    assert service.register(session, email=second, name="Two", locale="kk", at=at) is None
    session.flush()
    assert queries.find_person(session, second) is one
    told = session.scalars(select(Letter).where(Letter.template == "account_exists")).one()
    assert told.recipient == one.email
    with pytest.raises(Exception, match=r"(?i)unique"):
        make_person(session, email=second.casefold() + ("" if second != first else "x"))


def test_the_policy_of_tags_and_dots_is_a_setting() -> None:
    apart = MailboxPolicy(tags_apart=True, dotless=frozenset())
    assert canonical_address("A.b+c@gmail.com", apart) == "a.b+c@gmail.com"
    assert canonical_address("A.b+c@gmail.com") == "ab@gmail.com"


def test_twins_made_before_are_found_by_their_own_address(session: Session) -> None:
    first = make_person(session, email="aigul@example.kz")
    twin = make_person(session, email="other@example.kz")
    twin.email = "aigul+1@example.kz"
    twin.mailbox = "aigul+1@example.kz"
    session.flush()
    assert queries.find_person(session, "aigul+1@example.kz") is twin
    assert queries.find_person(session, "aigul+2@example.kz") is first
    assert queries.find_person(session, "AIGUL@example.kz") is first


def test_wrong_passwords_under_many_tags_count_together(
    client: StrictClient, session: Session
) -> None:
    hashed = service.hash_password("three blue benches")
    make_person(session, email="victim@example.kz", password_hash=hashed)
    codes = [
        client.fill("/login", {"email": f"victim+{n}@example.kz", "password": "guess"}).status_code
        for n in range(12)
    ]
    assert codes[0] == 422 and codes[-1] == 429
