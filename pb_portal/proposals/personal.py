"""What proposals keep about people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.personal import OPENINGS, openings_of
from pb_portal.accounts.privacy.holdings import (
    GOES,
    STAYS_NAMELESS,
    STAYS_RECORD,
    Holding,
    Provider,
    Section,
    provide,
)
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import (
    Coauthor,
    Comment,
    CommentReport,
    PaperApplication,
    Proposal,
    ProposalFollow,
    Support,
)
from pb_portal.proposals.service.succession import find_successors
from pb_portal.seals.service import change_rows
from pb_portal.web.phrases.mark import N_


def _papers(session: Session, person: Person) -> Sequence[Section]:
    """Paper applications the person claimed, and who of the staff opened their contacts before."""
    found = session.execute(
        select(
            PaperApplication.proposal_id,
            PaperApplication.paper_number,
            PaperApplication.received_on,
            PaperApplication.claimed_at,
        )
        .join(Proposal, Proposal.id == PaperApplication.proposal_id)
        .where(Proposal.author_id == person.id)
    ).all()
    rows = [{"number": row[1], "received_on": row[2], "claimed_at": row[3]} for row in found]
    seen = openings_of(session, person, [("paper", str(row[0])) for row in found])
    had = openings_of(session, person)
    return [
        Section("papers", N_("Applications you handed in on paper"), rows, STAYS_NAMELESS),
        Section(
            "paper_opened_by_staff", OPENINGS, [row for row in seen if row not in had], STAYS_RECORD
        ),
    ]


def _forget(session: Session, by: Signature, person: Person) -> None:
    """Proposals get a successor; drafts nobody else writes go; contacts on paper applications go;
    the number of supports is counted down."""
    find_successors(session, by, person)
    mine = Proposal.author_id == person.id
    drafts = session.scalars(
        select(Proposal).where(mine, Proposal.number.is_(None), Proposal.revises_id.is_(None))
    ).all()
    for draft in drafts:
        session.delete(draft)
    session.flush()
    papers = PaperApplication.proposal_id.in_(select(Proposal.id).where(mine))
    change_rows(
        session,
        update(PaperApplication)
        .where(papers)
        .values(name="", email="", phone="")
        .execution_options(synchronize_session=False),
    )
    supported = select(Support.proposal_id).where(Support.person_id == person.id)
    session.execute(
        update(Proposal)
        .where(Proposal.id.in_(supported))
        .values(supports_count=Proposal.supports_count - 1)
        .execution_options(synchronize_session=False)
    )
    change_rows(session, update(Coauthor).where(Coauthor.email == person.email).values(email=""))


provide(
    Provider(
        "proposals",
        (
            Holding(
                "proposals",
                N_("Your proposals"),
                Proposal.author_id,
                {
                    "number": Proposal.number,
                    "title": Proposal.title,
                    "state": Proposal.status,
                    "address": Proposal.address,
                    "made_at": Proposal.created_at,
                    "sent_at": Proposal.submitted_at,
                },
                N_("Published ones stay, the author becomes “Deleted resident”; drafts go."),
            ),
            Holding(
                "coauthorships",
                N_("Proposals you write together with others"),
                Coauthor.person_id,
                {
                    "kind": Coauthor.kind,
                    "state": Coauthor.state,
                    "email": Coauthor.email,
                    "text": Coauthor.words,
                    "at": Coauthor.created_at,
                },
                STAYS_NAMELESS,
                blanked={"email": "", "words": "", "named": False},
            ),
            Holding(
                "comments",
                N_("Your comments"),
                Comment.author_id,
                {"text": Comment.body, "at": Comment.created_at, "hidden_at": Comment.hidden_at},
                STAYS_NAMELESS,
            ),
            Holding(
                "supports",
                N_("Proposals you support"),
                Support.person_id,
                {"proposal": Support.proposal_id, "at": Support.at},
                GOES,
                gone=True,
            ),
            Holding(
                "proposal_follows",
                N_("Proposals you follow"),
                ProposalFollow.person_id,
                {"proposal": ProposalFollow.proposal_id, "at": ProposalFollow.at},
                GOES,
                gone=True,
            ),
            Holding(
                "comment_reports",
                N_("Comments you reported"),
                CommentReport.person_id,
                {
                    "reason": CommentReport.reason,
                    "text": CommentReport.text,
                    "at": CommentReport.created_at,
                },
                GOES,
                gone=True,
            ),
        ),
        duties=(
            "proposals_proposal.reviewer_id",
            "proposals_event.actor_id",
            "proposals_paper.registrar_id",
            "proposals_blocked_word.added_by_id",
            "proposals_blocked_word.removed_by_id",
            "proposals_remark.author_person_id",
        ),
        more=_papers,
        forget=_forget,
    )
)
