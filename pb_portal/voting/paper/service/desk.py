"""The desk of a polling point: one paper for one person, who then cannot vote on the portal.

Nothing is kept of the moment, of the number of the paper, or of the order in which people came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import service as cycles
from pb_portal.cycles.models import Phase
from pb_portal.db import database_now
from pb_portal.domain import polling, roll
from pb_portal.domain.phases import PhaseKind, is_open
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.register import queries as register
from pb_portal.register.identity.base import Desk, admitted, find_person
from pb_portal.register.models import RegisterEntry
from pb_portal.voting import queries as voting
from pb_portal.voting.paper.models import HandedOut, PollingPoint
from pb_portal.voting.paper.queries.figures import TAKE_BACK, figures_intact
from pb_portal.voting.paper.service.points import demand_charge
from pb_portal.voting.service import statements
from pb_portal.voting.service.poll import insert


@dataclass(frozen=True)
class Document:
    """What stands in the identity document a person shows."""

    iin: str
    born: date


@dataclass(frozen=True)
class Handed:
    """The answer of the desk. `refusal` is why no paper is handed out; `token` names the person
    for a request to take the paper back, and is readable by the portal alone."""

    refusal: Refusal | None = None
    token: str = ""


def find_resident(
    session: Session, point: PollingPoint, key: str, document: Document
) -> RegisterEntry:
    """The resident of the document; refuses people the register does not know
    (`polling.unknown`) and those of another district."""
    desk = Desk(point.cycle_id, key, "", "")
    entry = find_person(session, desk, document.iin, document.born)
    if entry is None:
        raise Refusal("polling.unknown")
    if entry.area_id != point.area_id:
        raise Refusal("polling.other_district", area_id=entry.area_id)
    return entry


def hand_out(
    session: Session,
    by: Signature,
    point: PollingPoint,
    document: Document,
    rules: RuleBook,
    *,
    key: str,
    zone: tzinfo,
) -> Handed:
    """Mark the person as voting on paper, at once: the portal takes no ballot of theirs from now
    on. Whoever has voted there, or has a paper already, is stopped.

    The phase is read under a lock and the database's clock decides, as for a ballot.
    """
    demand_charge(by, point)
    phase = cycles.lock_phase(session, point.cycle_id, PhaseKind.VOTING)
    now = database_now(session)
    try:
        _check_open(session, point, phase, now)
        entry = find_resident(session, point, key, document)
        _check_rules(entry, rules)
    except Refusal as refusal:
        return Handed(refusal)
    return _mark(session, point, entry.voter_key, now.astimezone(zone).date(), key)


def _mark(session: Session, point: PollingPoint, voter_key: str, today: date, key: str) -> Handed:
    """Count one paper more and mark the person, or neither. The database takes no participation
    on paper without a counter of that day."""
    here, token = session.connection(), polling.seal(key, voter_key)
    roll_key = roll.cycle_key(key, point.cycle_id)
    with session.begin_nested() as both:
        count_papers(session, roll_key, point.id, today, handed=1)
        if statements.take_part(here, roll_key, point.cycle_id, voter_key, "paper", today):
            return Handed(token=token)
        both.rollback()
    channel = statements.lock_participation(here, point.cycle_id, voter_key)
    code = "polling.voted_on_portal" if channel == "portal" else "polling.has_paper"
    return Handed(Refusal(code), token if channel == "paper" else "")


def _check_open(session: Session, point: PollingPoint, phase: Phase | None, now: object) -> None:
    ready = register.is_frozen(session, point.cycle_id)
    ready = ready and cycles.rules_frozen(session, point.cycle_id)
    if phase is None or not is_open(phase, now) or not ready:  # type: ignore[arg-type]
        raise Refusal("polling.not_open")
    if point.closed_at is not None:
        raise Refusal("polling.point_closed")


def _check_rules(entry: RegisterEntry, rules: RuleBook) -> None:
    try:
        admitted(entry, rules, "paper")
    except Refusal as refusal:
        # The same reason, told to the registrar and not to the voter.
        code = refusal.code.replace("identity.", "polling.")
        raise Refusal(code, **refusal.params) from refusal


def count_papers(
    session: Session, roll_key: str, point_id: int, on: date, *, handed: int = 0, back: int = 0
) -> None:
    """So many papers more handed out and taken back on a day; counters tell neither whom nor
    when. Refuses (`polling.other_point`) more taken back than were handed out here, and
    (`polling.counter_altered`) to count on from figures that somebody else wrote."""
    row = session.get(HandedOut, (point_id, on), with_for_update=True, populate_existing=True)
    if row is None:
        zero = roll.handed_mac(roll_key, point_id, on, 0, 0)
        session.execute(
            insert(session, HandedOut)
            .values(point_id=point_id, on=on, handed=0, taken_back=0, mac=zero)
            .on_conflict_do_nothing(index_elements=["point_id", "on"])
        )
        row = session.get_one(
            HandedOut, (point_id, on), with_for_update=True, populate_existing=True
        )
    if not figures_intact(roll_key, row):
        raise Conflict("polling.counter_altered")
    if row.taken_back + back > row.handed + handed:
        raise Conflict("polling.other_point")
    row.handed, row.taken_back = row.handed + handed, row.taken_back + back
    row.mac = roll.handed_mac(roll_key, point_id, on, row.handed, row.taken_back)
    session.flush()


def propose_take_back(
    session: Session, by: Signature, point: PollingPoint, token: str, *, key: str, reason: str
) -> ApprovalRequest:
    """Ask a second person to agree that this person left without the paper, or that it was handed
    out by mistake, and the paper lies unused on the desk. The request names nobody."""
    demand_charge(by, point)
    if not reason:
        raise Refusal("polling.reason_missing", field="reason")
    voter_key = polling.unseal(key, token)
    done = voting.find_participation(session, point.cycle_id, voter_key)
    if done is None or done.channel != "paper":
        raise Conflict("polling.nothing_to_take_back")
    return approvals.propose(
        session,
        by,
        TAKE_BACK,
        f"paper:{polling.tag(key, voter_key)}",
        payload={"point": point.id, "token": token},
        reason=reason,
        cycle_id=point.cycle_id,
    )


def take_back(
    session: Session, by: Signature, request: ApprovalRequest, point: PollingPoint, *, key: str
) -> None:
    """Undo the participation, while the vote is open. Excludes every ballot on its way, so that
    the person's own vote on the portal either comes before and is refused, or after and counts."""
    phase = session.scalars(
        select(Phase)
        .where(Phase.cycle_id == point.cycle_id, Phase.kind == PhaseKind.VOTING)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if phase is None or not is_open(phase, database_now(session)):
        raise Refusal("polling.not_open")
    voter_key = polling.unseal(key, request.payload["token"])
    done = voting.find_participation(session, point.cycle_id, voter_key)
    if done is None or done.channel != "paper":
        raise Conflict("polling.nothing_to_take_back")
    count_papers(session, roll.cycle_key(key, point.cycle_id), point.id, done.on, back=1)
    # The database compares: it gives away the row that the approved request names, and no other.
    # Whoever decided on the request takes the name out again before the transaction ends.
    request.payload = {**request.payload, "mac": done.mac}
    session.flush()
    session.delete(done)
    session.flush()
