"""Moving content out of its rows, so that no page, list, index or file can show it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from pb_portal.db import Base
from pb_portal.domain.placeholders import is_placeholder
from pb_portal.files.models import StoredFile
from pb_portal.takedowns.models import TakeDown, TakenFile


class Removal:
    """What one take-down moves out: blanked columns and dropped rows as JSON, and files."""

    def __init__(self, session: Session, at: datetime) -> None:
        self.session = session
        self.at = at
        self.blanked: list[dict[str, Any]] = []
        self.dropped: list[dict[str, Any]] = []
        self.files: list[StoredFile] = []

    def blank(self, row: Base, **values: Any) -> None:
        """Put these values in place of the row's own, which are kept."""
        old = {
            name: getattr(row, name)
            for name, value in values.items()
            if getattr(row, name) not in (value, None, "") and getattr(row, name) != value
        }
        if not old:
            return
        self.blanked.append(
            {
                "table": row.__tablename__,
                "id": list(inspect(row).identity or ()),
                "old": {name: _plain(value) for name, value in old.items()},
                "new": {name: _plain(values[name]) for name in old},
            }
        )
        for name in old:
            setattr(row, name, values[name])

    def drop(self, row: Base) -> None:
        """Delete the row; all its columns are kept."""
        columns = inspect(type(row)).column_attrs
        self.dropped.append(
            {
                "table": row.__tablename__,
                "values": {one.key: _plain(getattr(row, one.key)) for one in columns},
            }
        )
        self.session.delete(row)

    def hide(self, stored: StoredFile | None) -> None:
        """Take a file away from everybody, its owner included."""
        if stored is not None and stored not in self.files:
            self.files.append(stored)

    @property
    def empty(self) -> bool:
        """Whether there was nothing to move."""
        return not (self.blanked or self.dropped or self.files)

    def keep(self, takedown: TakeDown) -> None:
        """Put what was moved into the private record."""
        takedown.content = {"blanked": self.blanked, "dropped": self.dropped}
        for stored in self.files:
            takedown.files.append(
                TakenFile(file=stored, was_public=stored.public, owner_id=stored.owner_id)
            )
            stored.public, stored.owner_id = False, None


def put_back(session: Session, takedown: TakeDown) -> None:
    """Restore what was moved; what has been written over since stays as it is now."""
    for entry in takedown.content.get("blanked", ()):
        row = session.get(_class_of(entry["table"]), tuple(entry["id"]))
        if row is None:
            continue
        for name, old in entry["old"].items():
            present = getattr(row, name)
            if _plain(present) == entry["new"][name] or (
                isinstance(present, str) and is_placeholder(present)
            ):
                setattr(row, name, old)
    for entry in takedown.content.get("dropped", ()):
        kind = _class_of(entry["table"])
        session.add(kind(**{name: _read(value) for name, value in entry["values"].items()}))
    for taken in takedown.files:
        taken.file.public, taken.file.owner_id = taken.was_public, taken.owner_id


def texts_of(takedown: TakeDown) -> list[str]:
    """The texts that were moved, for whoever may read the private record."""
    moved = [
        text
        for entry in takedown.content.get("blanked", ())
        for text in _changed_texts(entry["old"], entry["new"])
    ]
    rows = [
        {name: entry["values"].get(name) for name in ("title", "caption", "reason")}
        for entry in takedown.content.get("dropped", ())
    ]
    moved += [text for row in rows for text in _texts(row)]
    return list(dict.fromkeys(moved))


def _changed_texts(old: Any, new: Any) -> Iterable[str]:
    """What stands in the old value alone: the rest of a version or a protocol stays public."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name, part in old.items():
            yield from _changed_texts(part, new.get(name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for before, after in zip(old, new, strict=True):
            yield from _changed_texts(before, after)
    elif old != new:
        yield from _texts(old)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str) and value and not is_placeholder(value):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _class_of(table: str) -> Any:
    for mapper in Base.registry.mappers:
        if mapper.local_table is not None and getattr(mapper.local_table, "name", "") == table:
            return mapper.class_
    raise LookupError(table)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value


def _read(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"moment"}:
        return datetime.fromisoformat(value["moment"])
    if isinstance(value, dict) and set(value) == {"day"}:
        return date.fromisoformat(value["day"])
    return value
