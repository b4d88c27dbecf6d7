"""Who is signed in: Flask-Login over sessions kept in the database."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from pb_portal.accounts import queries, service
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, may
from pb_portal.domain.signature import Actor
from pb_portal.web import clock

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from pb_portal.accounts.models import Person


class SignedIn(UserMixin):
    """The person of a request. Its id in the cookie is the token of the session row.

    The plain values are copied, so that a page never asks the database again after a commit or a
    rollback has expired the row.
    """

    def __init__(self, person: Person, token: str) -> None:
        self.person = person
        self.token = token
        self.person_id: int = person.id
        self.name: str = person.name
        self.email: str = person.email
        self.locale: str = person.locale
        self.area_id: int | None = person.area_id
        self.confirmed: bool = person.confirmed_at is not None
        self._actor = person.actor()

    def get_id(self) -> str:
        return self.token

    def actor(self) -> Actor:
        """As the rules see the person."""
        return self._actor

    @property
    def is_staff(self) -> bool:
        return may(self._actor, P.STAFF)


def _load(token: str) -> SignedIn | None:
    found = queries.find_session(session(), token, clock.now())
    return SignedIn(found.person, token) if found else None


def enter(person_id: int) -> None:
    """Sign the person in under a fresh session; an open one is closed first."""
    with transaction() as work:
        close(work)
        token = service.open_session(work, person_id, at=clock.now())
    admit(token)


def close(work: Session) -> None:
    """Within a transaction: end the session this browser has, if any."""
    if current_user.is_authenticated:
        service.close_session(work, current_user.token)


def admit(token: str) -> None:
    """Give the browser the cookie of an open session, and nothing of what it had before."""
    cookie.clear()
    found = _load(token)
    if found is not None:
        login_user(found)


def leave() -> None:
    """Close the session on the server, so that its cookie opens nothing any more."""
    with transaction() as work:
        close(work)
    logout_user()
    cookie.clear()


def init_app(app: Flask) -> None:
    """Attach Flask-Login."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_load)


def fingerprint(text: str) -> str:
    """A short stable name for rate limits that must not hold the address itself."""
    return hashlib.sha256(text.casefold().encode()).hexdigest()[:16]
