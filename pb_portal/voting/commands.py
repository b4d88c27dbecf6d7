"""`flask --app pb_portal voting …`"""

from __future__ import annotations

import click
from flask.cli import AppGroup

from pb_portal.db import transaction
from pb_portal.voting import service

group = AppGroup("voting", help="The ballot box.")


@group.command("mix")
def mix() -> None:
    """Rewrite the tables of the vote in the order of their keys (before a dump of PostgreSQL)."""
    with transaction() as work:
        needed = service.mix(work)
    click.echo("The tables lie in the order of their keys." if needed else "Nothing to do.")
