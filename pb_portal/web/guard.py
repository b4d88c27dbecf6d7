"""Every view says who may open it; the application refuses to start when one does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from pb_portal.domain.permissions import P, may
from pb_portal.domain.refusal import Forbidden
from pb_portal.web.clock import actor, now

View = TypeVar("View", bound=Callable[..., Any])


class Unguarded(RuntimeError):
    """A route without `@requires` or `@public`."""


def public(view: View) -> View:
    """Anyone may open this view."""
    view.guarded_by = "public"  # type: ignore[attr-defined]
    return view


def requires(permission: P, *, fresh: bool = False) -> Callable[[View], View]:
    """Only people holding the permission somewhere; the service checks the area or the owner.

    `fresh`: an act that takes two people, so whoever has a second factor must just have shown it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return redirect(url_for("accounts.login", next=_onward()))
            if not may(actor(), permission):
                if current_user.must_enrol:
                    flash(_("Staff pages open once you have set up a second factor."), "warn")
                    return redirect(url_for("accounts.security"))
                raise Forbidden(permission)
            if fresh and current_user.must_prove(now(), opening=request.method == "GET"):
                flash(_("Show your second factor again, then repeat the step."), "info")
                return redirect(url_for("accounts.second", next=_readable()))
            return view(*args, **kwargs)

        guarded.guarded_by = permission  # type: ignore[attr-defined]
        guarded.asks_fresh = fresh  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def _onward() -> str:
    return (request.full_path if request.method == "GET" else request.path).rstrip("?")


def _readable() -> str:
    """Where to go on to: this page, or where the button was when this address takes only POST."""
    rule = request.url_rule
    if rule is not None and "GET" in (rule.methods or ()):
        return _onward()
    return urlsplit(request.referrer or "").path or url_for("desk.home")


def refuse_unguarded(app: Flask) -> None:
    """Raise `Unguarded` naming every route that declares no permission."""
    open_routes = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "guarded_by")
    )
    if open_routes:
        raise Unguarded("These views declare no permission: " + ", ".join(open_routes))
