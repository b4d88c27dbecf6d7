"""Makes the application: settings, database, languages, rooms, error pages. Holds no rule."""

from __future__ import annotations

import logging
from importlib import import_module
from pathlib import Path

from flask import Flask, Response, request
from flask_migrate import Migrate
from flask_talisman import Talisman
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Settings
from pb_portal import cli, jobs, parsing
from pb_portal.accounts import interruptions, login
from pb_portal.db import db
from pb_portal.domain.addresses import use_policy
from pb_portal.files import commands as files
from pb_portal.pages import health
from pb_portal.seals import records
from pb_portal.seals.keys import SealKey
from pb_portal.web import assets, errors, guard, i18n, limits, page, quick, senders, storage, words
from pb_portal.web.hosts import Portal, refuse_foreign_hosts

ROOMS = (
    "pages",
    "accounts",
    "files",
    "takedowns",
    "cycles",
    "register",
    "register.identity",
    "proposals",
    "review",
    "voting",
    "voting.fraud",
    "voting.paper",
    "results",
    "projects",
    "reports",
    "operations",
    "desk",
)

TABLES = (
    "seals",
    "audit",
    "outbox",
    "word_list",
    "files",
    "places",
    "approvals",
    "job_queue",
    "accounts",
    "accounts.factors",
    "accounts.privacy",
    "takedowns",
    "cycles",
    "register",
    "register.identity",
    "proposals",
    "review",
    "review.council",
    "voting",
    "voting.paper",
    "results",
    "projects",
    "reports",
)

PERSONAL = (
    "accounts",
    "proposals",
    "projects",
    "review",
    "register",
    "voting",
    "results",
    "reports",
    "takedowns",
)
"""Rooms that keep something about people, in the order of the page that shows it."""

REMOVABLE = (
    "proposals.service.takedowns",
    "review.council.takedowns",
    "projects.service.takedowns",
)
"""What can be taken down, from the room that shows it to those that keep copies."""

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def create_app(settings: Settings | None = None) -> Flask:
    """The application for these settings (from the environment when none are given).

    Raises `config.MissingSettings` in production when something is missing,
    `web.assets.NotBuiltError` in production when styles or translations were not built, and
    `web.guard.Unguarded` when a view declares no permission.
    """
    chosen = (settings or Settings()).complete()
    if chosen.environment == "production":
        assets.require_built()
    app = Portal(
        __name__,
        instance_path=str(chosen.pb_instance),
        template_folder=str(ROOT / "templates"),
        static_folder=str(Path(__file__).parent / "static"),
    )
    app.config.from_mapping(chosen.flask())
    app.config["SETTINGS"] = chosen
    use_policy(chosen.mailbox_policy)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        **app.config["SQLALCHEMY_ENGINE_OPTIONS"],
        "execution_options": {records.KEY_OPTION: SealKey(chosen.signing_key)},
    }
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logging.basicConfig(level=chosen.log_level, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    _attach(app, chosen)
    for room in ROOMS:
        app.register_blueprint(import_module(f"pb_portal.{room}.views").blueprint)
    app.register_blueprint(health.blueprint)
    guard.refuse_unguarded(app)
    # a mail program posts to it without a page: the token in the address is its permission
    app.extensions["csrf"].exempt(app.view_functions["accounts.stop_letters"])
    return app


def _attach(app: Flask, settings: Settings) -> None:
    refuse_foreign_hosts(app)
    for room in TABLES:
        import_module(f"pb_portal.{room}.models")
    for room in PERSONAL:
        import_module(f"pb_portal.{room}.personal")
    for module in REMOVABLE:
        import_module(f"pb_portal.{module}")
    app.after_request(_without_counters)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    senders.init_app(app)
    CSRFProtect(app)
    i18n.init_app(app)
    quick.init_app(app)
    words.init_app(app)
    limits.init_app(app)
    login.init_app(app)
    interruptions.init_app(app)
    assets.init_app(app)
    errors.init_app(app)
    page.init_app(app)
    cli.init_app(app)
    app.cli.add_command(jobs.commands)
    app.extensions[storage.STORE] = files.store_of(settings)
    parsing.configure(_parsing_limits(settings), settings.pb_instance / "parsing")
    guard.public(app.view_functions["static"])
    Talisman(
        app,
        force_https=settings.https,
        strict_transport_security=settings.https,
        session_cookie_secure=settings.https,
        content_security_policy=CONTENT_SECURITY_POLICY,
        content_security_policy_nonce_in=[],
        frame_options="DENY",
        referrer_policy="same-origin",
        permissions_policy={"geolocation": "(self)", "camera": "()", "microphone": "()"},
    )
    app.after_request(_private_by_default)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _without_counters(response: Response) -> Response:
    """At an address that people share, what is left of a limit tells how many others came."""
    for name in ("Limit", "Remaining", "Reset"):
        response.headers.pop(f"X-RateLimit-{name}", None)
    return response


def _parsing_limits(settings: Settings) -> parsing.Limits:
    return parsing.Limits(
        memory_mb=settings.parse_memory_mb,
        cpu_seconds=settings.parse_cpu_seconds,
        wall_seconds=settings.parse_wall_seconds,
        most_memory_mb=settings.parse_most_memory_mb,
        at_once=settings.parse_at_once,
        picture_megapixels=settings.picture_megapixels,
        picture_memory_mb=settings.picture_memory_mb,
    )


def _private_by_default(response: Response) -> Response:
    """Pages may name the person, so nothing shared keeps them; built assets never change."""
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if i18n.ASKED in request.environ:
        response.vary.update(["Accept-Language", "Cookie"])
    if request.endpoint == "static" and "/dist/" in request.path:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
