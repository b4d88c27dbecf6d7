"""The time and the person of a request: the only place that reads the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from flask_login import current_user

from pb_portal.domain.signature import ANYONE, Actor, Signature


def now() -> datetime:
    """The present moment, UTC. Tests move it with `CLOCK_OFFSET` (a timedelta)."""
    offset: timedelta = current_app.config.get("CLOCK_OFFSET", timedelta())
    return datetime.now(UTC) + offset


def city_zone() -> ZoneInfo:
    """The city's time zone."""
    return ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])


def today() -> date:
    """Today in the city."""
    return now().astimezone(city_zone()).date()


def actor() -> Actor:
    """The person of this request as the rules see them."""
    return current_user.actor() if current_user.is_authenticated else ANYONE


def signature() -> Signature:
    """Who and when, for a command."""
    at = now()
    if not current_user.is_authenticated:
        return Signature(ANYONE, at)
    return Signature(current_user.actor(), at, not current_user.must_prove(at, opening=False))
