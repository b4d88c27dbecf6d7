"""What review has left behind in the sample: sent versions, remarks, working copies."""

from __future__ import annotations

from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from pb_portal.demo.texts import REMARKS
from pb_portal.domain.changes import changed_fields
from pb_portal.proposals.models import Proposal, ProposalVersion, Remark
from pb_portal.proposals.service import open_revision
from pb_portal.proposals.service.versions import content_of


def keep_rounds(session: Session, proposal: Proposal, at: datetime, chance: Random) -> None:
    """A version for each time it was sent; the first of two lacks what the reviewer asked for."""
    sent = [event.at for event in proposal.events if event.action in ("submit", "resubmit")]
    content = content_of(proposal)
    poorer = _poorer(content)
    for number, moment in enumerate(sent, start=1):
        last = number == len(sent)
        session.add(
            ProposalVersion(
                proposal_id=proposal.id,
                number=number,
                at=moment,
                content=content if last else poorer,
                changed=changed_fields(poorer, content) if last and number > 1 else [],
            )
        )
    backs = [event for event in proposal.events if event.action == "return"]
    for number, back in enumerate(backs, start=1):
        for field in chance.sample(sorted(REMARKS), 2):
            session.add(
                Remark(
                    proposal_id=proposal.id,
                    round=number,
                    field=field,
                    text=REMARKS[field][proposal.language],
                    author_person_id=back.actor_id,
                    created_at=back.at,
                    resolved_at=sent[number] if number < len(sent) else None,
                )
            )
    if proposal.status == "returned":
        open_revision(session, proposal, at)


def _poorer(content: dict[str, object]) -> dict[str, object]:
    """The same proposal before the rework: less said, more asked of one work."""
    solution = str(content["solution"])
    first, _, rest = solution.partition(". ")
    lines = [dict(line) for line in content["lines"]]  # type: ignore[attr-defined]
    lines[0]["quantity"] += lines[0]["quantity"] // 4000 * 1000 + 1000
    lines[0]["sum"] = lines[0]["unit_price"] * lines[0]["quantity"] // 1000
    return {
        **content,
        "solution": f"{first}." if rest else solution,
        "lines": lines,
        "cost": sum(line["sum"] for line in lines),
    }
