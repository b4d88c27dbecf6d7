"""Built assets by their plain names."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, request, url_for
from markupsafe import Markup

PACKAGE = Path(__file__).resolve().parent.parent
DIST = PACKAGE / "static" / "dist"
TRANSLATIONS = PACKAGE / "translations"


class NotBuiltError(RuntimeError):
    """Styles or translations are missing; the message says how to build them."""


def list_unbuilt() -> list[str]:
    """What must be built before pages look and read right: names of the missing files."""
    catalogues = (path.with_suffix(".mo") for path in TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    needed = [DIST / "manifest.json", *sorted(catalogues)]
    return [str(path.relative_to(PACKAGE.parent)) for path in needed if not path.exists()]


def require_built() -> None:
    """Raise `NotBuiltError`, rather than serve pages without styles or in the wrong language."""
    if missing := list_unbuilt():
        raise NotBuiltError(
            "Cannot start in production without built styles and translations."
            f" Run `make assets`. Missing: {', '.join(missing)}"
        )


def init_app(app: Flask) -> None:
    """Offer `asset(name)` to templates. Without a build the plain name is used."""
    path = DIST / "manifest.json"
    names: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if not names:
        app.logger.warning("assets are not built: run `make assets`")

    known: dict[tuple[str, str], str] = {}

    def asset(name: str) -> str:
        key = (request.script_root if request else "", name)
        if key not in known:
            known[key] = url_for("static", filename="dist/" + names.get(name, name))
        return known[key]

    drawn: dict[tuple[str, str, str | None, str | None], Markup] = {}

    def icon(name: str, label: str | None = None, size: str | None = None) -> Markup:
        """A sign of the sprite; without a label it only decorates."""
        sprite = asset("icons.svg")
        key = (sprite, name, label, size)
        if key not in drawn:
            said = (
                Markup('role="img" aria-label="{}"').format(label)
                if label
                else 'aria-hidden="true"'
            )
            drawn[key] = Markup(
                '<svg class="icon{}" width="24" height="24" {} focusable="false">'
                '<use href="{}#{}"></use></svg>'
            ).format(f" icon--{size}" if size else "", Markup(said), sprite, name)  # noqa: S704
        return drawn[key]

    app.jinja_env.globals.update(asset=asset, drawn_icon=icon)
