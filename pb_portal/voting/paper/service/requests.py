"""What a second person decides: each kind of request has one act that follows it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from pb_portal.accounts import four_eyes
from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import N_
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, database_now
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.voting.paper import queries
from pb_portal.voting.paper.models import Batch
from pb_portal.voting.paper.queries.figures import DIFFERENCE, SET_ASIDE, TAKE_BACK
from pb_portal.voting.paper.service.accepting import ACCEPT, accept
from pb_portal.voting.paper.service.desk import take_back
from pb_portal.voting.paper.service.printing import log, move
from pb_portal.voting.paper.service.returning import MISSING, subject_of
from pb_portal.voting.service.poll import Poll


@dataclass(frozen=True)
class Keys:
    """What an act needs from the settings: the poll with the box's key, and the register's key."""

    poll: Poll
    register: str


def propose_set_aside(
    session: Session, by: Signature, batch: Batch, *, reason: str
) -> ApprovalRequest:
    """Ask to leave a batch that was given out uncounted; the public reads the reason."""
    demand(by.actor, P.RUN_PAPER, area_id=batch.point.area_id)
    if not batch.is_underway:
        raise Conflict("polling.batch_moved", state=batch.state)
    if not reason:
        raise Refusal("polling.reason_missing", field="reason")
    return approvals.propose(
        session,
        by,
        SET_ASIDE,
        subject_of(batch),
        payload={"batch": batch.id, "version": batch.version},
        reason=reason,
        cycle_id=batch.cycle_id,
    )


def propose_difference(
    session: Session, by: Signature, cycle: Cycle, *, reason: str
) -> ApprovalRequest:
    """Ask to agree why fewer papers were found than handed out; the public reads the reason."""
    demand(by.actor, P.RUN_PAPER)
    found = queries.sums(session, cycle.id, database_now(session))
    if queries.underway(session, cycle.id) or found.gone <= 0:
        raise Conflict("polling.no_gap")
    if not reason:
        raise Refusal("polling.reason_missing", field="reason")
    return approvals.propose(
        session,
        by,
        DIFFERENCE,
        f"paper:{cycle.id}",
        payload={"handed": found.handed, "cast": found.cast},
        reason=reason,
        cycle_id=cycle.id,
    )


def get_request(session: Session, request_id: int) -> ApprovalRequest:
    """A request about paper; raises `Missing`."""
    request = approvals.get_request(session, request_id)
    if request.kind not in KINDS:
        raise Missing("approval")
    return request


def lock_request(session: Session, request_id: int) -> ApprovalRequest:
    """A request about paper, under a row lock: of two who decide at once the second is told."""
    session.get(ApprovalRequest, request_id, with_for_update=True, populate_existing=True)
    return get_request(session, request_id)


def decide(
    session: Session,
    by: Signature,
    request: ApprovalRequest,
    keys: Keys,
    *,
    approve: bool,
    reason: str = "",
) -> None:
    """The second person's word. Declining needs a reason and changes nothing else; a request to
    take a paper back forgets whom it was about."""
    four_eyes.decide(session, by, request, approve=approve, reason=reason, context=keys)
    if request.kind == TAKE_BACK:
        request.payload = {"point": request.payload["point"]}
    session.flush()


def _accept(session: Session, by: Signature, request: ApprovalRequest, keys: Keys) -> None:
    batch = queries.lock_batch(session, request.payload["batch"])
    accept(session, by, request, batch, keys.poll)


def _set_aside(session: Session, by: Signature, request: ApprovalRequest, keys: Keys) -> None:
    batch = queries.lock_batch(
        session, request.payload["batch"], version=request.payload["version"]
    )
    move(batch, "set_aside")
    session.flush()
    log(session, by, batch, "polling.batch_set_aside")


def _missing(session: Session, by: Signature, request: ApprovalRequest, keys: Keys) -> None:
    batch = queries.lock_batch(session, request.payload["batch"])
    batch.missing_agreed_by = by.actor.person_id


def _take_back(session: Session, by: Signature, request: ApprovalRequest, keys: Keys) -> None:
    point = queries.get_point(session, request.payload["point"])
    take_back(session, by, request, point, key=keys.register)


def _difference(session: Session, by: Signature, request: ApprovalRequest, keys: Keys) -> None:
    found = queries.sums(session, keys.poll.cycle_id, database_now(session))
    if request.payload != {"handed": found.handed, "cast": found.cast}:
        raise Conflict("polling.gap_changed")


_REASON = "polling.reason_missing"
registry.register(
    ACCEPT,
    label=N_("Put a batch into the box"),
    may_propose=P.KEY_PAPER,
    may_approve=P.ACCEPT_PAPER,
    apply=_accept,
    decline_reason=_REASON,
)
registry.register(
    SET_ASIDE,
    label=N_("Set a batch aside, uncounted"),
    may_propose=P.RUN_PAPER,
    may_approve=P.ACCEPT_PAPER,
    apply=_set_aside,
    decline_reason=_REASON,
)
registry.register(
    MISSING,
    label=N_("Why ballots of a batch are missing"),
    may_propose=P.KEY_PAPER,
    may_approve=P.RUN_PAPER,
    apply=_missing,
    decline_reason=_REASON,
)
registry.register(
    TAKE_BACK,
    label=N_("Take back a paper that was not used"),
    may_propose=P.HAND_PAPER,
    may_approve=P.RUN_PAPER,
    apply=_take_back,
    decline_reason=_REASON,
)
registry.register(
    DIFFERENCE,
    label=N_("Why papers handed out were not found"),
    may_propose=P.RUN_PAPER,
    may_approve=P.ACCEPT_PAPER,
    apply=_difference,
    decline_reason=_REASON,
)
KINDS = (ACCEPT, SET_ASIDE, MISSING, TAKE_BACK, DIFFERENCE)
"""The kinds of requests about paper."""
