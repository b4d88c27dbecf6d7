"""What the reviewer asks to change, field by field, and the estimate as the reviewer sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from pb_portal.domain.money import line_sum
from pb_portal.domain.proposal_states import ProposalAction
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.proposals.models import Proposal, Remark, ReviewedLine
from pb_portal.seals.service import change_rows, delete_rows

FIELDS = ("title", "problem", "solution", "category", "place", "estimate", "photos", "other")
LONGEST_REMARK = 2000
_SENDS = frozenset({ProposalAction.SUBMIT, ProposalAction.RESUBMIT})


@dataclass(frozen=True)
class ReviewedWork:
    """A line of the reviewed estimate. `line_id` is the author's line it corrects, if any."""

    line_id: int | None
    text: str
    unit: str
    quantity: int
    unit_price: int
    reason: str = ""

    @property
    def sum(self) -> int:
        """Price of the line in tenge."""
        return line_sum(self.unit_price, self.quantity)


def round_of(proposal: Proposal) -> int:
    """Which version is being reviewed: how often the proposal was sent."""
    return sum(event.action in _SENDS for event in proposal.events)


def set_remarks(
    session: Session, by: Signature, proposal: Proposal, remarks: Mapping[str, str]
) -> None:
    """Keep a remark per field of `FIELDS` in place of those of this round; empty ones go.

    Call it in the transaction that returns the proposal. Checks no permission, callers do.
    """
    kept = {field: words for field, text in remarks.items() if (words := clean(text))}
    for field, words in kept.items():
        if field not in FIELDS:
            raise Refusal("remark.field_unknown")
        if len(words) > LONGEST_REMARK:
            raise Refusal("proposal.too_long", field=field, most=LONGEST_REMARK, length=len(words))
    number = round_of(proposal)
    former = delete(Remark).where(Remark.proposal_id == proposal.id, Remark.round == number)
    delete_rows(session, former, "written anew")
    session.add_all(
        Remark(
            proposal_id=proposal.id,
            round=number,
            field=field,
            text=words,
            author_person_id=by.actor.person_id,
            created_at=by.at,
        )
        for field, words in kept.items()
    )
    session.flush()


def resolve_remarks(session: Session, by: Signature, proposal: Proposal) -> None:
    """The author has sent again: what was open is answered."""
    change_rows(
        session,
        update(Remark)
        .where(Remark.proposal_id == proposal.id, Remark.resolved_at.is_(None))
        .values(resolved_at=by.at),
    )


def set_reviewed_lines(session: Session, proposal: Proposal, works: Sequence[ReviewedWork]) -> int:
    """Keep the reviewed estimate in place of the one before; returns its total in tenge.

    Checks no permission, callers do. The caller sets `reviewed_cost`.
    """
    own = {line.id for line in proposal.lines}
    if not {work.line_id for work in works if work.line_id is not None} <= own:
        raise Refusal("remark.line_unknown")
    former = delete(ReviewedLine).where(ReviewedLine.proposal_id == proposal.id)
    delete_rows(session, former, "reviewed anew")
    lines = [
        ReviewedLine(
            proposal_id=proposal.id,
            line_id=work.line_id,
            text=" ".join(clean(work.text).split()),
            unit=work.unit,
            quantity=work.quantity,
            unit_price=work.unit_price,
            reason=clean(work.reason),
            sort=sort,
        )
        for sort, work in enumerate(works)
    ]
    session.add_all(lines)
    session.flush()
    return sum(line.sum for line in lines)
