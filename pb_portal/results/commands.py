"""Commands: load a published election, write one back."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle, CycleArea
from pb_portal.db import Missing, has_tables, session, transaction
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.results import auditing, exports, imports, queries
from pb_portal.tally import ElectionError
from pb_portal.tally.pabulib import dumps, read
from pb_portal.voting.commands import group as voting
from pb_portal.web import clock
from pb_portal.web.signer import audit_keys

group = AppGroup("cycles", help="Cycles: load and write published elections.")
SHOWN_NOTICES = 5


@group.command("import-pabulib")
@click.argument("file")
@click.option("--slug", required=True, help="The cycle's name in addresses: /c/<slug>.")
def import_pabulib(file: str, slug: str) -> None:
    """Load the election of a .pb file as a past cycle."""
    try:
        imports.check_slug(session(), slug)
        reading = read(file)
        with transaction() as work:
            by = Signature(SYSTEM, clock.now())
            cycle = imports.load(work, by, reading, slug=slug, zone=clock.city_zone())
            election = reading.election
            won = len(queries.winners_of(work, cycle.id))
    except IntegrityError:
        _refuse(f"The database did not take it: there is a cycle “{slug}” already, or its area.")
    except (ElectionError, OSError, SQLAlchemyError) as error:
        _refuse(_sentence(error))
    click.echo(
        f"Loaded {len(election.projects)} projects, {election.voters} ballots and {won} winners: "
        f"/c/{slug}/results"
    )
    for notice in reading.notices[:SHOWN_NOTICES]:
        click.echo(f"Noticed: {notice}")
    if len(reading.notices) > SHOWN_NOTICES:
        click.echo(f"Noticed: {len(reading.notices) - SHOWN_NOTICES} more of such kind.")


@group.command("export-pabulib")
@click.argument("slug")
@click.option("-o", "--output", default="-", help="The file to write; standard output if none.")
@click.option("--area", default="", help="Code of the area, where a cycle has several.")
def export_pabulib(slug: str, output: str, area: str) -> None:
    """Write a certified cycle's projects, ballots and winners as a .pb file."""
    try:
        cycle = cycles.get_cycle(session(), slug)
        part = _area(cycle, area)
        place = exports.Place(unit=exports.unit_of(cycle), zone=clock.city_zone())
        text = dumps(exports.election_of(session(), cycle, part, place, few=True))
        if output == "-":
            with suppress(BrokenPipeError):
                click.echo(text, nl=False)
        else:
            Path(output).write_text(text, encoding="utf-8", newline="")
    except Missing:
        _refuse(f"There is no cycle “{slug}”.")
    except (ElectionError, OSError, SQLAlchemyError) as error:
        _refuse(_sentence(error))


@voting.command("audit")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def audit(slug: str, as_json: bool) -> None:
    """Open the whole ledger of a vote: ballots = ledger = result.

    Exit status 0: everything holds; 1: something does not; 2: it cannot be audited.
    """
    try:
        cycle = cycles.get_cycle(session(), slug)
        found = auditing.look(session(), cycle, audit_keys())
        with transaction() as work:
            auditing.keep(work, cycle, found, clock.now())
    except Missing:
        _refuse(f"There is no cycle “{slug}”.")
    except Refusal as refusal:
        _refuse(f"It cannot be audited: {refusal.code}.")
    holds = all(one.holds for one in found)
    if as_json:
        told = [{"code": one.code, "holds": one.holds, "where": one.where} for one in found]
        click.echo(json.dumps({"cycle": slug, "holds": holds, "findings": told}))
    else:
        for one in found:
            click.echo(f"{'ok' if one.holds else 'DIFFERS':<8} {auditing.SAID[one.code]}")
            for place in one.where:
                click.echo(f"           {place}")
    sys.exit(0 if holds else 1)


def _area(cycle: Cycle, code: str) -> CycleArea:
    parts = {part.area.code: part for part in cycle.areas}
    if not code and len(parts) == 1:
        return next(iter(parts.values()))
    if code in parts:
        return parts[code]
    known = ", ".join(sorted(parts)) or "none"
    asked = f"There is no area “{code}”" if code else "Name one area with --area"
    raise ElectionError(f"{asked}; this cycle has {known}.")


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"The file cannot be opened: {error.strerror or error}."
    if isinstance(error, SQLAlchemyError) and not has_tables():
        return "The database has no tables yet: run “flask --app pb_portal db upgrade” first."
    if isinstance(error, SQLAlchemyError):
        return f"The database did not take it ({type(error).__name__}); nothing was changed."
    return " ".join(str(error).split())


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)
