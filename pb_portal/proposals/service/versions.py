"""Each time a proposal is sent, what was sent is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pb_portal.domain.changes import changed_fields
from pb_portal.proposals.models import EstimateLine, Proposal, ProposalPicture, ProposalVersion
from pb_portal.proposals.queries.versions import newest_version


def keep_version(session: Session, proposal: Proposal, at: datetime) -> ProposalVersion:
    """Store the proposal as it is now under the next number."""
    before = newest_version(session, proposal.id)
    content = content_of(proposal)
    version = ProposalVersion(
        proposal_id=proposal.id,
        number=before.number + 1 if before else 1,
        at=at,
        content=content,
        changed=changed_fields(before.content, content) if before else [],
    )
    session.add(version)
    session.flush()
    return version


def keep_first_version(session: Session, proposal: Proposal) -> None:
    """Of a proposal sent before versions were kept: what came back is what was sent."""
    if newest_version(session, proposal.id) is None:
        keep_version(session, proposal, proposal.submitted_at or proposal.updated_at)


def content_of(proposal: Proposal) -> dict[str, Any]:
    """Everything the public reads of a proposal, as JSON."""
    category, area = proposal.category, proposal.area
    return {
        "language": proposal.language,
        "title": proposal.title,
        "problem": proposal.problem,
        "solution": proposal.solution,
        "address": proposal.address,
        "lat": proposal.lat,
        "lon": proposal.lon,
        "area": area.names if area else None,
        "category": {"code": category.code, "names": category.names} if category else None,
        "cost": proposal.cost,
        "lines": [_line(line) for line in proposal.lines],
        "pictures": [_picture(picture) for picture in proposal.pictures],
    }


def _line(line: EstimateLine) -> dict[str, Any]:
    return {
        "work_id": line.work_id,
        "names": line.work.names if line.work else None,
        "title": line.title,
        "reason": line.reason,
        "unit": line.unit,
        "unit_price": line.unit_price,
        "quantity": line.quantity,
        "sum": line.sum,
    }


def _picture(picture: ProposalPicture) -> dict[str, Any]:
    return {"file": picture.file_id, "kind": picture.kind, "caption": picture.caption}
