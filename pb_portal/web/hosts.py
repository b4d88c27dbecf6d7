"""Under which names the portal answers, and the only name it calls itself.

A name in a request is what the sender typed, so nothing is made of it: addresses in pages, codes,
letters and redirects are built from `PUBLIC_URL`, and a request for a foreign name is refused.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, current_app, request

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
USUAL_PORTS = {"http": "80", "https": "443"}


class Portal(Flask):
    """The application. Whole addresses are those of `PUBLIC_URL`, whatever a request says."""

    def create_url_adapter(self, request: Request | None) -> Any:
        """As Flask does, under the portal's own name."""
        adapter = super().create_url_adapter(request)
        own = urlsplit(self.config["SETTINGS"].public_url)
        if adapter is not None and own.netloc:
            adapter.server_name, adapter.url_scheme = own.netloc, own.scheme
        return adapter


def is_own_host(host: str) -> bool:
    """Whether the portal answers to this name."""
    settings = current_app.config["SETTINGS"]
    name, port = _split(host)
    own = urlsplit(settings.public_url)
    known = {_split(one) for one in settings.hosts}
    if own.hostname:
        known |= {(own.hostname, str(own.port or ""))}
    if (name, port) in known or ((name, "") in known and port in ("", *USUAL_PORTS.values())):
        return True
    return name in LOOPBACK and settings.environment != "production"


def _split(host: str) -> tuple[str, str]:
    parts = urlsplit(f"//{host}")
    try:
        return (parts.hostname or "").rstrip("."), str(parts.port or "")
    except ValueError:
        return "", ""


def _refuse_foreign() -> None:
    if request.blueprint == "health":
        return
    claimed = request.headers.get("Host", "")
    if "," in claimed or "@" in claimed or "/" in claimed or not is_own_host(request.host):
        abort(400)


def _lead_home(response: Response) -> Response:
    """Monitors may ask for health under any name, but are sent to none that they have made up."""
    target = urlsplit(response.location or "")
    if target.netloc == request.host and target.netloc and not is_own_host(request.host):
        own = urlsplit(current_app.config["SETTINGS"].base_url)
        response.location = target._replace(netloc=own.netloc).geturl()
    return response


def refuse_foreign_hosts(app: Flask) -> None:
    """Refuse foreign names before anything else looks at a request."""
    app.before_request(_refuse_foreign)
    app.after_request(_lead_home)
