"""Whether the service is alive and ready, for monitors."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Blueprint, current_app, jsonify, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from config import ROOT
from pb_portal.db import describe_outage, session
from pb_portal.operations.queries import list_checks
from pb_portal.operations.views import describe_installation
from pb_portal.web import clock
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
    """Whether this process can serve: 503 without a database or with other migrations.

    Everything else that is not well makes it "degraded" and is named, but a balancer must go on
    sending requests, so the status stays 200; `?strict=1` gives 503 then too, for monitors.
    """
    try:
        found = session().scalar(text("SELECT version_num FROM alembic_version"))
        if found != _head(ROOT / "migrations"):
            return jsonify(status="migrating", database=True, migrations=False), 503
        checks = list_checks(session(), describe_installation(), clock.now())
    except SQLAlchemyError as error:
        session().rollback()
        current_app.logger.warning("not ready: %s", describe_outage(error))
        return jsonify(status="unavailable", database=False, migrations=False), 503
    failed = [check.code for check in checks if not check.holds]
    if failed:
        current_app.logger.warning("degraded: %s", ", ".join(failed))
    state = "degraded" if failed else "ok"
    body = {check.code: check.holds for check in checks}
    strict = failed and request.args.get("strict") == "1"
    return jsonify(status=state, database=True, migrations=True, **body), 503 if strict else 200
