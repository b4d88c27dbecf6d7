"""Personal data that staff open by a button: recorded, then readable for the rest of the visit.

Opening a page never writes, so the record is made by a press, and the signed cookie remembers what
this browser has opened.
"""

from __future__ import annotations

from flask import session as cookie
from sqlalchemy.orm import Session

from pb_portal.accounts.privacy.service import record_access
from pb_portal.web import clock

_NAME, _MOST = "opened", 40


def open_data(
    work: Session, what: str, number: int, *, person_id: int | None = None, subject: str = ""
) -> None:
    """Record that the person of this request opens the data, within the edge's transaction."""
    record_access(
        work, clock.signature(), what, person_id, (subject, number) if subject else ("", "")
    )
    remember(what, number)


def remember(what: str, number: int) -> None:
    """Let this browser read it for the rest of the visit; the caller has recorded it."""
    mark = f"{what}:{number}"
    kept = [one for one in cookie.get(_NAME, []) if one != mark]
    cookie[_NAME] = [*kept, mark][-_MOST:]


def is_open(what: str, number: int) -> bool:
    """Whether this browser opened them by the button before."""
    return f"{what}:{number}" in cookie.get(_NAME, [])


def masked(email: str) -> str:
    """An address that tells no more than its beginning and its end."""
    name, _, host = email.partition("@")
    return f"{name[:1]}•••@{host.rpartition('.')[0][:1]}•••.{host.rpartition('.')[2]}"
