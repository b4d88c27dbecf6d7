"""`flask --app pb_portal sample …`: the sample city for trying the portal."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from flask_migrate import upgrade
from sqlalchemy import text

from config import Settings
from pb_portal.db import db, session, transaction
from pb_portal.demo import trials
from pb_portal.demo.load import VOTERS, is_loaded, load
from pb_portal.demo.people import LOGINS
from pb_portal.domain import ballots
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.web import clock

group = AppGroup("sample", help="The sample city.")


@group.command("prepare")
def prepare() -> None:
    """Migrate the database, load the sample city once, print the address and the logins."""
    settings: Settings = current_app.config["SETTINGS"]
    migrate()
    if settings.sample_mode:
        load_once(settings)
    print_address(settings)


@group.command("vote")
@click.option("--type", "kinds", type=click.Choice(ballots.KINDS), multiple=True, required=True)
@click.option("--scope", type=click.Choice(ballots.SCOPES), default=ballots.OWN_AREA)
def vote(kinds: tuple[str, ...], scope: str) -> None:
    """Open small votes with other kinds of ballots; the sample's voters may vote in them."""
    settings: Settings = current_app.config["SETTINGS"]
    path = Path(settings.pb_instance) / VOTERS
    if not settings.sample_mode or not path.exists():
        raise click.ClickException("There is no sample city here: run `sample prepare` first.")
    voters = json.loads(path.read_text("utf-8"))
    for kind in kinds:
        with transaction() as work:
            trial = trials.Trial(kind, scope)
            trials.load_once(work, trial, voters, settings, clock.now())
        click.echo(f"{settings.base_url}/c/{trial.slug}/vote")


def migrate() -> None:
    """Bring the database to the head and let the planner learn it."""
    started = time.monotonic()
    upgrade()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    click.echo(f"Database: ready ({time.monotonic() - started:.1f} s)")


def load_once(settings: Settings) -> None:
    """Load the sample city unless it is there."""
    if is_loaded(session()):
        click.echo("Sample city: there already")
        return
    started = time.monotonic()
    with transaction() as work:
        load(work, Signature(SYSTEM, clock.now()), settings, clock.today())
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    click.echo(f"Sample city: loaded in {time.monotonic() - started:.1f} s")


def print_address(settings: Settings) -> None:
    """Where to go and who to be."""
    path = Path(settings.pb_instance) / LOGINS
    if settings.sample_mode and path.exists():
        click.echo("\nDemo logins (also in " + str(path) + "):")
        for role, login in json.loads(path.read_text("utf-8")).items():
            click.echo(f"  {role:<14} {login['email']:<32} {login['password']}")
        voters = Path(settings.pb_instance) / VOTERS
        if voters.exists():
            voter = json.loads(voters.read_text("utf-8"))[0]
            click.echo(
                f"\nA sample voter: IIN {voter['iin']}, born {voter['birth_date']}, "
                f"phone {voter['phone']} (more in {voters})"
            )
    host = settings.base_url
    click.echo(f"\nThe portal is at {host}/  (Ctrl+C stops it)\n")
