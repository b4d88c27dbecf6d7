"""Whether the service is alive and ready, for monitors."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from config import ROOT
from pb_portal.db import session
from pb_portal.projects.service import last_check
from pb_portal.web.guard import public

blueprint = Blueprint("health", __name__)


@cache
def _head(folder: Path) -> str | None:
    config = Config()
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config).get_current_head()


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """The database answers and its migrations are the ones of this code; `ledger` is false when the
    daily check found a sum that does not agree."""
    try:
        found = session().scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError as error:
        session().rollback()
        current_app.logger.warning("not ready: %s", type(error).__name__)
        return jsonify(status="unavailable", database=False, migrations=False), 503
    current = found == _head(ROOT / "migrations")
    if not current:
        return jsonify(status="migrating", database=True, migrations=False), 503
    check = last_check(session())
    agrees = check is None or not check.faults
    return jsonify(status="ok", database=True, migrations=True, ledger=agrees), 200
