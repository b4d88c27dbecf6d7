"""Looking for signs: every few minutes while a vote runs, and when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.domain import fraud
from pb_portal.domain.phases import PhaseKind
from pb_portal.seals.service import change_rows, delete_rows
from pb_portal.voting import queries
from pb_portal.voting.fraud import traces
from pb_portal.voting.models import FraudFlag, FraudMember, FraudSettings
from pb_portal.voting.service.poll import Poll

EVERY = timedelta(minutes=5)
AFTER_CLOSE = timedelta(hours=1)
"""The last look takes in the last ballots."""


@dataclass(frozen=True)
class Keys:
    """What opens the traces of a cycle: its box, and the register's key for years of birth."""

    poll: Poll
    register: str

    @property
    def traces(self) -> str:
        """The key of the traces."""
        return traces.trace_key(self.poll.box)


def due(session: Session, at: datetime) -> Sequence[Cycle]:
    """Cycles not looked at for some minutes, while their vote runs and just after."""
    seen = FraudSettings.looked_at
    return session.scalars(
        select(Cycle)
        .join(Phase, (Phase.cycle_id == Cycle.id) & (Phase.kind == PhaseKind.VOTING))
        .outerjoin(FraudSettings, FraudSettings.cycle_id == Cycle.id)
        .where(
            ~Cycle.is_imported,
            Phase.starts_at <= at,
            Phase.ends_at > at - AFTER_CLOSE,
            or_(seen.is_(None), seen <= at - EVERY),
        )
        .order_by(Cycle.id)
    ).all()


def look(session: Session, keys: Keys, at: datetime) -> list[FraudFlag]:
    """Find every sign of now and keep it; a sign met before is brought up to date, not repeated."""
    row = settings_row(session, keys.poll.cycle_id)
    limits = fraud.Thresholds.from_dict(row.thresholds)
    known = {traces.place_name(keys.traces, place) for place in row.shared}
    flags = fraud.find_flags(list(traces.read(session, keys.poll, keys.register)), limits, known)
    same = {
        subject: _alike(session, keys.poll, members, limits.identical)
        for subject, members in fraud.suspects(flags).items()
    }
    found = [_keep(session, keys, flag, at) for flag in fraud.with_identical(flags, same)]
    row.looked_at = at
    session.flush()
    return found


def _alike(session: Session, poll: Poll, members: frozenset[str], percent: int) -> bool:
    """Whether a suspicious group chose almost the same; the choices stay in this function."""
    names = [poll.name(voter) for voter in members]
    return fraud.alike(queries.choices_of_group(session, poll.cycle_id, names), percent)


def _keep(session: Session, keys: Keys, flag: fraud.Flag, at: datetime) -> FraudFlag:
    row = session.scalars(
        select(FraudFlag).where(
            FraudFlag.cycle_id == keys.poll.cycle_id,
            FraudFlag.kind == flag.kind,
            FraudFlag.subject == flag.subject,
        )
    ).one_or_none()
    if row is None:
        row = FraudFlag(
            cycle_id=keys.poll.cycle_id, kind=flag.kind, subject=flag.subject, first_seen_at=at
        )
        session.add(row)
    row.severity, row.figures, row.last_seen_at = flag.severity, flag.figures, at
    row.members = traces.seal(keys.traces, sorted(flag.members))
    return row


def settings_row(session: Session, cycle_id: int) -> FraudSettings:
    """The desk's settings of a cycle, made on first need."""
    row = session.get(FraudSettings, cycle_id, with_for_update=True)
    if row is None:
        row = FraudSettings(cycle_id=cycle_id, thresholds={}, shared=[])
        session.add(row)
        session.flush()
    return row


def forget(session: Session, at: datetime) -> None:
    """After 90 days: traces go, and what flags and cases still hold of voters."""
    traces.forget(session, at.date())
    over = select(Phase.cycle_id).where(
        Phase.kind == PhaseKind.VOTING, Phase.ends_at < at - traces.KEPT
    )
    old = select(FraudFlag.case_id).where(FraudFlag.cycle_id.in_(over))
    members = delete(FraudMember).where(FraudMember.case_id.in_(old))
    delete_rows(session, members, "kept for 90 days only")
    change_rows(
        session,
        update(FraudFlag)
        .where(FraudFlag.cycle_id.in_(over), FraudFlag.members != "")
        .values(members=""),
    )
