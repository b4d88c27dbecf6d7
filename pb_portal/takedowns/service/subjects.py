"""What can be taken down. A room registers its kinds; a higher room adds its copies of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from pb_portal.db import Missing
from pb_portal.takedowns.service.removal import Removal


@dataclass(frozen=True)
class Subject:
    """A thing that can be taken down, with all a take-down needs to know of it."""

    kind: str
    id: str
    on_type: str
    on_id: int
    path: str
    area_id: int | None = None
    cycle_id: int | None = None
    authors: Sequence[int] = ()
    letters: Sequence[str] = ()
    """Paths of pages that letters on their way may quote it with."""


Find = Callable[[Session, str], Subject | None]
Take = Callable[[Session, str, Removal], None]
After = Callable[[Session, str], None]


@dataclass
class Kind:
    """How a kind of thing is found and moved out. `after` mends indexes once it is gone or back."""

    code: str
    find: Find
    takes: list[Take]
    after: list[After] = field(default_factory=list)


KINDS: dict[str, Kind] = {}


def register_kind(code: str, find: Find, take: Take, after: After | None = None) -> None:
    """Make a kind of thing removable."""
    KINDS[code] = Kind(code, find, [take], [after] if after else [])


def register_copies(code: str, take: Take, after: After | None = None) -> None:
    """Say that a room above keeps copies of this kind of thing."""
    KINDS[code].takes.append(take)
    if after:
        KINDS[code].after.append(after)


def get_subject(session: Session, kind: str, subject_id: str) -> Subject:
    """The thing of this kind and id; raises `Missing`."""
    known = KINDS.get(kind)
    subject = known.find(session, subject_id) if known and len(subject_id) < 30 else None
    if subject is None:
        raise Missing("subject")
    return subject


def number_of(text: str) -> int:
    """An id out of text; 0 is nobody's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
