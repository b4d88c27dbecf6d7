"""Every view says who may open it; the application refuses to start when one does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from pb_portal.domain.permissions import P, may
from pb_portal.domain.refusal import Forbidden
from pb_portal.web import interruption
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
                return redirect(url_for("accounts.login", next=find_way_back()))
            if not may(actor(), permission):
                if current_user.must_enrol:
                    interruption.keep_typed_form()
                    flash(_("Staff pages open once you have set up a second factor."), "warn")
                    return redirect(url_for("accounts.security"))
                raise Forbidden(permission)
            if fresh and current_user.must_prove(now(), opening=request.method == "GET"):
                flash(_("Show your second factor again, then repeat the step."), "info")
                return redirect(url_for("accounts.second", next=find_way_back()))
            return view(*args, **kwargs)

        guarded.guarded_by = permission  # type: ignore[attr-defined]
        guarded.asks_fresh = fresh  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def find_way_back() -> str:
    """Where to go on to after signing in: to what was typed, or to the page it was typed on."""
    if interruption.keep_typed_form():
        return url_for("accounts.resume")
    return interruption.page_of_request()


def refuse_unguarded(app: Flask) -> None:
    """Raise `Unguarded` naming every route that declares no permission."""
    open_routes = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "guarded_by")
    )
    if open_routes:
        raise Unguarded("These views declare no permission: " + ", ".join(open_routes))
