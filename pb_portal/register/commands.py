"""`flask --app pb_portal register …`"""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from pb_portal.db import Missing
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.register import loads
from pb_portal.register.service import Report
from pb_portal.web import clock
from pb_portal.web.phrases import phrase, sentence

group = AppGroup("register", help="The resident register.")


@group.command("load")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cycle", "slug", required=True, help="Slug of the cycle.")
@click.option("--dry-run", is_flag=True, help="Check the file and save nothing.")
def load_file(path: Path, slug: str, dry_run: bool) -> None:
    """Load a CSV or XLSX of residents (iin, birth_date, area, permanent, phone) as keyed hashes."""
    by = Signature(SYSTEM, clock.now())
    try:
        with path.open("rb") as stream:
            found = loads.read_now(stream, slug, by, load=not dry_run)
    except Missing:
        raise SystemExit(_fail(f"There is no cycle {slug}.")) from None
    except Refusal as refusal:
        raise SystemExit(_fail(sentence(refusal))) from None
    if isinstance(found, Refusal):
        raise SystemExit(_fail(sentence(found)))
    if found is None:
        raise SystemExit(_fail("Another process has taken the load up."))
    _tell(path, found, dry_run=dry_run)


group.add_command(load_file, "import")


def _tell(path: Path, report: Report, *, dry_run: bool) -> None:
    for fault in report.faults:
        click.echo(f"{path.name}:{fault.line}: {phrase(fault.code, **fault.params)}", err=True)
    if not report.clean:
        raise SystemExit(_fail(f"{report.faults_total} lines are wrong. Nothing was saved."))
    done = "would be loaded" if dry_run else "loaded"
    click.echo(
        f"{report.residents} residents {done}; {report.too_young} too young to vote, "
        f"{report.temporary} registered temporarily. Added {report.added}, "
        f"changed {report.changed}, removed {report.removed}."
    )


def _fail(message: str) -> int:
    click.echo(message, err=True)
    return 2
