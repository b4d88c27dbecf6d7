"""Who hears of a project."""

from __future__ import annotations

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from pb_portal.accounts.models import Person
from pb_portal.projects.models import Project, ProjectFollow, ProjectProposal
from pb_portal.proposals.models import Coauthor, Proposal, ProposalFollow


def followers_of(project_id: int) -> ColumnElement[bool]:
    """Who hears of the project: those who asked, and the authors and followers of the proposals it
    came from, unless they wanted no more letters."""
    made_of = select(ProjectProposal.proposal_id).where(ProjectProposal.project_id == project_id)
    wishes = select(ProjectFollow.person_id).where(ProjectFollow.project_id == project_id)
    return and_(
        or_(
            Person.id.in_(wishes),
            Person.id.in_(select(Proposal.author_id).where(Proposal.id.in_(made_of))),
            Person.id.in_(
                select(Coauthor.person_id).where(
                    Coauthor.proposal_id.in_(made_of), Coauthor.state == "agreed"
                )
            ),
            Person.id.in_(
                select(ProposalFollow.person_id).where(ProposalFollow.proposal_id.in_(made_of))
            ),
        ),
        Person.id.not_in(wishes.where(ProjectFollow.stopped)),
    )


def followed_by(person_id: int) -> Select[int]:
    """Ids of the projects the person hears of, the same way round."""
    wishes = select(ProjectFollow.project_id).where(ProjectFollow.person_id == person_id)
    heard = or_(
        Proposal.author_id == person_id,
        Proposal.id.in_(
            select(ProposalFollow.proposal_id).where(ProposalFollow.person_id == person_id)
        ),
        Proposal.id.in_(
            select(Coauthor.proposal_id).where(
                Coauthor.person_id == person_id, Coauthor.state == "agreed"
            )
        ),
    )
    by_proposal = select(ProjectProposal.project_id).join(Proposal).where(heard)
    return select(Project.id).where(
        or_(Project.id.in_(wishes), Project.id.in_(by_proposal)),
        Project.id.not_in(wishes.where(ProjectFollow.stopped)),
    )
