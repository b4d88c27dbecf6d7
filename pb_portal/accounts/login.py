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

    from pb_portal.accounts.models import Person


class SignedIn(UserMixin):
    """The person of a request. Its id in the cookie is the token of the session row."""

    def __init__(self, person: Person, token: str) -> None:
        self.person = person
        self.token = token

    def get_id(self) -> str:
        return self.token

    def actor(self) -> Actor:
        """As the rules see the person."""
        return self.person.actor()

    @property
    def person_id(self) -> int:
        return self.person.id

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def locale(self) -> str:
        return self.person.locale

    @property
    def is_staff(self) -> bool:
        return may(self.person.actor(), P.STAFF)


def _load(token: str) -> SignedIn | None:
    found = queries.find_session(session(), token, clock.now())
    return SignedIn(found.person, token) if found else None


def enter(person: Person) -> None:
    """Sign the person in under a fresh session; an open one is closed first."""
    leave()
    with transaction() as work:
        token = service.open_session(work, person.id, at=clock.now())
    cookie.clear()
    found = _load(token)
    if found is not None:
        login_user(found)


def leave() -> None:
    """Close the session on the server, so that its cookie opens nothing any more."""
    if current_user.is_authenticated:
        with transaction() as work:
            service.close_session(work, current_user.token)
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
