"""Commands: `flask --app pb_portal …`."""

from __future__ import annotations

from flask import Flask

from pb_portal.accounts import commands as accounts
from pb_portal.demo import commands as demo
from pb_portal.files import commands as files
from pb_portal.register import commands as register
from pb_portal.results import commands as results
from pb_portal.seals import commands as seals
from pb_portal.voting import commands as voting


def init_app(app: Flask) -> None:
    """Attach the commands of every room."""
    app.cli.add_command(accounts.group)
    app.cli.add_command(register.group)
    app.cli.add_command(voting.group)
    app.cli.add_command(results.group)
    app.cli.add_command(files.group)
    app.cli.add_command(seals.group)
    app.cli.add_command(demo.group)
