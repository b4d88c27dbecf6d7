"""A file of residents from a page or the command line: small ones are read at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import IO

from flask import current_app

from pb_portal.cycles import queries as cycles
from pb_portal.db import transaction
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.register import service
from pb_portal.register.service import Report, jobs
from pb_portal.register.uploads import Uploads
from pb_portal.register.worker import Desk, Taken
from pb_portal.web import clock

AT_ONCE = 1 << 18
"""Bytes that are read while the person waits; about four thousand residents."""


def desk() -> Desk:
    """What loads need of this installation."""
    settings = current_app.config["SETTINGS"]
    folder = Path(settings.pb_instance) / "register-uploads"
    key = settings.register_key
    kept = timedelta(days=settings.register_aside_days)
    return Desk(Uploads(folder, key), key, clock.city_zone(), clock.now, kept)


def read_now(
    stream: IO[bytes], slug: str, by: Signature, *, load: bool, way: str = "whole"
) -> Report | Refusal | None:
    """Check a file, and load it when asked and nothing in it is wrong, in this process."""
    with transaction() as work:
        job = service.ask_for_load(work, by, cycles.get_cycle(work, slug), load=load, way=way)
        taken = Taken(jobs.take(job, by.at), desk())
    return taken.run(stream)


def read_later(
    stream: IO[bytes], slug: str, by: Signature, *, load: bool, way: str = "whole"
) -> None:
    """Keep a file sealed for the worker."""
    uploads = desk().uploads
    name = uploads.keep(stream)
    try:
        with transaction() as work:
            cycle = cycles.get_cycle(work, slug)
            service.ask_for_load(work, by, cycle, load=load, upload=name, way=way)
    except BaseException:
        uploads.remove(name)
        raise
