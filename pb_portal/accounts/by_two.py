"""What one administrator asks for and a second person agrees to: roles with a say over a vote,
lost factors, and whatever is done to people who decide or watch a vote.

Proposer, approver and the person concerned are three people; the database refuses less.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from pb_portal.accounts import four_eyes
from pb_portal.accounts.factors import queries as factors
from pb_portal.accounts.factors.service import forget_factors
from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.accounts.queries import get_person
from pb_portal.accounts.service.duty_letters import notify_of_access
from pb_portal.accounts.service.sessions import end_access
from pb_portal.accounts.service.staff import block_now, find_grant, revoke_now, unblock_now
from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.db import Missing, take_turn
from pb_portal.domain.permissions import P, Role, demand, roles_apart
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature


def propose_role(
    session: Session, by: Signature, person: Person, role: Role, *, reason: str
) -> ApprovalRequest:
    """Ask to give a role with a say over the vote, for the whole city."""
    demand(by.actor, P.ADMINISTER)
    if not reason:
        raise Refusal("account.reason_missing", field="why")
    _fit(person, role)
    return approvals.propose(
        session,
        by,
        ROLE,
        f"person:{person.id}:{role}",
        payload={"person_id": person.id, "role": role.value},
        reason=reason,
        concerns=person.id,
    )


def _fit(person: Person, role: Role) -> None:
    if not roles_apart(role, person.actor().roles):
        raise Refusal("account.roles_apart", field="role")


def propose_reset(
    session: Session, by: Signature, person: Person, *, reason: str
) -> ApprovalRequest:
    """Ask to remove every second factor of somebody who has lost them."""
    demand(by.actor, P.ADMINISTER)
    if not reason:
        raise Refusal("account.reason_missing", field="reason")
    if not factors.has_factors(session, person.id):
        raise Refusal("account.no_factor")
    return approvals.propose(
        session,
        by,
        RESET,
        f"person:{person.id}",
        payload={"person_id": person.id},
        reason=reason,
        concerns=person.id,
    )


def propose_revoke(
    session: Session, by: Signature, person: Person, grant_id: int, *, reason: str
) -> ApprovalRequest:
    """Ask to take a role away from somebody who decides or watches a vote."""
    grant = find_grant(person, grant_id)
    if grant is None:
        raise Missing("role")
    return _propose_against(
        session,
        by,
        REVOKE,
        person,
        reason,
        subject=f"grant:{grant.id}",
        field="taken_why",
        grant_id=grant.id,
        role=grant.role,
        area_id=grant.area_id,
    )


def propose_block(
    session: Session, by: Signature, person: Person, *, reason: str
) -> ApprovalRequest:
    """Ask to block somebody who decides or watches a vote."""
    if person.blocked_at is not None:
        raise Conflict("account.blocked_already")
    return _propose_against(session, by, BLOCK, person, reason)


def propose_unblock(
    session: Session, by: Signature, person: Person, *, reason: str
) -> ApprovalRequest:
    """Ask to let in again somebody who decides or watches a vote."""
    if person.blocked_at is None:
        raise Conflict("account.not_blocked")
    return _propose_against(session, by, UNBLOCK, person, reason)


def _propose_against(
    session: Session,
    by: Signature,
    kind: str,
    person: Person,
    reason: str,
    *,
    subject: str = "",
    field: str = "reason",
    **payload: Any,
) -> ApprovalRequest:
    demand(by.actor, P.ADMINISTER)
    if not reason:
        raise Refusal("account.reason_missing", field=field)
    return approvals.propose(
        session,
        by,
        kind,
        subject or f"person:{person.id}",
        payload={"person_id": person.id, **payload},
        reason=reason,
        concerns=person.id,
    )


def get_request(session: Session, request_id: int) -> ApprovalRequest:
    """A request of one of these kinds; raises `Missing` for others."""
    request = approvals.get_request(session, request_id)
    if request.kind not in KINDS:
        raise Missing("approval")
    return request


def decide(
    session: Session, by: Signature, request: ApprovalRequest, *, approve: bool, reason: str = ""
) -> Person:
    """The second person's word: another administrator or a commissioner."""
    four_eyes.decide(session, by, request, approve=approve, reason=reason)
    return get_person(session, request.payload["person_id"])


def _give(session: Session, by: Signature, request: ApprovalRequest, _context: Any) -> None:
    person = get_person(session, request.payload["person_id"])
    role = Role(request.payload["role"])
    _fit(person, role)
    take_turn(session, f"roles of {person.id}")
    session.refresh(person, ["grants"])
    if any(held.role == role and held.area_id is None for held in person.grants):
        return
    person.grants.append(RoleGrant(role=role))
    notify_of_access(session, by, person, "role_given", role=role)
    audit.record(
        session,
        by,
        "account.role_granted",
        ("person", person.id),
        reason=request.reason,
        role=role,
        area=None,
        proposed_by=request.proposed_by,
    )


def _reset(session: Session, by: Signature, request: ApprovalRequest, _context: Any) -> None:
    person = get_person(session, request.payload["person_id"])
    forget_factors(session, person.id)
    notify_of_access(session, by, person, "factor_reset")
    end_access(session, person.id, by.at)
    audit.record(
        session,
        by,
        "factor.reset",
        ("person", person.id),
        reason=request.reason,
        proposed_by=request.proposed_by,
    )


def _revoke(session: Session, by: Signature, request: ApprovalRequest, _context: Any) -> None:
    person = get_person(session, request.payload["person_id"])
    grant = find_grant(person, request.payload["grant_id"])
    if grant is None or grant.role != request.payload["role"]:
        raise Conflict("account.role_gone")
    revoke_now(session, by, person, grant, reason=request.reason, proposed_by=request.proposed_by)
    session.flush()


def _block(session: Session, by: Signature, request: ApprovalRequest, _context: Any) -> None:
    person = get_person(session, request.payload["person_id"])
    if person.blocked_at is not None:
        raise Conflict("account.blocked_already")
    block_now(session, by, person, reason=request.reason, proposed_by=request.proposed_by)
    session.flush()


def _unblock(session: Session, by: Signature, request: ApprovalRequest, _context: Any) -> None:
    person = get_person(session, request.payload["person_id"])
    if person.blocked_at is None:
        raise Conflict("account.not_blocked")
    unblock_now(session, by, person, reason=request.reason, proposed_by=request.proposed_by)
    session.flush()


ROLE = registry.register(
    "role.grant",
    label=N_("Give a role with a say over the vote"),
    may_propose=P.ADMINISTER,
    may_approve=P.AGREE_STAFF,
    apply=_give,
)
RESET = registry.register(
    "factor.reset",
    label=N_("Remove somebody's second factor"),
    may_propose=P.ADMINISTER,
    may_approve=P.AGREE_STAFF,
    apply=_reset,
)
REVOKE = registry.register(
    "role.revoke",
    label=N_("Take away a role of somebody who decides or watches a vote"),
    may_propose=P.ADMINISTER,
    may_approve=P.AGREE_STAFF,
    apply=_revoke,
)
BLOCK = registry.register(
    "account.block",
    label=N_("Block somebody who decides or watches a vote"),
    may_propose=P.ADMINISTER,
    may_approve=P.AGREE_STAFF,
    apply=_block,
)
UNBLOCK = registry.register(
    "account.unblock",
    label=N_("Let in again somebody who decides or watches a vote"),
    may_propose=P.ADMINISTER,
    may_approve=P.AGREE_STAFF,
    apply=_unblock,
)
KINDS = (ROLE, RESET, REVOKE, BLOCK, UNBLOCK)
