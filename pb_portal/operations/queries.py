"""Checks of the installation. None changes anything, and none tells how many people have voted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from redis import Redis, RedisError
from sqlalchemy import exists, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from config import LIMITS_SECONDS, MEGABYTE, Settings
from pb_portal.job_queue.queries import list_silent_lanes
from pb_portal.outbox.models import Letter
from pb_portal.projects.service import last_check
from pb_portal.voting.ledger import sealing

LATE_LETTER = timedelta(minutes=10)
LATE_SEALS = 4
"""So many batches of a ledger may be late before somebody hears of it."""
SEAL_GRACE = timedelta(seconds=30)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it is well, and figures for a sentence."""

    code: str
    holds: bool
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Installation:
    """What the checks look at besides the database."""

    settings: Settings
    unbuilt: list[str]
    """Styles and translations that were not built."""


def list_checks(session: Session, place: Installation, at: datetime) -> list[Check]:
    """Every check, in the order of a page. The database answers and its tables are there."""
    free = shutil.disk_usage(place.settings.pb_instance).free // MEGABYTE
    silent = list_silent_lanes(session, at)
    ledger = last_check(session)
    return [
        Check("writable", _is_writable(session)),
        Check("jobs", not silent, {"lanes": silent}),
        Check("letters", not _any_late_letter(session, at)),
        Check("sealing", not _is_sealing_late(session, place.settings, at)),
        Check("limits", _answers_redis(place.settings)),
        Check("disk", free >= place.settings.disk_free_mb, {"free": free}),
        Check("built", not place.unbuilt, {"files": place.unbuilt}),
        Check("ledger", ledger is None or not ledger.faults),
    ]


def list_problems(session: Session, place: Installation, at: datetime) -> list[Check]:
    """The checks that do not hold."""
    return [check for check in list_checks(session, place, at) if not check.holds]


def _is_writable(session: Session) -> bool:
    if session.get_bind().dialect.name == "postgresql":
        answer: str | None = session.scalar(text("SHOW transaction_read_only"))
        return answer == "off"
    return all(os.access(path, os.W_OK) for path in _database_files(session))


def _database_files(session: Session) -> Iterator[Path]:
    name = make_url(session.get_bind().engine.url).database
    if name:
        yield from (Path(name), Path(name).parent)


def _any_late_letter(session: Session, at: datetime) -> bool:
    late = (Letter.state == "waiting", Letter.due_at <= at - LATE_LETTER)
    return bool(session.scalar(select(exists().where(*late))))


def _is_sealing_late(session: Session, settings: Settings, at: datetime) -> bool:
    every = timedelta(seconds=settings.seal_seconds) * LATE_SEALS + SEAL_GRACE
    return bool(sealing.due(session, at, every))


def _answers_redis(settings: Settings) -> bool:
    """Whether the shared store of rate limits answers, where there is one."""
    if not settings.redis_url:
        return True
    waits = {"socket_timeout": LIMITS_SECONDS, "socket_connect_timeout": LIMITS_SECONDS}
    try:
        with Redis.from_url(settings.redis_url, **waits) as store:
            return bool(store.ping())
    except (RedisError, ValueError):
        return False
