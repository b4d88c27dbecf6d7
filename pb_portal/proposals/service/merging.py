"""Joining a proposal to another that asks for the same."""

from __future__ import annotations

from sqlalchemy import Table, func, insert, literal, select, update
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.proposal_states import ProposalAction, ProposalState
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Coauthor, Proposal, ProposalFollow, Support
from pb_portal.proposals.queries import get_proposal_by_id
from pb_portal.proposals.service.steps import change_status
from pb_portal.seals.service import add_rows, change_rows

TO_JOIN = frozenset(
    {
        ProposalState.SUBMITTED,
        ProposalState.IN_REVIEW,
        ProposalState.RETURNED,
        ProposalState.RESUBMITTED,
        ProposalState.ADMITTED,
    }
)
"""What another proposal can be merged into."""


def merge(
    session: Session,
    by: Signature,
    source_id: int,
    target_id: int,
    *,
    reason: str,
    version: int,
) -> Proposal:
    """Merge a proposal into another of its cycle and return that one.

    Authors become co-authors, supports count once per person, followers and what was merged
    before come along; comments stay on their page. `version`: the source as the secretary saw it.
    """
    if source_id == target_id:
        raise Refusal("merge.itself", field="target")
    found = {
        one: get_proposal_by_id(session, one, lock=True) for one in sorted((source_id, target_id))
    }
    source, target = found[source_id], found[target_id]
    demand(by.actor, P.DECIDE, area_id=source.area_id)
    demand(by.actor, P.DECIDE, area_id=target.area_id)
    if source.version != version:
        raise Conflict("review.changed")
    if source.cycle_id != target.cycle_id:
        raise Refusal("merge.other_cycle", field="target")
    if target.status not in TO_JOIN:
        raise Refusal("merge.target_closed", field="target")
    source.merged_into_id = target.id
    change_status(session, by, source, ProposalAction.MERGE, part="secretary", reason=reason)
    _bring_authors(session, by, source, target)
    for table in (Support.__table__, ProposalFollow.__table__):
        assert isinstance(table, Table)
        _bring_people(session, table, source.id, target.id)
    _recount(session, target)
    change_rows(
        session,
        update(Proposal)
        .where(Proposal.merged_into_id == source.id)
        .values(merged_into_id=target.id)
        .execution_options(synchronize_session=False),
    )
    audit.record(
        session,
        by,
        "proposal.joined",
        ("proposal", target.id),
        cycle_id=target.cycle_id,
        reason=reason,
        merged=source.id,
    )
    session.flush()
    return target


def _bring_authors(session: Session, by: Signature, source: Proposal, target: Proposal) -> None:
    """The source's author and co-authors write the target from now on."""
    there = {target.author_id} | set(
        session.scalars(
            select(Coauthor.person_id).where(
                Coauthor.proposal_id == target.id, Coauthor.state.in_(("waiting", "agreed"))
            )
        )
    )
    coming = {source.author_id: True} | {
        one.person_id: one.named for one in source.coauthors if one.state == "agreed"
    }
    for person_id, named in coming.items():
        if person_id is None or person_id in there:
            continue
        session.add(
            Coauthor(
                proposal_id=target.id,
                person_id=person_id,
                kind="merge",
                state="agreed",
                named=named,
                created_at=by.at,
                answered_at=by.at,
            )
        )


def _bring_people(session: Session, table: Table, source_id: int, target_id: int) -> None:
    """Supporters or followers of the source who are not there already."""
    there = select(table.c.person_id).where(table.c.proposal_id == target_id)
    add_rows(
        session,
        insert(table).from_select(
            ["proposal_id", "person_id", "at"],
            select(literal(target_id), table.c.person_id, table.c.at).where(
                table.c.proposal_id == source_id, table.c.person_id.not_in(there)
            ),
        ),
    )


def _recount(session: Session, target: Proposal) -> None:
    number = (
        select(func.count())
        .select_from(Support)
        .where(Support.proposal_id == target.id)
        .scalar_subquery()
    )
    session.execute(
        update(Proposal)
        .where(Proposal.id == target.id)
        .values(supports_count=number)
        .execution_options(synchronize_session=False)
    )
    session.expire(target, ["supports_count"])
