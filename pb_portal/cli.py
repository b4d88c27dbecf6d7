"""Commands: `flask --app pb_portal …`."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Attach the commands of every room."""
