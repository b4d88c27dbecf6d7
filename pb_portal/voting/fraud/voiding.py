"""Declaring ballots void, and giving a person the vote again: each an act of two people.

Nothing is deleted. A void is a row beside the ballot and a leaf of its own in the ledger; the
count leaves the ballot out. It is possible until the result is certified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from pb_portal.accounts import four_eyes
from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.cycles import service as cycles
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import Missing
from pb_portal.domain import identity, ledger
from pb_portal.domain.fraud_case import REASONS
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.seals.service import add_rows
from pb_portal.voting import queries
from pb_portal.voting.fraud import traces
from pb_portal.voting.fraud.cases import change_state
from pb_portal.voting.fraud.looking import Keys, settings_row
from pb_portal.voting.models import FraudCase, FraudMember, RestoredVote, VoidedBallot


def propose_void(
    session: Session,
    by: Signature,
    case: FraudCase,
    *,
    names: Sequence[str] | None,
    reason: str,
    sentence: str,
) -> ApprovalRequest:
    """Ask that the votes of a case be void: all of them, or those of these members.

    `reason` is one of the published list, `sentence` is read by the public and by the voters.
    """
    demand(by.actor, P.HANDLE_FRAUD)
    _demand_open(session, case.cycle_id)
    if reason not in REASONS:
        raise Refusal("fraud.reason_unknown", field="reason")
    if not sentence.strip():
        raise Refusal("fraud.sentence_missing", field="sentence")
    members = set(session.scalars(_members(case)))
    chosen = members if names is None else members & set(names)
    if not chosen:
        raise Refusal("fraud.nobody_chosen", field="which")
    change_state(session, by, case, "propose", sentence)
    payload = {"case_id": case.id, "reason": reason, "names": sorted(chosen)}
    return approvals.propose(
        session,
        by,
        VOID,
        f"fraud_case:{case.id}",
        payload=payload,
        reason=sentence,
        cycle_id=case.cycle_id,
    )


def decide_void(
    session: Session,
    by: Signature,
    keys: Keys,
    request: ApprovalRequest,
    *,
    approve: bool,
    reason: str = "",
) -> FraudCase:
    """The second person's word. Approving waits for ballots on their way and for a count, and is
    refused once the result is certified."""
    demand(by.actor, P.VOID)
    case = _case_of(session, request, VOID)
    context = (keys, reason)
    four_eyes.decide(session, by, request, approve=approve, reason=reason, context=context)
    return case


def _check_void(session: Session, _by: Signature, request: ApprovalRequest, _context: Any) -> None:
    case = _case_of(session, request, VOID)
    _hold_box(session, case.cycle_id)
    _demand_open(session, case.cycle_id)


def _decline_void(session: Session, by: Signature, request: ApprovalRequest, context: Any) -> None:
    _keys, reason = context
    change_state(session, by, _case_of(session, request, VOID), "decline", reason)


def _apply_void(session: Session, by: Signature, request: ApprovalRequest, context: Any) -> None:
    keys, reason = context
    case = _case_of(session, request, VOID)
    change_state(session, by, case, "void", reason)
    session.flush()
    _void(session, by, keys, case, request)


def _void(
    session: Session, by: Signature, keys: Keys, case: FraudCase, request: ApprovalRequest
) -> None:
    assert by.actor.person_id is not None
    names = [keys.poll.name(voter) for voter in voters_of(session, keys, case, request)]
    reason, rows = request.payload["reason"], []
    for name, through in sorted(queries.last_revisions(session, case.cycle_id, names).items()):
        former = queries.find_void(session, case.cycle_id, name)
        if former is not None and former.through == through:
            continue
        record = ledger.void_record(case.cycle_id, name, through, reason)
        once = ledger.nonce(keys.poll.box, name, f"void {through}")
        rows.append(
            {
                "cycle_id": case.cycle_id,
                "ballot_key": name,
                "through": through,
                "case_id": case.id,
                "reason": reason,
                "sentence": request.reason,
                "proposed_by": request.proposed_by,
                "approved_by": by.actor.person_id,
                "nonce": once,
                "leaf": ledger.leaf(record, once),
            }
        )
    if not rows:
        raise Refusal("fraud.void_already")
    add_rows(session, insert(VoidedBallot), rows)


def voters_of(session: Session, keys: Keys, case: FraudCase, request: ApprovalRequest) -> list[str]:
    """The voter keys of the members a request names; they stay inside the service."""
    wanted = set(request.payload["names"])
    rows = session.execute(
        select(FraudMember.name, FraudMember.sealed).where(FraudMember.case_id == case.id)
    )
    found = (traces.unseal(keys.traces, sealed) for name, sealed in rows if name in wanted)
    return [voter for voter in found if voter]


def propose_restore(
    session: Session, by: Signature, keys: Keys, cycle: Cycle, iin: str, sentence: str
) -> ApprovalRequest:
    """Ask that a person who has come in person, and whose ballot is void, may vote again."""
    demand(by.actor, P.HANDLE_FRAUD)
    _demand_open(session, cycle.id)
    if not sentence.strip():
        raise Refusal("fraud.reason_missing", field="sentence")
    name = keys.poll.name(identity.voter_key(keys.register, cycle.id, iin))
    void = queries.find_void(session, cycle.id, name)
    if void is None or queries.is_restored(session, void):
        raise Refusal("fraud.nothing_void", field="iin")
    payload = {"case_id": void.case_id, "ballot": name, "through": void.through}
    return approvals.propose(
        session, by, RESTORE, f"void:{void.leaf[:24]}", payload=payload, reason=sentence,
        cycle_id=cycle.id,
    )  # fmt: skip


def decide_restore(
    session: Session, by: Signature, request: ApprovalRequest, *, approve: bool, reason: str = ""
) -> None:
    """The second person's word on giving the vote again."""
    demand(by.actor, P.VOID)
    _case_of(session, request, RESTORE)
    four_eyes.decide(session, by, request, approve=approve, reason=reason)


def _restore(session: Session, by: Signature, request: ApprovalRequest, _context: Any) -> None:
    case = _case_of(session, request, RESTORE)
    assert by.actor.person_id is not None
    _demand_open(session, case.cycle_id)
    session.add(
        RestoredVote(
            cycle_id=case.cycle_id,
            ballot_key=request.payload["ballot"],
            through=request.payload["through"],
            proposed_by=request.proposed_by,
            approved_by=by.actor.person_id,
        )
    )
    session.flush()


def close(session: Session, by: Signature, cycle: Cycle) -> None:
    """The result is certified: what is void, and what is not, stays so. Called by the count."""
    settings_row(session, cycle.id).closed_at = by.at
    audit.record(session, by, "fraud.closed", ("cycle", cycle.id), cycle_id=cycle.id)


def _case_of(session: Session, request: ApprovalRequest, kind: str) -> FraudCase:
    case = session.get(FraudCase, request.payload.get("case_id", 0), with_for_update=True)
    if request.kind != kind or case is None:
        raise Missing("approval")
    return case


def _hold_box(session: Session, cycle_id: int) -> None:
    """Wait for a count and for every ballot on its way, in the order in which the count does.

    Ballots share the phase's lock, so this one takes it alone: a ballot either lies in the box
    when the void is written, or finds the void there.
    """
    cycles.hold_cycle(session, cycle_id)
    voting = (Phase.cycle_id == cycle_id, Phase.kind == PhaseKind.VOTING)
    session.execute(select(Phase.id).where(*voting).with_for_update())


def _demand_open(session: Session, cycle_id: int) -> None:
    if settings_row(session, cycle_id).closed_at is not None:
        raise Conflict("fraud.certified")


def _members(case: FraudCase) -> Select[str]:
    return select(FraudMember.name).where(FraudMember.case_id == case.id)


VOID = registry.register(
    "fraud.void",
    label=N_("Declare votes void"),
    may_propose=P.HANDLE_FRAUD,
    may_approve=P.VOID,
    check=_check_void,
    apply=_apply_void,
    decline=_decline_void,
)
RESTORE = registry.register(
    "fraud.restore",
    label=N_("Give a vote again"),
    may_propose=P.HANDLE_FRAUD,
    may_approve=P.VOID,
    apply=_restore,
)
