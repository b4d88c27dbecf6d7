"""Handing a proposal over to a co-author, and who follows an author whose account goes."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.queries import holders
from pb_portal.audit import service as audit
from pb_portal.db import Missing
from pb_portal.domain.permissions import Role, owns
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import Coauthor, Proposal
from pb_portal.proposals.service.coauthors import notify_coauthor, require_open
from pb_portal.proposals.service.revisions import find_revision

LIVE = frozenset(ProposalState) - {
    ProposalState.WITHDRAWN,
    ProposalState.MERGED,
    ProposalState.SELECTED,
    ProposalState.NOT_SELECTED,
}
"""States in which a proposal still needs somebody who acts for it."""


def offer_lead(session: Session, by: Signature, proposal: Proposal, coauthor_id: int) -> None:
    """The author asks a co-author to take the proposal over."""
    if not owns(by.actor, proposal.author_id):
        raise Missing("proposal")
    require_open(proposal)
    chosen = _agreed(proposal, coauthor_id)
    for row in proposal.coauthors:
        row.offered_at = by.at if row is chosen else None
    session.flush()
    _record(session, by, "coauthor.offered", proposal, chosen)
    notify_coauthor(session, by, chosen.person, "offered", proposal, proposal.author)


def answer_offer(session: Session, by: Signature, proposal: Proposal, *, agree: bool) -> None:
    """The co-author takes it over, or does not; the former author stays a co-author."""
    mine = next((row for row in proposal.coauthors if owns(by.actor, row.person_id)), None)
    if mine is None or mine.offered_at is None or mine.state != "agreed":
        raise Missing("coauthor")
    former = proposal.author
    mine.offered_at = None
    session.flush()
    if not agree:
        _record(session, by, "coauthor.offer_declined", proposal, mine)
        notify_coauthor(session, by, former, "not_taken", proposal, mine.person)
        return
    require_open(proposal)
    successor = mine.person
    _pass_on(session, by, proposal, mine)
    _record(session, by, "coauthor.handed_over", proposal, mine)
    notify_coauthor(session, by, former, "handed_over", proposal, successor)


def find_successors(session: Session, by: Signature, person: Person) -> None:
    """The account goes: what it leads is led by the co-author it was offered to, else by the one
    who has written with it longest. Without one the registrar represents what was handed in."""
    led = session.scalars(
        select(Proposal).where(
            Proposal.author_id == person.id,
            Proposal.revises_id.is_(None),
            Proposal.status.in_(sorted(LIVE)),
        )
    )
    for proposal in led.all():
        able = [
            row
            for row in proposal.coauthors
            if row.state == "agreed" and row.person is not None and row.person.blocked_at is None
        ]
        able.sort(key=lambda row: (row.offered_at is None, row.answered_at or by.at, row.id))
        if able:
            chosen = able[0]
            successor = chosen.person
            _pass_on(session, by, proposal, chosen)
            chosen.state, chosen.named = "left", False
            session.flush()
            _record(session, by, "coauthor.succeeded", proposal, chosen)
            notify_coauthor(session, by, successor, "succeeded", proposal, None)
        elif proposal.number is not None:
            audit.record(
                session,
                by,
                "proposal.represented",
                ("proposal", proposal.id),
                cycle_id=proposal.cycle_id,
            )
            _tell_registrars(session, by, proposal)
    for row in session.scalars(
        select(Coauthor).where(Coauthor.person_id == person.id, Coauthor.state == "agreed")
    ):
        row.state, row.answered_at = "left", by.at
    session.flush()


def _tell_registrars(session: Session, by: Signature, proposal: Proposal) -> None:
    for person in holders(session, [Role.REGISTRAR], None):
        outbox.post(
            session,
            by,
            "proposal_represented",
            recipient=person.email,
            locale=person.locale,
            name=person.name,
            number=proposal.number,
            title=proposal.title,
            path="/desk/represented",
        )


def _pass_on(session: Session, by: Signature, proposal: Proposal, row: Coauthor) -> None:
    """The co-author becomes the author, and the author takes the co-author's place."""
    former, successor = proposal.author_id, row.person_id
    copy = find_revision(session, proposal.id)
    proposal.author_id = successor
    if copy is not None:
        copy.author_id = successor
    row.person_id, row.named, row.offered_at, row.answered_at = former, True, None, by.at
    session.flush()
    session.refresh(proposal, ["author", "coauthors"])
    session.refresh(row, ["person"])


def _agreed(proposal: Proposal, coauthor_id: int) -> Coauthor:
    for row in proposal.coauthors:
        if row.id == coauthor_id and row.state == "agreed":
            if row.person is None or row.person.blocked_at is not None:
                raise Refusal("coauthor.cannot_lead")
            return row
    raise Missing("coauthor")


def _record(
    session: Session, by: Signature, action: str, proposal: Proposal, row: Coauthor
) -> None:
    audit.record(
        session,
        by,
        action,
        ("proposal", proposal.id),
        cycle_id=proposal.cycle_id,
        coauthor=row.id,
    )
