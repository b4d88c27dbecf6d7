"""Scans of a batch: kept with the original, shown only to those who work on it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.db import take_turn
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files.models import StoredFile
from pb_portal.voting.paper import queries
from pb_portal.voting.paper.models import Batch, Scan
from pb_portal.voting.paper.service.printing import log

MOST = 200


def add_scan(session: Session, by: Signature, batch: Batch, stored: StoredFile) -> Scan:
    """Attach a stored picture or document to a batch that was returned."""
    demand_worker(by, batch)
    if batch.cast_count is None:
        raise Refusal("polling.not_returned", field="scan")
    take_turn(session, f"scans of {batch.id}")
    session.refresh(batch, ["scans"])
    if len(batch.scans) >= MOST:
        raise Refusal("polling.scans_many", field="scan", most=MOST)
    assert by.actor.person_id is not None
    scan = Scan(batch_id=batch.id, file=stored, added_by=by.actor.person_id, added_at=by.at)
    session.add(scan)
    session.flush()
    log(session, by, batch, "polling.scan_added", scan=scan.id)
    return scan


def demand_worker(by: Signature, batch: Batch) -> None:
    """Refuse everybody who does not work on this batch."""
    demand(by.actor, P.KEY_PAPER, area_id=batch.point.area_id)
    if not queries.works_on(batch, by.actor.person_id):
        raise Forbidden(P.KEY_PAPER)
