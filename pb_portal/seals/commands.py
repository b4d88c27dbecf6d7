"""`flask --app pb_portal seals …`: look at the seals of every row, and renew them by name."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from pb_portal.audit import service as audit
from pb_portal.db import session, transaction
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.seals import checking
from pb_portal.seals.opening import renew_rows
from pb_portal.web import clock
from pb_portal.web.signer import signer

group = AppGroup("seals", help="The seals of every row that decides something.")


@group.command("check")
def check() -> None:
    """Compare every row with its seal, every seal with its batch. Exit status 1: one differs."""
    wrong = [
        *checking.find_broken_rows(session()),
        *checking.find_broken_batches(session(), signer().public_key),
    ]
    for what in wrong:
        click.echo(what)
    click.echo("Something differs." if wrong else "Every seal holds.")
    sys.exit(1 if wrong else 0)


@group.command("renew")
@click.argument("table")
@click.option("--reason", required=True, help="Stands in the seals and in the log for good.")
def renew(table: str, reason: str) -> None:
    """Seal the rows of TABLE as they lie now, after a repair by hand that two people agreed to."""
    tables = {one.name: one for one in checking.sealed_tables()}
    if table not in tables:
        raise click.ClickException(f"“{table}” is no sealed table.")
    with transaction() as work:
        made = renew_rows(work.connection(), tables[table], reason)
        audit.record(
            work,
            Signature(SYSTEM, clock.now()),
            "seals.renewed",
            ("table", table),
            reason=reason,
            rows=made,
        )
    click.echo(f"{made} rows sealed anew.")
