"""What residents say about a proposal: supports and follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from pb_portal.domain.permissions import P, demand
from pb_portal.domain.proposal_states import PUBLIC, ProposalState
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Proposal, ProposalFollow, Support
from pb_portal.seals.service import add_rows, delete_rows

OPEN_TO_SUPPORT = frozenset(
    {
        ProposalState.SUBMITTED,
        ProposalState.IN_REVIEW,
        ProposalState.RETURNED,
        ProposalState.RESUBMITTED,
        ProposalState.APPEALED,
        ProposalState.ADMITTED,
    }
)


def set_support(session: Session, by: Signature, proposal: Proposal, *, on: bool) -> bool:
    """Support a proposal or stop; says whether anything changed. Asking twice changes nothing.

    The count goes by its own statement, so that it never collides with a reviewer's decision.
    """
    demand(by.actor, P.COMMENT)
    if on and proposal.status not in OPEN_TO_SUPPORT:
        raise Refusal("proposal.support_closed")
    changed = _switch(session, Support.__table__, proposal.id, by.actor.person_id, by.at, on=on)
    if changed:
        session.execute(
            update(Proposal)
            .where(Proposal.id == proposal.id)
            .values(supports_count=Proposal.supports_count + (1 if on else -1))
            .execution_options(synchronize_session=False)
        )
        session.expire(proposal, ["supports_count"])
    return changed


def set_follow(session: Session, by: Signature, proposal: Proposal, *, on: bool) -> bool:
    """Get letters about a proposal, or no more of them."""
    demand(by.actor, P.COMMENT)
    _refuse_draft(proposal)
    return _switch(session, ProposalFollow.__table__, proposal.id, by.actor.person_id, by.at, on=on)


def _refuse_draft(proposal: Proposal) -> None:
    if proposal.status not in PUBLIC:
        raise Refusal("proposal.not_public")


def _switch(
    session: Session,
    table: Any,
    proposal_id: int,
    person_id: int | None,
    at: datetime,
    *,
    on: bool,
) -> bool:
    """Put the row of this person in or out; whether it changed anything."""
    assert isinstance(table, Table)
    if on:
        insert = (
            sqlite.insert(table)
            if session.get_bind().dialect.name == "sqlite"
            else postgresql.insert(table)
        )
        statement = insert.values(
            proposal_id=proposal_id, person_id=person_id, at=at
        ).on_conflict_do_nothing()
        return bool(add_rows(session, statement))
    mine = delete(table).where(table.c.proposal_id == proposal_id, table.c.person_id == person_id)
    return bool(delete_rows(session, mine, "taken back"))
