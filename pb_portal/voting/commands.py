"""`flask --app pb_portal voting …`"""

from __future__ import annotations

import click
from flask.cli import AppGroup

from pb_portal.db import database_now, transaction
from pb_portal.register.service import forget_codes
from pb_portal.voting import service

group = AppGroup("voting", help="The ballot box.")


@group.command("mix")
def mix() -> None:
    """Forget visits and codes that are over, and rewrite the tables of the vote in the order of
    their keys (before a dump of PostgreSQL)."""
    with transaction() as work:
        now = database_now(work)
        service.forget_visits(work, now)
        forget_codes(work, now)
        needed = service.mix(work)
    click.echo("The tables lie in the order of their keys." if needed else "Nothing to do.")
