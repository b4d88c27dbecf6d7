"""Answers kept until a project changes: figures over all projects are counted once, not for each
reader. Whether anything changed is one small statement."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.projects.models import Project
from pb_portal.results.models import CountRun

Answer = TypeVar("Answer")
MOST = 300
SECONDS = 60.0
"""Names of districts and cycles change without a project's changing, so nothing is kept longer."""

_kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
_lock = threading.Lock()


def stamp(session: Session) -> tuple[Hashable, ...]:
    """Differs whenever a project was added or changed, or a result certified: every change writes
    `updated_at`. Two indexes answer it, however many projects there are."""
    certified = select(func.count(CountRun.id)).where(CountRun.state == "certified")
    row = session.execute(
        select(
            select(func.max(Project.id)).scalar_subquery(),
            select(func.max(Project.updated_at)).scalar_subquery(),
            certified.scalar_subquery(),
        )
    ).one()
    return (str(session.get_bind().engine.url), *row)


def remembered(mark: tuple[Hashable, ...], what: Hashable, find: Callable[[], Answer]) -> Answer:
    """The answer to `what` as of this stamp, found anew when the stamp differs or it is old."""
    key, now = (mark, what), time.monotonic()
    with _lock:
        known = _kept.get(key)
        if known is not None and now - known[0] < SECONDS:
            _kept.move_to_end(key)
            return known[1]  # type: ignore[no-any-return]
    answer = find()
    with _lock:
        _kept[key] = (now, answer)
        _kept.move_to_end(key)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return answer
