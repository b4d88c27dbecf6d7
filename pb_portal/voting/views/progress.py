"""Noting how far a visitor came: once a person and step, by a mark in the browser's own cookie."""

from __future__ import annotations

import re

from flask import current_app, request
from flask import session as cookie

from pb_portal.domain.ballot_steps import STEPS
from pb_portal.voting.steps import EVERY, Tally
from pb_portal.web import clock

SEEN = "vote_steps"
TALLY = "voting_steps"
ROBOTS = re.compile(r"bot\b|crawl|spider|preview|monitor", re.I)


def tally() -> Tally:
    """The counter of this worker."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    found = app.extensions.get(TALLY)
    if found is None:
        every = 0.0 if app.config["SETTINGS"].environment == "test" else EVERY
        found = app.extensions.setdefault(TALLY, Tally(app, every))
    assert isinstance(found, Tally)
    return found


def reached(cycle_id: int, step: str, how: str = "") -> None:
    """The visitor came to a step; `how` is the kind of proof, given once and remembered.

    A reload, a step back or another tab counts nothing. After a ballot was sent the next visit
    begins anew, since the device may serve another person.
    """
    about, marks, way = _seen()
    if about != cycle_id or (step == STEPS[0] and marks & _mark(STEPS[-1])):
        marks, way = 0, ""
    if marks & _mark(step) or ROBOTS.search(request.user_agent.string):
        return
    way = how or way
    cookie[SEEN] = [cycle_id, marks | _mark(step), way]
    tally().note(cycle_id, clock.today(), step, way)


def _seen() -> tuple[int, int, str]:
    seen = cookie.get(SEEN)
    return tuple(seen) if isinstance(seen, list) and len(seen) == 3 else (0, 0, "")


def _mark(step: str) -> int:
    return 1 << STEPS.index(step)
