"""`flask --app pb_portal accounts …`: what only somebody at the server may do."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from pb_portal.accounts import queries
from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.accounts.service.duty_letters import notify_of_access
from pb_portal.audit import service as audit
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import Role, roles_apart
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.web import clock

group = AppGroup("accounts", help="The first administrators.")
FIRST = 2


@group.command("make-administrator")
@click.argument("email")
def make_administrator(email: str) -> None:
    """Give the administrator's role while there are fewer than two administrators.

    From then on two people give it at the desk.
    """
    there = session().scalar(
        select(func.count())
        .select_from(RoleGrant)
        .join(Person)
        .where(RoleGrant.role == Role.ADMINISTRATOR, Person.blocked_at.is_(None))
    )
    if (there or 0) >= FIRST:
        raise click.ClickException("There are two administrators: give the role at the desk.")
    with transaction() as work:
        person = queries.find_person(work, email)
        if person is None or person.confirmed_at is None:
            raise click.ClickException("Register this address and confirm it first.")
        if any(grant.role == Role.ADMINISTRATOR for grant in person.grants):
            raise click.ClickException("This person is an administrator already.")
        if not roles_apart(Role.ADMINISTRATOR, person.actor().roles):
            raise click.ClickException("This person has a say over the vote.")
        person.grants.append(RoleGrant(role=Role.ADMINISTRATOR))
        by = Signature(SYSTEM, clock.now())
        subject = ("person", person.id)
        audit.record(work, by, "account.role_granted", subject, role=Role.ADMINISTRATOR, area=None)
        notify_of_access(work, by, person, "role_given", role=Role.ADMINISTRATOR)
    click.echo("Done. Sign in and set up a second factor now.")
