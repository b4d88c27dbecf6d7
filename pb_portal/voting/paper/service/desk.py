"""The desk of a polling point: one paper for one person, who then cannot vote on the portal.

Nothing is kept of the moment, of the number of the paper, or of the order in which people came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.cycles import service as cycles
from pb_portal.cycles.models import Phase
from pb_portal.db import database_now
from pb_portal.domain import polling
from pb_portal.domain.phases import PhaseKind, is_open
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.register import queries as register
from pb_portal.register.identity.base import Desk, admitted, find_person
from pb_portal.register.models import RegisterEntry
from pb_portal.voting import queries as voting
from pb_portal.voting.models import Participation
from pb_portal.voting.paper.models import HandedOut, PollingPoint
from pb_portal.voting.paper.queries.figures import TAKE_BACK
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
    today = now.astimezone(zone).date()
    here = session.connection()
    first = statements.take_part(here, point.cycle_id, entry.voter_key, "paper", today)
    token = polling.seal(key, entry.voter_key)
    if not first:
        channel = statements.lock_participation(here, point.cycle_id, entry.voter_key)
        code = "polling.voted_on_portal" if channel == "portal" else "polling.has_paper"
        return Handed(Refusal(code), token if channel == "paper" else "")
    _count(session, point.id, today)
    return Handed(token=token)


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


def _count(session: Session, point_id: int, today: date) -> None:
    """One more paper handed out today; counters tell neither whom nor when."""
    statement = insert(session, HandedOut).values(
        point_id=point_id, on=today, handed=1, taken_back=0
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["point_id", "on"], set_={"handed": HandedOut.handed + 1}
        )
    )


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
    gone = session.execute(
        delete(Participation)
        .where(
            Participation.cycle_id == point.cycle_id,
            Participation.voter_key == voter_key,
            Participation.channel == "paper",
        )
        .returning(Participation.on)
    ).scalar_one_or_none()
    if gone is None:
        raise Conflict("polling.nothing_to_take_back")
    counted = session.execute(
        update(HandedOut)
        .where(
            HandedOut.point_id == point.id,
            HandedOut.on == gone,
            HandedOut.handed > HandedOut.taken_back,
        )
        .values(taken_back=HandedOut.taken_back + 1)
        .returning(HandedOut.point_id)
    ).scalar_one_or_none()
    if counted is None:
        raise Conflict("polling.other_point")
