"""`flask --app pb_portal register …`"""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click
from flask import current_app
from flask.cli import AppGroup

from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.register import service
from pb_portal.register.reader import read_register
from pb_portal.register.service import Report
from pb_portal.web import clock
from pb_portal.web.phrases import phrase, sentence

group = AppGroup("register", help="The resident register.")


@group.command("import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cycle", "slug", required=True, help="Slug of the cycle.")
@click.option("--dry-run", is_flag=True, help="Check the file and save nothing.")
def import_file(path: Path, slug: str, dry_run: bool) -> None:
    """Load a CSV of residents (iin, birth_date, area, permanent, phone) as keyed hashes."""
    try:
        with path.open("rb") as stream:
            report = _take(stream, slug, dry_run=dry_run)
    except Missing:
        raise SystemExit(_fail(f"There is no cycle {slug}.")) from None
    except Refusal as refusal:
        raise SystemExit(_fail(sentence(refusal))) from None
    for fault in report.faults:
        click.echo(f"{path.name}:{fault.line}: {phrase(fault.code, **fault.params)}", err=True)
    if not report.clean:
        raise SystemExit(_fail(f"{report.faults_total} lines are wrong. Nothing was saved."))
    done = "would be loaded" if dry_run else "loaded"
    click.echo(
        f"{report.residents} residents {done}; {report.too_young} too young to vote, "
        f"{report.temporary} registered temporarily."
    )


def _take(stream: IO[bytes], slug: str, *, dry_run: bool) -> Report:
    key, zone = current_app.config["SETTINGS"].register_key, clock.city_zone()
    by = Signature(SYSTEM, clock.now())
    cycle = cycles.get_cycle(session(), slug)
    report = service.check_rows(by, cycle, read_register(stream), key=key, zone=zone)
    if dry_run or not report.clean:
        return report
    stream.seek(0)
    with transaction() as work:
        cycle = cycles.get_cycle(work, slug)
        return service.load_rows(work, by, cycle, read_register(stream), key=key, zone=zone)


def _fail(message: str) -> int:
    click.echo(message, err=True)
    return 2
