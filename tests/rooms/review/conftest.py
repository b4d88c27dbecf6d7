"""A cycle in review with two districts, and the people who work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.domain.phases import PhaseKind
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person
from tests.strict import StrictClient

Statements = Callable[[StrictClient, Person, str], list[str]]


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return make_cycle(session, PhaseKind.REVIEW, areas=2)


@pytest.fixture
def head(session: Session) -> Person:
    """A reviewer of the whole city."""
    return make_person(session, "reviewer", name="Head of Review")


@pytest.fixture
def reviewer(session: Session, cycle: Cycle) -> Person:
    """A reviewer of the first district."""
    return make_person(session, "reviewer", area=cycle.areas[0].area, name="First Reviewer")


@pytest.fixture
def statements(session: Session) -> Statements:
    """What a page asks of the database, with nothing left in the session by the test."""

    def asked(client: StrictClient, person: Person, path: str) -> list[str]:
        identity = inspect(person).identity
        assert identity
        sign_in(client, session.get_one(Person, identity[0]))
        session.commit()
        session.expunge_all()
        seen: list[str] = []
        with noted(session, seen):
            client.page(path)
        return seen

    return asked


@contextmanager
def noted(session: Session, seen: list[str]) -> Iterator[None]:
    def note(_c: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if not text.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            seen.append(text)

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    yield
    event.remove(bind, "before_cursor_execute", note)
