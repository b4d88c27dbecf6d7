"""What every template may use."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, current_app, url_for
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

from pb_portal.domain.permissions import P, may
from pb_portal.web import clock, i18n
from pb_portal.web.phrases.review import ground_name
from pb_portal.web.shapes import outlines

_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def can(permission: str, area_id: int | None = None) -> bool:
    """Whether the person of this request holds the permission (by its name in `P`)."""
    return may(clock.actor(), P[permission], area_id=area_id)


def safe_next(target: str | None) -> str:
    """A path of this site to go on to, or home. Never another site: browsers drop control
    characters and read a backslash as a slash, so a path with either is refused."""
    if target and _OWN_PATH.fullmatch(target):
        return target
    return url_for("pages.home")


class RowNumber(IntegerConverter):
    """A number in an address: one that no column could hold leads nowhere, like any other."""

    def __init__(self, map: Map, **options: Any) -> None:
        super().__init__(map, **{"max": 2**31 - 1, **options})


class PlainPart(UnicodeConverter):
    """A word in an address. One with control characters names nothing, and PostgreSQL would not
    even look for it."""

    def to_python(self, value: str) -> str:
        if not value.isprintable():
            raise ValidationError
        return value


def _globals() -> dict[str, Any]:
    settings = current_app.config["SETTINGS"]
    return {
        "locale": i18n.language(),
        "locales": list(i18n.LOCALES.items()),
        "now": clock.now(),
        "can": can,
        "csrf_token": generate_csrf,
        "current_user": current_user,
        "sample_mode": settings.sample_mode,
        "letters_boxed": settings.letters_boxed,
        "site_name": settings.site_name,
    }


def init_app(app: Flask) -> None:
    """Attach the globals."""
    app.context_processor(_globals)
    app.url_map.converters.update(int=RowNumber, default=PlainPart, string=PlainPart)
    app.jinja_env.filters["outlines"] = outlines
    app.jinja_env.filters["ground"] = ground_name
