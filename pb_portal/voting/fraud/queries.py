"""Reading the fraud desk: flags, cases, requests. Voters stay sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.queries import of_cycle
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain import fraud
from pb_portal.voting.fraud.voiding import RESTORE, VOID
from pb_portal.voting.models import FraudCase, FraudFlag, FraudMember, FraudSettings

WEIGHT = {"high": 0, "medium": 1, "low": 2}
MOST_LISTED = 100


@dataclass(frozen=True)
class Desk:
    """What stands on the desk of a cycle."""

    cycle: Cycle
    settings: FraudSettings | None
    flags: Sequence[FraudFlag]
    """Those that no case is about yet, the heaviest first."""
    cases: Sequence[FraudCase]
    restores: Sequence[ApprovalRequest]


def desk(session: Session, cycle: Cycle) -> Desk:
    """The desk of a cycle."""
    flags = session.scalars(
        select(FraudFlag).where(FraudFlag.cycle_id == cycle.id, FraudFlag.case_id.is_(None))
    ).all()
    found = session.scalars(
        select(FraudCase).where(FraudCase.cycle_id == cycle.id).order_by(FraudCase.id.desc())
    ).all()
    return Desk(
        cycle,
        find_settings(session, cycle.id),
        sorted(flags, key=lambda flag: (WEIGHT[flag.severity], flag.subject, flag.kind)),
        found,
        of_cycle(session, cycle.id, RESTORE, "open"),
    )


def find_settings(session: Session, cycle_id: int) -> FraudSettings | None:
    """The desk's settings of a cycle; None while nobody has needed them."""
    return session.get(FraudSettings, cycle_id)


def get_case(session: Session, case_id: int) -> FraudCase:
    """The case; raises `Missing`."""
    case = session.get(FraudCase, case_id)
    if case is None:
        raise Missing("case")
    return case


def votes_of(session: Session, case: FraudCase) -> tuple[int, list[str]]:
    """How many votes a case is about, as the desk may show it, and the first of their names."""
    mine = FraudMember.case_id == case.id
    number = session.scalar(select(func.count()).select_from(FraudMember).where(mine)) or 0
    names = session.scalars(
        select(FraudMember.name).where(mine).order_by(FraudMember.name).limit(MOST_LISTED)
    ).all()
    return fraud.shown(number), list(names)


def find_request(session: Session, case: FraudCase) -> ApprovalRequest | None:
    """The open request to void the votes of a case."""
    return approvals.find_open(session, VOID, f"fraud_case:{case.id}")


def get_request(session: Session, request_id: int) -> tuple[ApprovalRequest, FraudCase]:
    """A request of the desk and the case it is about; raises `Missing`."""
    request = approvals.get_request(session, request_id)
    if request.kind not in (VOID, RESTORE):
        raise Missing("approval")
    return request, get_case(session, request.payload["case_id"])
