"""Reading the register: never a list of people, only one by key, and totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.approvals.models import ApprovalRequest
from pb_portal.db import Missing
from pb_portal.domain import roll
from pb_portal.places.models import Area
from pb_portal.register.models import (
    HelpDesk,
    RegisterCorrection,
    RegisterEntry,
    RegisterLoad,
    RegisterState,
    RemovedMark,
    RollHead,
)


def find_entry(session: Session, cycle_id: int, voter_key: str) -> RegisterEntry | None:
    """The resident of this key in a cycle's register."""
    return session.get(RegisterEntry, (cycle_id, voter_key))


def row_values(entry: RegisterEntry) -> roll.RollRow:
    """Every column of a row, as its code and the roll's digest cover it."""
    return (
        entry.voter_key,
        entry.proof,
        entry.phone_key,
        entry.area_id,
        int(entry.permanent),
        int(entry.old_enough),
        entry.masked_year,
    )


def is_intact(session: Session, register_key: str, entry: RegisterEntry) -> bool:
    """Whether the portal itself wrote this row.

    Rows from before there were codes have none; they count while their roll is not signed.
    """
    if not entry.mac:
        return newest_head(session, entry.cycle_id) is None
    own = roll.cycle_key(register_key, entry.cycle_id)
    return roll.same(entry.mac, roll.entry_mac(own, row_values(entry)))


def newest_head(session: Session, cycle_id: int) -> RollHead | None:
    """The last signed digest of a roll."""
    return session.scalars(
        select(RollHead)
        .where(RollHead.cycle_id == cycle_id)
        .order_by(RollHead.number.desc())
        .limit(1)
    ).one_or_none()


def heads_of(session: Session, cycle_id: int) -> Sequence[RollHead]:
    """Every signed digest of a roll, the first one first."""
    return session.scalars(
        select(RollHead).where(RollHead.cycle_id == cycle_id).order_by(RollHead.number)
    ).all()


def roll_rows(session: Session, cycle_id: int) -> Iterator[tuple[roll.RollRow, str]]:
    """Every row of a register with its code, a few at a time."""
    entry = RegisterEntry
    rows = session.execute(
        select(
            entry.voter_key, entry.proof, entry.phone_key, entry.area_id, entry.permanent,
            entry.old_enough, entry.masked_year, entry.mac,
        )
        .where(entry.cycle_id == cycle_id)
        .execution_options(yield_per=5000)
    )  # fmt: skip
    for voter_key, proof, phone_key, area_id, permanent, old_enough, year, mac in rows:
        values = (voter_key, proof, phone_key, area_id, int(permanent), int(old_enough), year)
        yield values, mac


def removed_marks(session: Session, cycle_id: int) -> set[str]:
    """What stands for people whom two people took off a frozen roll."""
    return set(session.scalars(select(RemovedMark.mark).where(RemovedMark.cycle_id == cycle_id)))


def find_state(session: Session, cycle_id: int) -> RegisterState | None:
    """How many residents a cycle's register holds and whether it is frozen; None before loading."""
    return session.get(RegisterState, cycle_id)


def is_frozen(session: Session, cycle_id: int) -> bool:
    """Whether the register can no longer change, which the vote requires."""
    frozen_at = session.scalar(
        select(RegisterState.frozen_at).where(RegisterState.cycle_id == cycle_id)
    )
    return frozen_at is not None


def find_open_load(session: Session, cycle_id: int) -> RegisterLoad | None:
    """The file being read or waiting, if any."""
    return session.scalars(
        select(RegisterLoad).where(
            RegisterLoad.cycle_id == cycle_id, RegisterLoad.state.in_(("queued", "running"))
        )
    ).one_or_none()


def last_load(session: Session, cycle_id: int) -> RegisterLoad | None:
    """The newest file of a cycle: under way, or how it ended."""
    return session.scalars(
        select(RegisterLoad)
        .where(RegisterLoad.cycle_id == cycle_id)
        .order_by(RegisterLoad.id.desc())
        .limit(1)
    ).one_or_none()


def get_load(session: Session, cycle_id: int, load_id: int) -> RegisterLoad:
    """A file of this cycle; raises `Missing`."""
    found = session.get(RegisterLoad, load_id)
    if found is None or found.cycle_id != cycle_id:
        raise Missing("load")
    return found


def uploads_waiting(session: Session) -> set[str]:
    """Names of sealed files that a load still needs."""
    waiting = session.execute(
        select(RegisterLoad.upload, RegisterLoad.kept).where(
            (RegisterLoad.upload != "") | (RegisterLoad.kept != "")
        )
    )
    return {name for row in waiting for name in row if name}


def any_kept_over(session: Session, at: datetime) -> bool:
    """Whether the time of a file that was kept is over."""
    over = select(RegisterLoad.id).where(RegisterLoad.kept != "", RegisterLoad.kept_until <= at)
    return session.scalar(over.limit(1)) is not None


def find_set_aside(session: Session, cycle_id: int) -> RegisterLoad | None:
    """The load whose lines were set aside and still lie here to be mended."""
    return session.scalars(
        select(RegisterLoad)
        .where(
            RegisterLoad.cycle_id == cycle_id,
            RegisterLoad.way == "sound",
            RegisterLoad.state == "done",
            RegisterLoad.kept != "",
        )
        .order_by(RegisterLoad.id.desc())
        .limit(1)
    ).first()


def load_waits(session: Session, at: datetime) -> bool:
    """Whether a file waits for a worker, or its worker has died."""
    waiting = select(RegisterLoad.id).where(
        (RegisterLoad.state == "queued")
        | ((RegisterLoad.state == "running") & (RegisterLoad.lease_until <= at))
    )
    return session.scalar(waiting.limit(1)) is not None


def find_open_correction(
    session: Session, cycle_id: int, voter_key: str
) -> RegisterCorrection | None:
    """The open correction about a person."""
    return session.scalars(
        select(RegisterCorrection).where(
            RegisterCorrection.cycle_id == cycle_id,
            RegisterCorrection.voter_key == voter_key,
            RegisterCorrection.state == "open",
        )
    ).one_or_none()


def find_correction(session: Session, approval_id: int) -> RegisterCorrection | None:
    """The correction of a request of two people."""
    return session.scalars(
        select(RegisterCorrection).where(RegisterCorrection.approval_id == approval_id)
    ).one_or_none()


def corrections(
    session: Session, cycle_id: int, limit: int = 100
) -> Sequence[tuple[RegisterCorrection, ApprovalRequest]]:
    """Corrections of a cycle with their requests, the newest first."""
    rows = session.execute(
        select(RegisterCorrection, ApprovalRequest)
        .join(ApprovalRequest, ApprovalRequest.id == RegisterCorrection.approval_id)
        .where(RegisterCorrection.cycle_id == cycle_id)
        .order_by(RegisterCorrection.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def help_desks(
    session: Session, area_ids: Sequence[int] | None = None
) -> Sequence[tuple[HelpDesk, Area | None]]:
    """Help desks with their areas, those of the whole city first; of some areas or all."""
    query = (
        select(HelpDesk, Area)
        .outerjoin(Area, Area.id == HelpDesk.area_id)
        .order_by(HelpDesk.area_id.is_not(None), HelpDesk.area_id, HelpDesk.id)
    )
    if area_ids is not None:
        query = query.where(HelpDesk.area_id.is_(None) | HelpDesk.area_id.in_(area_ids))
    return [(row[0], row[1]) for row in session.execute(query)]


def get_desk(session: Session, desk_id: int) -> HelpDesk:
    """The help desk; raises `Missing`."""
    found = session.get(HelpDesk, desk_id)
    if found is None:
        raise Missing("desk")
    return found
