"""Every permission, who is granted it, and the predicates that narrow it to an area or an owner."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from pb_portal.domain.refusal import Forbidden
from pb_portal.domain.signature import Actor


class Role(StrEnum):
    """Staff roles; each is granted for the city or for named areas."""

    MODERATOR = "moderator"
    REVIEWER = "reviewer"
    SECRETARY = "secretary"
    REGISTRAR = "registrar"
    COMMISSIONER = "commissioner"
    MANAGER = "manager"
    HEAD = "head"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class P(StrEnum):
    """Permissions. RESIDENT: any account; CONFIRMED: with a confirmed address."""

    RESIDENT = "resident"
    PROPOSE = "propose"
    COMMENT = "comment"
    STAFF = "staff"
    MODERATE = "moderate"
    TAKE_DOWN = "take_down"
    SEE_TAKEN_DOWN = "see_taken_down"
    REVIEW = "review"
    DECIDE = "decide"
    KEEP_REGISTER = "keep_register"
    SEE_PAPER = "see_paper"
    RUN_PAPER = "run_paper"
    HAND_PAPER = "hand_paper"
    KEY_PAPER = "key_paper"
    ACCEPT_PAPER = "accept_paper"
    ISSUE_CODES = "issue_codes"
    HELP_VOTERS = "help_voters"
    REVIEW_HELP = "review_help"
    SEE_FRAUD = "see_fraud"
    HANDLE_FRAUD = "handle_fraud"
    VOID = "void"
    KEEP_DESKS = "keep_desks"
    STEER_CYCLE = "steer_cycle"
    APPROVE = "approve"
    COUNT = "count"
    CERTIFY = "certify"
    START_PROJECTS = "start_projects"
    DELIVER = "deliver"
    ANSWER = "answer"
    OVERSEE = "oversee"
    PUBLISH_REPORTS = "publish_reports"
    READ_AUDIT = "read_audit"
    ADMINISTER = "administer"
    AGREE_STAFF = "agree_staff"
    WATCH_OPERATIONS = "watch_operations"


_RESIDENT = "*resident"
_CONFIRMED = "*confirmed"
_STAFF = "*staff"

GRANTS: dict[P, frozenset[str]] = {
    P.RESIDENT: frozenset({_RESIDENT}),
    P.PROPOSE: frozenset({_CONFIRMED}),
    P.COMMENT: frozenset({_CONFIRMED}),
    P.STAFF: frozenset({_STAFF}),
    P.MODERATE: frozenset({Role.MODERATOR, Role.SECRETARY}),
    P.TAKE_DOWN: frozenset({Role.MODERATOR, Role.SECRETARY}),
    P.SEE_TAKEN_DOWN: frozenset({Role.MODERATOR, Role.SECRETARY, Role.AUDITOR}),
    P.REVIEW: frozenset({Role.REVIEWER}),
    P.DECIDE: frozenset({Role.SECRETARY}),
    P.KEEP_REGISTER: frozenset({Role.REGISTRAR}),
    P.SEE_PAPER: frozenset({Role.REGISTRAR, Role.COMMISSIONER, Role.AUDITOR}),
    P.RUN_PAPER: frozenset({Role.REGISTRAR, Role.COMMISSIONER}),
    P.HAND_PAPER: frozenset({Role.REGISTRAR}),
    P.KEY_PAPER: frozenset({Role.REGISTRAR, Role.COMMISSIONER}),
    P.ACCEPT_PAPER: frozenset({Role.COMMISSIONER}),
    P.ISSUE_CODES: frozenset({Role.REGISTRAR, Role.COMMISSIONER}),
    P.HELP_VOTERS: frozenset({Role.REGISTRAR}),
    P.REVIEW_HELP: frozenset({Role.COMMISSIONER, Role.AUDITOR}),
    P.SEE_FRAUD: frozenset({Role.REGISTRAR, Role.COMMISSIONER, Role.AUDITOR}),
    P.HANDLE_FRAUD: frozenset({Role.REGISTRAR, Role.COMMISSIONER}),
    P.VOID: frozenset({Role.COMMISSIONER}),
    P.KEEP_DESKS: frozenset({Role.REGISTRAR, Role.ADMINISTRATOR}),
    P.STEER_CYCLE: frozenset({Role.COMMISSIONER}),
    P.APPROVE: frozenset({Role.COMMISSIONER, Role.REGISTRAR}),
    P.COUNT: frozenset({Role.COMMISSIONER}),
    P.CERTIFY: frozenset({Role.COMMISSIONER}),
    P.START_PROJECTS: frozenset({Role.COMMISSIONER, Role.SECRETARY}),
    P.ANSWER: frozenset({Role.MANAGER}),
    P.DELIVER: frozenset({Role.MANAGER, Role.HEAD}),
    P.OVERSEE: frozenset({Role.HEAD}),
    P.PUBLISH_REPORTS: frozenset({Role.MANAGER, Role.HEAD, Role.ADMINISTRATOR}),
    P.READ_AUDIT: frozenset({Role.AUDITOR}),
    P.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    P.AGREE_STAFF: frozenset({Role.ADMINISTRATOR, Role.COMMISSIONER}),
    P.WATCH_OPERATIONS: frozenset({Role.ADMINISTRATOR, Role.COMMISSIONER, Role.AUDITOR}),
}

SAY_OVER_VOTE = frozenset({Role.REGISTRAR, Role.COMMISSIONER, Role.ADMINISTRATOR})
"""Roles that move phases, keep the register, take part in the count or give such roles: each is
given by two people. Nobody holds the administrator's role and another one of them."""

KEPT_BY_TWO = SAY_OVER_VOTE | {Role.AUDITOR}
"""Whoever holds one of these decides a vote or watches it: one person alone neither blocks them,
lets them in again nor takes a role away from them."""


def is_kept_by_two(roles: Collection[str]) -> bool:
    """Whether acts against somebody with these roles take two people."""
    return bool(KEPT_BY_TWO & set(roles))


def roles_apart(role: str, held: Collection[str]) -> bool:
    """Whether a role may stand beside those held: who gives power over a vote has none in it."""
    together = {role, *held} & SAY_OVER_VOTE
    return Role.ADMINISTRATOR not in together or len(together) == 1


CITY_WIDE = frozenset(
    {
        P.KEEP_REGISTER,
        P.ISSUE_CODES,
        P.REVIEW_HELP,
        P.SEE_FRAUD,
        P.HANDLE_FRAUD,
        P.VOID,
        P.KEEP_DESKS,
        P.STEER_CYCLE,
        P.APPROVE,
        P.COUNT,
        P.CERTIFY,
        P.ACCEPT_PAPER,
        P.START_PROJECTS,
        P.PUBLISH_REPORTS,
        P.READ_AUDIT,
        P.ADMINISTER,
        P.AGREE_STAFF,
        P.WATCH_OPERATIONS,
    }
)
"""What is done for the whole city at once: a role granted for one area is not enough for it."""


def may(actor: Actor, permission: P, *, area_id: int | None = None) -> bool:
    """Whether the actor holds the permission; with `area_id`, for that area.

    A grant without an area covers the whole city. Without `area_id` the question is whether the
    actor holds it anywhere, which opens a page but not a file of another district.
    """
    wanted = GRANTS[permission]
    if _RESIDENT in wanted:
        return actor.person_id is not None
    if _CONFIRMED in wanted:
        return actor.person_id is not None and actor.confirmed
    if _STAFF in wanted:
        return bool(actor.grants)
    return any(
        role in wanted and _reaches(scope, permission, area_id) for role, scope in actor.grants
    )


def _reaches(scope: int | None, permission: P, area_id: int | None) -> bool:
    if permission in CITY_WIDE:
        return scope is None
    return area_id is None or scope is None or scope == area_id


def demand(actor: Actor, permission: P, *, area_id: int | None = None) -> None:
    """Raise `Forbidden` unless `may(...)`. Services call this, since jobs and commands use them."""
    if ("system", None) in actor.grants:
        return
    if not may(actor, permission, area_id=area_id):
        raise Forbidden(permission)


def areas_of(actor: Actor, permission: P) -> frozenset[int] | None:
    """Area ids in which the permission is held; None means the whole city."""
    scopes = {scope for role, scope in actor.grants if role in GRANTS[permission]}
    if None in scopes:
        return None
    return frozenset(scope for scope in scopes if scope is not None)


def writes(actor: Actor, written_by: Collection[int]) -> bool:
    """Whether the person is among those who write a thing together."""
    return actor.person_id is not None and actor.person_id in written_by


def acts_for(actor: Actor, written_by: Collection[int], *, represented: bool) -> bool:
    """Whether the person may act for the authors of a proposal: as one of them, or as the registrar
    where none of them can act any more."""
    return writes(actor, written_by) or (represented and may(actor, P.KEEP_REGISTER))


def owns(actor: Actor, owner_id: int | None) -> bool:
    """Whether the thing belongs to this very person."""
    return actor.person_id is not None and actor.person_id == owner_id
