"""Whether proposals, the certified result and the projects made of it are one and the same.

Projects stand in the room above, so they are read by their tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry
from pb_portal.db import Base
from pb_portal.domain.project_states import Origin
from pb_portal.domain.proposal_states import ON_BALLOT, ProposalState
from pb_portal.proposals.models import Proposal
from pb_portal.results.models import CountRun, ProposalResult

STARTED = "project.started"


@dataclass
class _Made:
    """A project of a vote: what was promised, and the winners it was made of."""

    first: int | None
    promised: int
    of_vote: bool
    """It says itself that it is of this vote and chosen by residents."""
    sources: set[int] = field(default_factory=set)


def winners_differ(session: Session, cycle_id: int, run: CountRun | None) -> Iterator[str]:
    """Where a proposal is not as the certified result says, or a project has no winner."""
    certified = run is not None and run.state == "certified"
    results: dict[int, ProposalResult] = {}
    if run is not None and certified:
        rows = session.scalars(select(ProposalResult).where(ProposalResult.run_id == run.id))
        results = {row.proposal_id: row for row in rows}
    papers = session.scalars(
        select(Proposal).where(
            Proposal.cycle_id == cycle_id, Proposal.status.in_([str(state) for state in ON_BALLOT])
        )
    ).all()
    for paper in papers:
        yield from _paper_differs(paper, results.get(paper.id), certified=certified)
    for proposal_id in sorted(results.keys() - {paper.id for paper in papers}):
        yield f"proposal {proposal_id} stood on the ballot and does not any more"
    won = {proposal_id: row.cost for proposal_id, row in results.items() if row.selected}
    made = _projects(session, cycle_id)
    yield from _projects_differ(made, won)
    yield from _log_differs(session, cycle_id, made)


def _paper_differs(
    paper: Proposal, row: ProposalResult | None, *, certified: bool
) -> Iterator[str]:
    if not certified:
        if paper.status != ProposalState.ADMITTED:
            yield f"proposal {paper.id} is called decided, and no result is certified"
        return
    if row is None:
        yield f"proposal {paper.id} came onto the ballot after the count"
        return
    state = ProposalState.SELECTED if row.selected else ProposalState.NOT_SELECTED
    if paper.status != state:
        yield f"proposal {paper.id} is not what the certified result says of it"
    if paper.price != row.cost or paper.area_id not in (None, row.area_id):
        yield f"proposal {paper.id} has another price or area than in the certified result"


def _projects(session: Session, cycle_id: int) -> dict[int, _Made]:
    """Projects that say they are of this vote, or are tied to a proposal of it."""
    project, tie = _table("projects_project"), _table("projects_proposal")
    of_cycle = select(Proposal.id).where(Proposal.cycle_id == cycle_id)
    ties = session.execute(
        select(tie.c.project_id, tie.c.proposal_id).where(tie.c.proposal_id.in_(of_cycle))
    ).all()
    chosen = (project.c.cycle_id == cycle_id) & (project.c.origin == Origin.PARTICIPATORY.value)
    rows = session.execute(
        select(
            project.c.id, project.c.proposal_id, project.c.promised_sum, chosen.label("of_vote")
        ).where(
            chosen
            | project.c.proposal_id.in_(of_cycle)
            | project.c.id.in_({project_id for project_id, _ in ties})
        )
    )
    made = {row.id: _Made(row.proposal_id, row.promised_sum, bool(row.of_vote)) for row in rows}
    for project_id, proposal_id in ties:
        if project_id in made:
            made[project_id].sources.add(proposal_id)
    return made


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _projects_differ(made: dict[int, _Made], won: dict[int, int]) -> Iterator[str]:
    for project_id, project in sorted(made.items()):
        if not project.sources or not project.sources <= won.keys():
            yield f"project {project_id} was not made of winners of the certified result"
        elif not project.of_vote:
            yield f"project {project_id} was made of winners and says that it was not"
        elif project.first not in project.sources:
            yield f"project {project_id} names another proposal than it was made of"
    promised: dict[frozenset[int], int] = {}
    for project in made.values():
        sources = frozenset(project.sources)
        promised[sources] = promised.get(sources, 0) + project.promised
    for sources, total in promised.items():
        if sources <= won.keys() and total != sum(won[one] for one in sources):
            named = ", ".join(str(one) for one in sorted(sources))
            yield f"what is promised for winner {named} is not its certified price"
    taken = [one for sources in promised for one in sources]
    for proposal_id in sorted({one for one in taken if taken.count(one) > 1}):
        yield f"winner {proposal_id} was divided and joined at once"


def _log_differs(session: Session, cycle_id: int, made: dict[int, _Made]) -> Iterator[str]:
    """The log, which only grows, names the projects that were started from this vote."""
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == STARTED, AuditEntry.cycle_id == cycle_id)
    )
    told = {
        int(entry.subject_id): set(entry.data.get("proposals", []))
        for entry in entries
        if entry.data.get("proposals")
    }
    for project_id in sorted(told.keys() - made.keys()):
        yield f"project {project_id} was started from a winner and is gone"
    for project_id in sorted(made.keys() - told.keys()):
        yield f"the log does not name the start of project {project_id}"
    for project_id in sorted(told.keys() & made.keys()):
        if told[project_id] != made[project_id].sources:
            yield f"the log names other winners for project {project_id}"
