"""The store an installation uses, and `flask --app pb_portal files …`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from config import Settings
from pb_portal.db import session
from pb_portal.files import service
from pb_portal.files.storage import LocalStorage, Storage, s3_storage
from pb_portal.web import clock, storage

group = AppGroup("files", help="Uploads.")
FEW = 20
"""Orphans that need no second look at which database this is."""


def store_of(settings: Settings) -> Storage:
    """The S3-compatible store the settings name, else the folder of the installation."""
    if not settings.s3_endpoint:
        return LocalStorage(Path(settings.pb_instance) / "files")
    return s3_storage(
        settings.s3_endpoint,
        settings.s3_bucket,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        region=settings.s3_region,
    )


@group.command("sweep")
@click.option("--for-real", is_flag=True, help="Remove them; without it they are only counted.")
@click.option("--even-most", is_flag=True, help="Also where the database knows few of the files.")
def sweep(for_real: bool, even_most: bool) -> None:
    """Find stored bytes that belong to no file, a day old or more."""
    store = storage.root()
    orphans = list(service.orphans(session(), store, clock.now()))
    if for_real and not even_most:
        held = sum(1 for _ in store.names())
        if len(orphans) > max(FEW, held // 2):
            click.echo(
                f"{len(orphans)} of {held} without a file: is this the right database? "
                "Nothing was removed; --even-most removes them.",
                err=True,
            )
            raise SystemExit(2)
    removed = service.remove(store, orphans) if for_real else 0
    click.echo(f"{len(orphans)} without a file, {removed} removed")
