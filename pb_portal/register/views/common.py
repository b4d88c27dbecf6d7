"""The blueprint, and how large a file one page of it takes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request
from werkzeug.wrappers import Response

from pb_portal.domain.permissions import P, may
from pb_portal.register.service.roll import RollKeys
from pb_portal.web import clock
from pb_portal.web.signer import signer

blueprint = Blueprint("register", __name__)
Answer = str | tuple[str, int] | Response


def most_megabytes() -> int:
    """The largest file of residents the page takes."""
    return int(current_app.config["SETTINGS"].register_limit_mb)


def roll_keys() -> RollKeys:
    """What seals a roll here."""
    return RollKeys(current_app.config["SETTINGS"].register_key, signer())


@blueprint.url_value_preprocessor
def widen(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let registrars, and nobody else, send files larger than any other page takes."""
    if endpoint == "register.load" and may(clock.actor(), P.KEEP_REGISTER):
        request.max_content_length = most_megabytes() * 1024 * 1024
