"""Who is signed in: Flask-Login over sessions kept in the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import current_app, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from pb_portal.accounts import queries, service
from pb_portal.accounts.factors import tries
from pb_portal.accounts.service import Entry
from pb_portal.db import session, transaction
from pb_portal.domain.addresses import canonical_address
from pb_portal.domain.permissions import P, may
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Actor
from pb_portal.web import clock, device, limits

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from pb_portal.accounts.models import LoginSession, Person

STEP_UP = timedelta(minutes=15)
"""How long a second factor counts as just shown, for acts that take two people."""
OPENED_WITHIN = timedelta(minutes=10)
"""A page with such an act opens only while there is time left to press its button."""
HALF, SEEN = "half", "seen"


class SignedIn(UserMixin):
    """The person of a request. Its id in the cookie is the token of the session row.

    The plain values are copied, so that a page never asks the database again after a commit or a
    rollback has expired the row. Staff who must show a second factor and have not act as plain
    residents: no role of theirs opens anything.
    """

    def __init__(self, entry: LoginSession, token: str, *, factor_needed: bool) -> None:
        person = entry.person
        self.person = person
        self.token = token
        self.entry_id: int = entry.id
        self.person_id: int = person.id
        self.name: str = person.name
        self.email: str = person.email
        self.locale: str = person.locale
        self.area_id: int | None = person.area_id
        self.confirmed: bool = person.confirmed_at is not None
        self.entered_at: datetime = entry.created_at
        self.factor_at: datetime | None = entry.factor_at
        self.roles_given: bool = bool(person.grants)
        self.keeps_factor: bool = self.roles_given and factor_needed
        self.must_enrol: bool = self.keeps_factor and entry.factor_at is None
        whole = person.actor()
        self._actor = (
            Actor(whole.person_id, confirmed=whole.confirmed) if self.must_enrol else whole
        )

    def get_id(self) -> str:
        return self.token

    def actor(self) -> Actor:
        """As the rules see the person."""
        return self._actor

    @property
    def is_staff(self) -> bool:
        return may(self._actor, P.STAFF)

    def fresh(self, at: datetime, within: timedelta = STEP_UP) -> bool:
        """Whether the person has just proved who they are: by the second factor, or by signing in
        where none is set up."""
        return at - (self.factor_at or self.entered_at) <= within

    def must_prove(self, at: datetime, *, opening: bool) -> bool:
        """Whether a second factor must be shown (again) before an act that takes two people.
        Whoever has none and need not have one is spared."""
        if self.factor_at is None:
            return False
        return not self.fresh(at, OPENED_WITHIN if opening else STEP_UP)


def _load(token: str) -> SignedIn | None:
    at = clock.now()
    found = queries.find_session(session(), token, at)
    if found is None:
        return None
    settings = current_app.config["SETTINGS"]
    if found.person.grants and not _still_there(found, at):
        return None
    return SignedIn(found, token, factor_needed=settings.factor_needed)


def _still_there(entry: LoginSession, at: datetime) -> bool:
    """Staff are signed out after some hours whatever they do, and sooner when they do nothing.

    The moment of the last page stands in the signed cookie, so that reading a page writes nothing.
    What a page asks for by itself in the background does not count as doing something.
    """
    settings = current_app.config["SETTINGS"]
    if at - entry.created_at > timedelta(hours=settings.staff_hours):
        return False
    now = int(at.timestamp())
    seen = cookie.get(SEEN, now)
    if now - seen > settings.staff_idle_minutes * 60:
        return False
    opened = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    if opened and (now - seen > 60 or SEEN not in cookie):
        cookie[SEEN] = now
    return True


def enter(person_id: int, *, factor_at: datetime | None = None) -> bool:
    """Sign the person in under a fresh session; an open one is closed first.

    False: a second factor must be shown first. `factor_at` carries over one just shown.
    """
    with transaction() as work:
        close(work)
        if factor_at is None:
            entry = service.begin(work, person_id, at=clock.now(), device=device.name())
        else:
            token = service.open_session(
                work, person_id, at=clock.now(), device=device.name(), factor_at=factor_at
            )
            entry = Entry(token, half=False)
    return admit(entry)


def close(work: Session) -> None:
    """Within a transaction: end the session this browser has, if any."""
    if current_user.is_authenticated:
        service.close_session(work, current_user.token)
    if HALF in cookie:
        service.close_session(work, cookie[HALF])


def admit(entry: Entry) -> bool:
    """Give the browser the cookie of a session, and nothing of what it had before. A half session
    signs nobody in; returns False for it."""
    cookie.clear()
    if entry.half:
        cookie[HALF] = entry.token
        return False
    found = _load(entry.token)
    if found is not None:
        cookie[SEEN] = int(clock.now().timestamp())
        cookie[limits.PERSON] = found.person_id
        login_user(found)
        device.remember(found.person_id)
    return True


def slowed(email: str, person_id: int | None) -> str:
    """Counter of wrong passwords: one for each browser the account knows, one for all others."""
    secret = str(current_app.config["SECRET_KEY"])
    return tries.name_of(secret, "login", canonical_address(email), device.known_to(person_id))


def demand_password(password: str, *, field: str) -> Person:
    """The person signed in, if this is their password. A wrong one in an open session counts, waits
    and is logged as at the door. Call it outside any transaction: it is slow by design."""
    at, name = clock.now(), slowed(current_user.email, current_user.person_id)
    with transaction() as work:
        tries.claim(work, name, at)
    person = queries.get_person(session(), current_user.person_id)
    fits = service.password_fits(person, password)
    with transaction() as work:
        if fits:
            tries.forgive(work, name)
        else:
            service.note_wrong_password(work, entry_of(work), at)
    if not fits:
        raise Refusal("account.wrong_password", field=field)
    return person


def half_entry(work: Session) -> LoginSession | None:
    """The session of this browser that waits for its second factor."""
    token = cookie.get(HALF, "")
    return queries.find_session(work, token, clock.now(), stage="half") if token else None


def entry_of(work: Session) -> LoginSession:
    """The row of the session this browser is signed in with."""
    return queries.get_entry(work, current_user.entry_id)


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
