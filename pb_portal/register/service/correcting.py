"""Corrections of a frozen register: one person asks, another types the person's data again.

Neither the IIN nor anything else typed is kept: the request holds keyed hashes, and when it is
closed these go as well. The database lets the row change only as the approved request says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from pb_portal.accounts import four_eyes
from pb_portal.approvals import registry
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain import identity, roll
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.register import queries
from pb_portal.register.models import RegisterCorrection, RegisterEntry, RegisterState
from pb_portal.register.service.intake import AgeRule, coded, values_of
from pb_portal.register.service.roll import RollKeys, mark_removed, sign_correction


@dataclass(frozen=True)
class Data:
    """A person as the register should have them. None: as it is now."""

    iin: str
    born: date
    phone: str | None = None
    """As `normal_phone` writes it; empty for no phone."""
    area_id: int | None = None
    permanent: bool | None = None


@dataclass(frozen=True)
class Asked:
    """What is asked for, and on which document."""

    kind: str
    """add, change or remove."""
    document: str
    reason: str


def propose_correction(
    session: Session,
    by: Signature,
    cycle: Cycle,
    asked: Asked,
    data: Data,
    *,
    key: str,
    zone: tzinfo,
) -> RegisterCorrection:
    """Ask a second person for one change of a frozen register.

    Refuses before the freeze (`register.not_frozen`: load the file again instead), a person who is
    there already or is not, a change that changes nothing, a second open one for the same person.
    """
    demand(by.actor, P.KEEP_REGISTER)
    if not asked.reason:
        raise Refusal("register.reason_missing", field="reason")
    if not queries.is_frozen(session, cycle.id):
        raise Refusal("register.not_frozen")
    voter_key = identity.voter_key(key, cycle.id, data.iin)
    entry = queries.find_entry(session, cycle.id, voter_key)
    if asked.kind == "add" and entry is not None:
        raise Refusal("register.person_known", field="iin")
    if asked.kind != "add" and entry is None:
        raise Refusal("register.person_unknown", field="iin")
    if queries.find_open_correction(session, cycle.id, voter_key) is not None:
        raise Refusal("register.correction_open", field="iin")
    made = _made(cycle, asked, data, entry, voter_key, key, zone)
    session.add(made)
    session.flush()
    request = approvals.propose(
        session,
        by,
        CORRECTION,
        f"correction:{made.id}",
        payload={"kind": made.kind, "fields": made.fields, "document": made.document},
        reason=asked.reason,
        cycle_id=cycle.id,
    )
    made.approval_id = request.id
    session.flush()
    return made


def _made(
    cycle: Cycle,
    asked: Asked,
    data: Data,
    entry: RegisterEntry | None,
    voter_key: str,
    key: str,
    zone: tzinfo,
) -> RegisterCorrection:
    phone = entry.phone_key if entry and data.phone is None else ""
    if data.phone:
        phone = identity.phone_key(key, cycle.id, data.phone)
    made = RegisterCorrection(
        cycle_id=cycle.id,
        kind=asked.kind,
        document=asked.document,
        voter_key=voter_key,
        proof=identity.birth_proof(key, cycle.id, data.iin, data.born),
        phone_key=phone,
        area_id=data.area_id or (entry.area_id if entry else None),
        permanent=data.permanent if data.permanent is not None else bool(entry and entry.permanent),
        old_enough=AgeRule.of(cycle, zone).old_enough(data.born),
    )
    if asked.kind == "add":
        _demand_whole(data)
    else:
        assert entry is not None
        made.fields = _differences(asked.kind, entry, made)
    return made


def _demand_whole(data: Data) -> None:
    """A new person needs everything but the phone."""
    if data.area_id is None:
        raise Refusal("register.area_missing", field="area")
    if data.permanent is None:
        raise Refusal("register.permanent_missing", field="permanent")


def _differences(kind: str, entry: RegisterEntry, made: RegisterCorrection) -> list[str]:
    found = {
        "birth_date": entry.proof != made.proof,
        "phone": entry.phone_key != made.phone_key,
        "area": entry.area_id != made.area_id,
        "permanent": entry.permanent != made.permanent,
    }
    fields = [name for name, differs in found.items() if differs]
    if kind == "remove":
        if found["birth_date"]:
            raise Refusal("register.person_unknown", field="iin")
        return []
    if not fields:
        raise Refusal("register.nothing_changed")
    return fields


def decide_correction(
    session: Session,
    by: Signature,
    request: ApprovalRequest,
    keys: RollKeys,
    *,
    approve: bool,
    reason: str = "",
    again: Data | None = None,
) -> RegisterCorrection:
    """The second person's word. To agree, they type the IIN and the birth date from the document
    once more; refuses (`register.not_the_same`) when these are not the person asked about. The
    roll's new digest is signed."""
    demand(by.actor, P.APPROVE)
    correction = get_correction(session, request)
    typed = (again, keys)
    four_eyes.decide(session, by, request, approve=approve, reason=reason, context=typed)
    return correction


def _check(session: Session, by: Signature, request: ApprovalRequest, typed: Any) -> None:
    again, keys = typed
    if by.actor.person_id == request.proposed_by:
        raise Refusal("approval.same_person")
    if again is None or not _same(get_correction(session, request), again, keys.register):
        raise Refusal("register.not_the_same", field="iin")


def _correct(session: Session, by: Signature, request: ApprovalRequest, typed: Any) -> None:
    again, keys = typed
    correction = get_correction(session, request)
    year = identity.masked_year(keys.register, correction.voter_key, again.born.year)
    state = session.get_one(RegisterState, correction.cycle_id, with_for_update=True)
    state.entries += _apply(session, correction, year, keys, by.at)
    audit.record(
        session,
        by,
        "register.corrected",
        ("approval", request.id),
        cycle_id=correction.cycle_id,
        kind=correction.kind,
        fields=",".join(correction.fields),
        document=correction.document,
    )
    _close(session, correction, "applied")


def _decline(session: Session, _by: Signature, request: ApprovalRequest, _typed: Any) -> None:
    _close(session, get_correction(session, request), "declined")


def _same(correction: RegisterCorrection, again: Data, key: str) -> bool:
    cycle_id = correction.cycle_id
    proof = identity.birth_proof(key, cycle_id, again.iin, again.born)
    voter = identity.voter_key(key, cycle_id, again.iin)
    return identity.same(voter, correction.voter_key) & identity.same(proof, correction.proof)


def _apply(
    session: Session, correction: RegisterCorrection, year: int, keys: RollKeys, at: datetime
) -> int:
    """Change the row and sign the roll anew; returns by how much the register grows."""
    cycle_id, voter_key = correction.cycle_id, correction.voter_key
    stored = queries.find_entry(session, cycle_id, voter_key)
    former = [queries.row_values(stored)] if stored else []
    row = {
        "cycle_id": cycle_id,
        "voter_key": voter_key,
        "proof": correction.proof,
        "phone_key": correction.phone_key,
        "area_id": correction.area_id,
        "permanent": correction.permanent,
        "old_enough": correction.old_enough,
        "masked_year": year,
    }
    coded(roll.cycle_key(keys.register, cycle_id), row)
    fresh = [] if correction.kind == "remove" else [values_of(row)]
    here = (RegisterEntry.cycle_id == cycle_id) & (RegisterEntry.voter_key == voter_key)
    if correction.kind == "add":
        session.execute(insert(RegisterEntry).values(**row))
    elif correction.kind == "change":
        session.execute(update(RegisterEntry).where(here).values(**row))
    else:
        session.execute(delete(RegisterEntry).where(here))
        mark_removed(session, cycle_id, keys, voter_key)
    cycle = session.get_one(Cycle, cycle_id)
    sign_correction(session, cycle, keys, correction.kind, (former, fresh), at)
    return len(fresh) - len(former)


def _close(session: Session, correction: RegisterCorrection, state: str) -> None:
    """End it and forget whom it was about."""
    correction.state = state
    correction.voter_key = correction.proof = correction.phone_key = ""
    session.flush()


def get_correction(session: Session, request: ApprovalRequest) -> RegisterCorrection:
    """The correction of a request; raises `Missing`."""
    found = queries.find_correction(session, request.id)
    if request.kind != CORRECTION or found is None:
        raise Missing("approval")
    return found


CORRECTION = registry.register(
    "register.correction",
    label=N_("Correct the frozen register"),
    may_propose=P.KEEP_REGISTER,
    may_approve=P.APPROVE,
    check=_check,
    apply=_correct,
    decline=_decline,
)
