"""What one administrator does alone: roles, and blocking an account.

Whoever has a say over a vote or watches over it is out of reach here: `accounts.by_two`.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.accounts.service.duty_letters import notify_of_access
from pb_portal.accounts.service.sessions import end_access
from pb_portal.audit import service as audit
from pb_portal.db import take_turn
from pb_portal.domain.permissions import SAY_OVER_VOTE, P, Role, demand, is_kept_by_two
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox.choices import drop_kept


def demand_one_is_enough(person: Person, field: str | None = None) -> None:
    """Refuse (`account.needs_two`) an act against somebody whose roles decide or watch a vote."""
    if is_kept_by_two(person.actor().roles):
        raise Refusal("account.needs_two", field=field)


def block(session: Session, by: Signature, person: Person, *, reason: str) -> None:
    """Block an account: its sessions end at once and nobody can sign in to it."""
    demand(by.actor, P.ADMINISTER)
    if person.id == by.actor.person_id:
        raise Refusal("account.own_block")
    if not reason:
        raise Refusal("account.reason_missing", field="reason")
    demand_one_is_enough(person, "reason")
    if person.blocked_at is None:
        block_now(session, by, person, reason=reason)


def block_now(session: Session, by: Signature, person: Person, *, reason: str, **data: int) -> None:
    """Block, whoever has agreed to it."""
    person.blocked_at = by.at
    if person.grants:
        notify_of_access(session, by, person, "blocked")
    end_access(session, person.id, by.at)
    drop_kept(session, person.email)
    audit.record(session, by, "account.blocked", ("person", person.id), reason=reason, **data)


def unblock(session: Session, by: Signature, person: Person, *, reason: str = "") -> None:
    """Let a blocked account in again."""
    demand(by.actor, P.ADMINISTER)
    demand_one_is_enough(person, "reason")
    if person.blocked_at is not None:
        unblock_now(session, by, person, reason=reason)


def unblock_now(
    session: Session, by: Signature, person: Person, *, reason: str, **data: int
) -> None:
    """Let in again, whoever has agreed to it."""
    person.blocked_at = None
    if person.grants:
        notify_of_access(session, by, person, "unblocked")
    audit.record(session, by, "account.unblocked", ("person", person.id), reason=reason, **data)


def grant_role(
    session: Session, by: Signature, person: Person, role: Role, area_id: int | None = None
) -> None:
    """Give a staff role for the city or one area; giving it again changes nothing.

    A role with a say over the vote is given by two people: `accounts.by_two`.
    """
    demand(by.actor, P.ADMINISTER)
    if role in SAY_OVER_VOTE:
        raise Refusal("account.role_needs_two", field="role")
    take_turn(session, f"roles of {person.id}")
    session.refresh(person, ["grants"])
    if any(held.role == role and held.area_id == area_id for held in person.grants):
        return
    person.grants.append(RoleGrant(role=role, area_id=area_id))
    notify_of_access(session, by, person, "role_given", role=role, area_id=area_id)
    audit.record(
        session, by, "account.role_granted", ("person", person.id), role=role, area=area_id
    )


def revoke_role(session: Session, by: Signature, person: Person, grant_id: int) -> None:
    """Take a staff role away. Administrators cannot take their own last one."""
    demand(by.actor, P.ADMINISTER)
    grant = find_grant(person, grant_id)
    if grant is None:
        return
    if person.id == by.actor.person_id and grant.role == Role.ADMINISTRATOR:
        raise Refusal("account.own_role")
    demand_one_is_enough(person)
    revoke_now(session, by, person, grant)


def find_grant(person: Person, grant_id: int) -> RoleGrant | None:
    """A role the person holds."""
    return next((held for held in person.grants if held.id == grant_id), None)


def revoke_now(
    session: Session,
    by: Signature,
    person: Person,
    grant: RoleGrant,
    *,
    reason: str = "",
    **data: int,
) -> None:
    """Take the role away, whoever has agreed to it."""
    person.grants.remove(grant)
    notify_of_access(session, by, person, "role_taken", role=grant.role, area_id=grant.area_id)
    audit.record(
        session,
        by,
        "account.role_revoked",
        ("person", person.id),
        reason=reason,
        role=grant.role,
        area=grant.area_id,
        **data,
    )
