"""Built assets by their plain names."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, url_for

DIST = Path(__file__).resolve().parent.parent / "static" / "dist"


def init_app(app: Flask) -> None:
    """Offer `asset(name)` to templates. Without a build the plain name is used."""
    path = DIST / "manifest.json"
    names: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if not names:
        app.logger.warning("assets are not built: run `make assets`")

    def asset(name: str) -> str:
        return url_for("static", filename="dist/" + names.get(name, name))

    app.jinja_env.globals["asset"] = asset
