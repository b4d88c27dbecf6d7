"""What an administrator does: roles, and blocking an account."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.accounts.service.sessions import close_all_sessions
from pb_portal.audit import service as audit
from pb_portal.domain.permissions import SAY_OVER_VOTE, P, Role, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature


def block(session: Session, by: Signature, person: Person, *, reason: str) -> None:
    """Block an account: its sessions end at once and nobody can sign in to it."""
    demand(by.actor, P.ADMINISTER)
    if person.id == by.actor.person_id:
        raise Refusal("account.own_block")
    if not reason:
        raise Refusal("account.reason_missing", field="reason")
    if person.blocked_at is not None:
        return
    person.blocked_at = by.at
    close_all_sessions(session, person.id)
    audit.record(session, by, "account.blocked", ("person", person.id), reason=reason)


def unblock(session: Session, by: Signature, person: Person, *, reason: str = "") -> None:
    """Let a blocked account in again."""
    demand(by.actor, P.ADMINISTER)
    if person.blocked_at is None:
        return
    person.blocked_at = None
    audit.record(session, by, "account.unblocked", ("person", person.id), reason=reason)


def grant_role(
    session: Session, by: Signature, person: Person, role: Role, area_id: int | None = None
) -> None:
    """Give a staff role for the city or one area; giving it again changes nothing.

    A role with a say over the vote is given by two people: `accounts.by_two`.
    """
    demand(by.actor, P.ADMINISTER)
    if role in SAY_OVER_VOTE:
        raise Refusal("account.role_needs_two", field="role")
    if any(held.role == role and held.area_id == area_id for held in person.grants):
        return
    person.grants.append(RoleGrant(role=role, area_id=area_id))
    audit.record(
        session, by, "account.role_granted", ("person", person.id), role=role, area=area_id
    )


def revoke_role(session: Session, by: Signature, person: Person, grant_id: int) -> None:
    """Take a staff role away. Administrators cannot take their own last one."""
    demand(by.actor, P.ADMINISTER)
    grant = next((held for held in person.grants if held.id == grant_id), None)
    if grant is None:
        return
    if person.id == by.actor.person_id and grant.role == Role.ADMINISTRATOR:
        raise Refusal("account.own_role")
    person.grants.remove(grant)
    audit.record(
        session,
        by,
        "account.role_revoked",
        ("person", person.id),
        role=grant.role,
        area=grant.area_id,
    )
