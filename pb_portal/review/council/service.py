"""Opening a sitting, deciding file by file, and signing: only then does anything apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing
from pb_portal.domain.council import check_quorum, check_votes
from pb_portal.domain.permissions import P, areas_of, owns
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.review import service as review
from pb_portal.review.council import protocol, queries
from pb_portal.review.council.members import demand_council
from pb_portal.review.council.models import AgendaItem, CouncilSitting


@dataclass(frozen=True)
class Called:
    """A sitting as the secretary calls it: who sat, where, when."""

    number: str
    held_on: date
    place: str
    chair_id: int
    present: Sequence[int]


@dataclass(frozen=True)
class Verdict:
    """What the council decided on one file; `outcome` is admit, reject or postpone."""

    outcome: str
    votes_for: int = 0
    votes_against: int = 0
    votes_abstained: int = 0
    conflicted: Sequence[int] = ()
    grounds: Sequence[str] = ()
    sentence: str = ""


def open_sitting(
    session: Session,
    by: Signature,
    called: Called,
    *,
    cycle_id: int,
    area_id: int | None,
    proposal_ids: Sequence[int],
) -> CouncilSitting:
    """Open a sitting with these files on its agenda; each must be ready and on no other one."""
    demand_council(by, area_id)
    sitting = CouncilSitting(
        cycle_id=cycle_id,
        area_id=area_id,
        opened_by=by.actor.person_id,
        opened_at=by.at,
        **_seats(session, called),
    )
    _check_number(session, cycle_id, called.number)
    session.add(sitting)
    session.flush()
    audit.record(session, by, "council.opened", ("sitting", sitting.id), cycle_id=cycle_id)
    put_on_agenda(session, by, sitting, proposal_ids)
    return sitting


def change_sitting(
    session: Session, by: Signature, sitting_id: int, called: Called, *, version: int
) -> CouncilSitting:
    """Correct who sat, where or when, while the sitting is open."""
    sitting = _open(session, by, sitting_id, version)
    if called.number != sitting.number:
        _check_number(session, sitting.cycle_id, called.number)
    for name, value in _seats(session, called).items():
        setattr(sitting, name, value)
    audit.record(session, by, "council.changed", ("sitting", sitting.id), cycle_id=sitting.cycle_id)
    session.flush()
    return sitting


def put_on_agenda(
    session: Session, by: Signature, sitting: CouncilSitting, proposal_ids: Sequence[int]
) -> None:
    """Add files to an open sitting's agenda."""
    ready = {
        proposal.id: proposal
        for proposal in queries.ready_for(
            session, sitting.cycle_id, areas_of(by.actor, P.DECIDE), sitting.area_id
        )
    }
    start = max((item.sort for item in sitting.items), default=0)
    for place, proposal_id in enumerate(dict.fromkeys(proposal_ids), start=start + 1):
        if proposal_id not in ready:
            raise Refusal("council.not_ready", field="files")
        if owns(by.actor, ready[proposal_id].author_id):
            raise Refusal("review.own", field="files")
        sitting.items.append(AgendaItem(proposal=ready[proposal_id], sort=place))
    session.flush()


def take_off_agenda(session: Session, by: Signature, sitting_id: int, item_id: int) -> None:
    """Take a file off an open sitting's agenda; it waits for the next one."""
    sitting = _open(session, by, sitting_id, None)
    sitting.items.remove(_item(sitting, item_id))
    session.flush()


def decide(
    session: Session,
    by: Signature,
    sitting_id: int,
    item_id: int,
    verdict: Verdict,
    *,
    seen_version: int,
) -> AgendaItem:
    """Write down what the council decided on one file. It applies when the sitting is signed."""
    sitting = _open(session, by, sitting_id, None)
    item = _item(sitting, item_id)
    if item.proposal.version != seen_version:
        raise Conflict("review.changed")
    _check_verdict(session, sitting, verdict)
    item.outcome = verdict.outcome
    item.votes_for = verdict.votes_for
    item.votes_against = verdict.votes_against
    item.votes_abstained = verdict.votes_abstained
    item.conflicted = sorted(set(verdict.conflicted))
    item.grounds = list(verdict.grounds) if verdict.outcome == "reject" else []
    item.sentence = verdict.sentence
    item.seen_version = seen_version
    session.flush()
    return item


def _check_verdict(session: Session, sitting: CouncilSitting, verdict: Verdict) -> None:
    if verdict.outcome == "postpone":
        if not verdict.sentence:
            raise Refusal("council.no_postpone_reason", field="sentence")
        return
    check_votes(
        [member.id for member in sitting.present],
        verdict.conflicted,
        verdict.votes_for,
        verdict.votes_against,
        verdict.votes_abstained,
    )
    if verdict.outcome == "reject":
        known = {ground.code for ground in cycles.grounds(session)}
        if not verdict.grounds or not set(verdict.grounds) <= known:
            raise Refusal("council.no_ground", field="grounds")
        if not verdict.sentence:
            raise Refusal("council.no_sentence", field="sentence")


def sign(
    session: Session, by: Signature, sitting_id: int, *, version: int, today: date
) -> CouncilSitting:
    """Sign the protocol: every decision applies at once, or none does.

    Refuses a sitting in the future, without a quorum, with an undecided file or with votes that
    no longer add up; a file that changed after the council looked at it is a conflict.
    """
    sitting = _open(session, by, sitting_id, version)
    _check_ready(session, sitting, today)
    for item in sitting.items:
        if item.outcome != "postpone":
            _apply(session, by, sitting, item, today)
    sitting.signed_by = by.actor.person_id
    sitting.signed_at = by.at
    sitting.protocol = protocol.content(session, sitting)
    sitting.protocol_digest = protocol.digest(sitting.protocol)
    sitting.state = "signed"
    session.flush()
    audit.record(
        session,
        by,
        "council.signed",
        ("sitting", sitting.id),
        cycle_id=sitting.cycle_id,
        protocol=sitting.protocol_digest,
        files=len(sitting.items),
    )
    return sitting


def _check_ready(session: Session, sitting: CouncilSitting, today: date) -> None:
    if sitting.held_on > today:
        raise Refusal("council.future")
    if not sitting.items:
        raise Refusal("council.empty")
    undecided = [item.proposal.number for item in sitting.items if item.outcome is None]
    if undecided:
        raise Refusal("council.undecided", numbers=", ".join(map(str, undecided)))
    check_quorum(len(sitting.present), len(queries.members(session, sitting.held_on)))
    present = [member.id for member in sitting.present]
    for item in sitting.items:
        if item.outcome == "postpone":
            continue
        try:
            check_votes(
                present, item.conflicted, item.votes_for, item.votes_against, item.votes_abstained
            )
        except Refusal as refusal:
            raise Refusal("council.votes_of_file", number=item.proposal.number) from refusal


def _apply(
    session: Session, by: Signature, sitting: CouncilSitting, item: AgendaItem, today: date
) -> None:
    decided = review.Sitting(
        on=sitting.held_on,
        protocol_number=sitting.number,
        votes_for=item.votes_for,
        votes_against=item.votes_against,
        outcome=str(item.outcome),
        grounds=item.grounds,
        sentence=item.sentence,
        sitting_id=sitting.id,
    )
    try:
        decision = review.decide(
            session,
            by,
            item.proposal_id,
            decided,
            version=item.seen_version or 0,
            today=today,
        )
    except Conflict as conflict:
        raise Conflict("council.file_changed", number=item.proposal.number) from conflict
    except Refusal as refusal:
        raise Refusal("council.file_refused", number=item.proposal.number, why=refusal) from refusal
    item.decision_id = decision.id


def _seats(session: Session, called: Called) -> dict[str, object]:
    """The sitting's columns for what the secretary called, checked."""
    seated = {member.id: member for member in queries.members(session, called.held_on)}
    if not called.present:
        raise Refusal("council.nobody_present", field="present")
    if not set(called.present) <= set(seated):
        raise Refusal("council.not_member", field="present")
    if called.chair_id not in set(called.present):
        raise Refusal("council.chair_absent", field="chair_id")
    return {
        "number": called.number,
        "held_on": called.held_on,
        "place": called.place,
        "chair_id": called.chair_id,
        "present": [seated[one] for one in dict.fromkeys(called.present)],
    }


def _check_number(session: Session, cycle_id: int, number: str) -> None:
    taken = select(CouncilSitting.id).where(
        CouncilSitting.cycle_id == cycle_id, CouncilSitting.number == number
    )
    if session.scalar(taken) is not None:
        raise Refusal("council.number_taken", field="number")


def _open(session: Session, by: Signature, sitting_id: int, version: int | None) -> CouncilSitting:
    sitting = queries.get_sitting(session, sitting_id, lock=True)
    demand_council(by, sitting.area_id)
    if sitting.state != "open":
        raise Refusal("council.signed_already")
    if version is not None and sitting.version != version:
        raise Conflict("conflict")
    return sitting


def _item(sitting: CouncilSitting, item_id: int) -> AgendaItem:
    for item in sitting.items:
        if item.id == item_id:
            return item
    raise Missing("agenda_item")
