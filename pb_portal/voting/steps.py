"""Where people stop on the way to the last button, counted without persons.

A step is noted in the memory of the worker and written a little later with everybody else's, so
the ballot's own transaction stays as short as it is, and no row changes at the moment of one vote.
A worker that is killed loses at most the last seconds of these figures, and never a ballot.
"""

from __future__ import annotations

import atexit
import logging
import secrets
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Phase
from pb_portal.db import db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.voting.models import StepCount
from pb_portal.voting.service.poll import insert

log = logging.getLogger(__name__)
EVERY = 30.0
"""Seconds between two writings of one worker."""
SHARDS = 64
Place = tuple[int, date, str, str]


class Tally:
    """What this worker has counted and not written yet."""

    def __init__(self, app: Flask, every: float) -> None:
        self.app, self.every = app, every
        self.shard = secrets.randbelow(SHARDS)
        self._lock = threading.Lock()
        self._counts: Counter[Place] = Counter()
        self._timer: threading.Timer | None = None
        if every:
            atexit.register(self.write)

    def note(self, cycle_id: int, on: date, step: str, how: str) -> None:
        """One person came to a step."""
        with self._lock:
            self._counts[cycle_id, on, step, how] += 1
            if self.every and self._timer is None:
                self._timer = threading.Timer(self.every, self.write)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Add what was counted to the table; what cannot be written now is kept for later."""
        with self._lock:
            counts, self._counts, self._timer = self._counts, Counter(), None
        if not counts:
            return
        try:
            with self.app.app_context(), transaction() as work:
                add(work, counts, self.shard)
        except Exception as error:
            log.warning("steps of the vote not written yet: %s", type(error).__name__)
            with self._lock:
                self._counts.update(counts)
        finally:
            with self.app.app_context():
                db.session.remove()


def add(session: Session, counts: Counter[Place], shard: int) -> None:
    """Add counts to the worker's own rows."""
    for (cycle_id, on, step, how), people in sorted(counts.items()):
        statement = insert(session, StepCount).values(
            cycle_id=cycle_id, on=on, step=step, how=how, shard=shard, people=people
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["cycle_id", "on", "step", "how", "shard"],
                set_={"people": StepCount.people + people},
            )
        )


@dataclass(frozen=True)
class Steps:
    """People at each step: of the whole vote, by kind of proof, and by day."""

    total: Counter[str]
    ways: dict[str, Counter[str]]
    days: dict[date, Counter[str]]


def read(session: Session, cycle_id: int, at: datetime) -> Steps:
    """What was counted; sealed until the close, like every figure of the vote."""
    ends_at = session.scalar(
        select(Phase.ends_at).where(Phase.cycle_id == cycle_id, Phase.kind == PhaseKind.VOTING)
    )
    if ends_at is None or at < ends_at:
        raise Refusal("voting.still_open")
    rows = session.execute(
        select(StepCount.on, StepCount.how, StepCount.step, func.sum(StepCount.people))
        .where(StepCount.cycle_id == cycle_id)
        .group_by(StepCount.on, StepCount.how, StepCount.step)
        .order_by(StepCount.on)
    )
    found = Steps(Counter(), {}, {})
    for on, how, step, people in rows:
        found.total[step] += int(people)
        found.days.setdefault(on, Counter())[step] += int(people)
        if how:
            found.ways.setdefault(how, Counter())[step] += int(people)
    return found
