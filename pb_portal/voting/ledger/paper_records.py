"""Signed records of the papers handed out: one for each day that is over, one after the close.

While the vote is open a record says nothing: it commits to the figures of every point and day under
a nonce that only the register's key gives. With the certified result figures and nonces are public,
so that everybody who kept a record can check that the figures are still those of that day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.domain import roll
from pb_portal.domain.phases import PhaseKind
from pb_portal.signing import Signer, holds
from pb_portal.tally.bundle import canonical
from pb_portal.voting.ledger import cipher
from pb_portal.voting.ledger.findings import Look
from pb_portal.voting.paper.models import HandedOut, PaperRecord, PollingPoint
from pb_portal.voting.paper.queries.figures import counters_of
from pb_portal.voting.service.poll import insert

Figures = dict[tuple[int, date], tuple[int, int]]
"""Handed out and taken back, by point and day; nought is left out."""
_DIGITS = 9


@dataclass(frozen=True)
class Span:
    """Of which cycle a record is due, and up to which day."""

    cycle_id: int
    slug: str
    first: date
    through: date
    closing: bool


def list_due(session: Session, at: datetime, zone: tzinfo) -> list[Span]:
    """Cycles with polling points whose next record is due."""
    has_points = exists().where(PollingPoint.cycle_id == Cycle.id)
    rows = session.execute(
        select(Cycle.id, Cycle.slug, Phase.starts_at, Phase.ends_at)
        .join(Phase, (Phase.cycle_id == Cycle.id) & (Phase.kind == PhaseKind.VOTING))
        .where(Phase.starts_at <= at, has_points)
        .order_by(Cycle.id)
    )
    spans = []
    for cycle_id, slug, starts_at, ends_at in rows:
        closing = at >= ends_at
        first = starts_at.astimezone(zone).date()
        yesterday = at.astimezone(zone).date() - timedelta(days=1)
        through = ends_at.astimezone(zone).date() if closing else yesterday
        last = find_newest(session, cycle_id)
        if closing and (last is None or not last.closing or last.through < through):
            spans.append(Span(cycle_id, slug, first, through, True))
        elif not closing and through >= first and (last is None or last.through < through):
            spans.append(Span(cycle_id, slug, first, through, False))
    return spans


def find_newest(session: Session, cycle_id: int) -> PaperRecord | None:
    """The last record of a cycle."""
    return session.scalars(
        select(PaperRecord)
        .where(PaperRecord.cycle_id == cycle_id)
        .order_by(PaperRecord.number.desc())
        .limit(1)
    ).one_or_none()


def list_records(session: Session, cycle_id: int) -> Sequence[PaperRecord]:
    """Every record of a cycle, the first one first."""
    return session.scalars(
        select(PaperRecord).where(PaperRecord.cycle_id == cycle_id).order_by(PaperRecord.number)
    ).all()


def append_record(
    session: Session, span: Span, roll_key: str, signer: Signer, at: datetime
) -> PaperRecord | None:
    """Sign the figures up to a day; None when another worker did meanwhile.

    Its size depends on the number of points and on the clock, not on how many took a paper.
    """
    last = find_newest(session, span.cycle_id)
    number = last.number + 1 if last else 1
    content = _content(session, span)
    record = PaperRecord(
        cycle_id=span.cycle_id,
        number=number,
        through=span.through,
        closing=span.closing,
        at=at,
        commitment=hashlib.sha256(nonce_of(roll_key, number) + content).hexdigest(),
        contents=cipher.enciphered(
            roll.contents_key(roll_key), content, _about(span.cycle_id, number)
        ),
        previous=chain_link(last, span.slug) if last else "",
        public_key=signer.public_key,
    )
    record.signature = signer.sign(signed_bytes(record, span.slug))
    values = {column.key: getattr(record, column.key) for column in PaperRecord.__table__.columns}
    stored = session.execute(
        insert(session, PaperRecord)
        .values(values)
        .on_conflict_do_nothing(index_elements=["cycle_id", "number"])
        .returning(PaperRecord.number)
    ).scalar_one_or_none()
    return record if stored else None


def _content(session: Session, span: Span) -> bytes:
    counted = {(row.point_id, row.on): row for row in counters_of(session, span.cycle_id)}
    points = session.scalars(
        select(PollingPoint.id)
        .where(PollingPoint.cycle_id == span.cycle_id)
        .order_by(PollingPoint.id)
    )
    days = [span.first + timedelta(days=n) for n in range((span.through - span.first).days + 1)]
    lines = []
    for point_id in points:
        for on in days:
            row = counted.get((point_id, on))
            figures = (row.handed, row.taken_back) if row else (0, 0)
            lines.append([point_id, on.isoformat(), *(f"{n:0{_DIGITS}d}" for n in figures)])
    return canonical(lines)


def _about(cycle_id: int, number: int) -> bytes:
    return b"papers %d:%d" % (cycle_id, number)


def nonce_of(roll_key: str, number: int) -> bytes:
    """What blinds the commitment of a record."""
    return bytes.fromhex(roll.record_nonce(roll_key, number))


def record_content(record: PaperRecord, slug: str) -> dict[str, Any]:
    """What a record says, as it is signed and published at once."""
    return {
        "at": record.at.astimezone(UTC).isoformat(),
        "closing": record.closing,
        "commitment": record.commitment,
        "cycle": slug,
        "kind": "papers",
        "number": record.number,
        "previous": record.previous,
        "through": record.through.isoformat(),
    }


def signed_bytes(record: PaperRecord, slug: str) -> bytes:
    """The bytes a record's signature stands under."""
    return canonical(record_content(record, slug))


def chain_link(record: PaperRecord, slug: str) -> str:
    """How the next record names this one."""
    signed = signed_bytes(record, slug) + bytes.fromhex(record.signature)
    return hashlib.sha256(signed).hexdigest()


def open_record(record: PaperRecord, roll_key: str) -> bytes | None:
    """The figures of a record as they were; None when they do not open or were altered."""
    key, about = roll.contents_key(roll_key), _about(record.cycle_id, record.number)
    content = cipher.deciphered(key, record.contents, about)
    if content is None:
        return None
    digest = hashlib.sha256(nonce_of(roll_key, record.number) + content).hexdigest()
    return content if digest == record.commitment else None


def figures_in(content: bytes) -> Figures:
    """The figures of an opened record."""
    return {
        (point_id, date.fromisoformat(on)): (int(handed), int(back))
        for point_id, on, handed, back in json.loads(content)
        if int(handed) or int(back)
    }


def records_differ(session: Session, look: Look, counters: Sequence[HandedOut]) -> Iterator[str]:
    """Where the signed records do not hold, or the counters are not those of the last one."""
    rows = list_records(session, look.cycle.id)
    present = {(row.point_id, row.on): (row.handed, row.taken_back) for row in counters}
    present = {place: figures for place, figures in present.items() if any(figures)}
    if not rows and not present:
        return
    former, known = None, Figures()
    for number, record in enumerate(rows, 1):
        if record.number != number:
            yield f"record {number} of the papers handed out is missing"
        if record.previous != (chain_link(former, look.cycle.slug) if former else ""):
            yield f"record {record.number} of papers does not name the one before it"
        if not is_signed(record, look):
            yield f"record {record.number} of papers: its signature does not hold"
        content = open_record(record, look.roll_key)
        if content is None:
            yield f"record {record.number} of papers does not open"
            continue
        figures = figures_in(content)
        if former is not None and _fell(known, figures, former.through):
            yield f"record {record.number} of papers takes back what an earlier one says"
        former, known = record, figures
    if former is None or not former.closing:
        yield "the record of papers after the close is missing"
    elif known != present:
        yield "the papers handed out are not those of the signed record"


def is_signed(record: PaperRecord, look: Look) -> bool:
    """Whether the city's own key signed a record."""
    signed = signed_bytes(record, look.cycle.slug)
    return record.public_key == look.public_key and holds(
        record.public_key, signed, record.signature
    )


def _fell(known: Figures, figures: Figures, through: date) -> bool:
    """Whether figures shrank, or papers of a day that was over were handed out after it."""
    for place in known.keys() | figures.keys():
        handed, back = known.get(place, (0, 0))
        now_handed, now_back = figures.get(place, (0, 0))
        if now_handed < handed or now_back < back:
            return True
        if place[1] <= through and now_handed != handed:
            return True
    return False
