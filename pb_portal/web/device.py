"""The browser of a request: its name for the list of sessions, and whether it is known.

A browser that once signed in to an account carries a signed cookie of its own. Wrong passwords
from it are counted apart, so that a stranger's guessing does not slow down the account's owner.
"""

from __future__ import annotations

import secrets

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

KNOWN_FOR = 180 * 24 * 3600
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("YaBrowser", "Yandex"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def name() -> str:
    """Browser and system, e.g. "Chrome · Android"; empty when it says neither."""
    agent = request.headers.get("User-Agent", "")
    found = (_first(agent, _BROWSERS), _first(agent, _SYSTEMS))
    return " · ".join(word for word in found if word)


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((word for sign, word in names if sign in agent), "")


def _cookie() -> str:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return "__Host-portal-device" if secure else "portal-device"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-device")


def known_to(person_id: int | None) -> str:
    """The random name of this browser when it has signed in to the account before, else ""."""
    owner, nonce = _read_cookie()
    return nonce if owner == person_id else ""


def find_known_person() -> int | None:
    """The account that last signed in with this browser, if any."""
    return _read_cookie()[0]


def _read_cookie() -> tuple[int | None, str]:
    try:
        owner, nonce = _signer().loads(request.cookies.get(_cookie(), ""), max_age=KNOWN_FOR)
    except (BadSignature, ValueError, TypeError):
        return None, ""
    return int(owner), str(nonce)


def remember(person_id: int) -> None:
    """Let this browser be known to the account from now on."""
    if known_to(person_id):
        return
    value = _signer().dumps([person_id, secrets.token_urlsafe(12)])

    @after_this_request
    def carry(response: Response) -> Response:
        response.set_cookie(
            _cookie(),
            str(value),
            max_age=KNOWN_FOR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response
