"""Participatory budgeting portal. Flask is imported only when the application is made,
so that `python -m pb_portal.tally` runs with the standard library alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: Any = None) -> Flask:
    """Make the application; see `pb_portal.app.create_app`."""
    from pb_portal.app import create_app as make

    return make(settings)
