"""Every view says who may open it; the application refuses to start when one does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, redirect, request, url_for
from flask_login import current_user

from pb_portal.domain.permissions import P, may
from pb_portal.domain.refusal import Forbidden
from pb_portal.web.clock import actor

View = TypeVar("View", bound=Callable[..., Any])


class Unguarded(RuntimeError):
    """A route without `@requires` or `@public`."""


def public(view: View) -> View:
    """Anyone may open this view."""
    view.guarded_by = "public"  # type: ignore[attr-defined]
    return view


def requires(permission: P) -> Callable[[View], View]:
    """Only people holding the permission somewhere; the service checks the area or the owner."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                onward = request.full_path if request.method == "GET" else request.path
                return redirect(url_for("accounts.login", next=onward.rstrip("?")))
            if not may(actor(), permission):
                raise Forbidden(permission)
            return view(*args, **kwargs)

        guarded.guarded_by = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def refuse_unguarded(app: Flask) -> None:
    """Raise `Unguarded` naming every route that declares no permission."""
    open_routes = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "guarded_by")
    )
    if open_routes:
        raise Unguarded("These views declare no permission: " + ", ".join(open_routes))
