"""Writing together: invitations by the author, wishes to join, leaving."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.queries import digest, find_reader
from pb_portal.audit import service as audit
from pb_portal.db import Missing, take_turn
from pb_portal.domain.addresses import canonical_address
from pb_portal.domain.letter_caps import LetterCaps
from pb_portal.domain.permissions import P, demand, owns
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.outbox import service as outbox
from pb_portal.proposals.models import Coauthor, Proposal
from pb_portal.proposals.queries.people import find_invitation
from pb_portal.word_list.service import require_allowed_words

MOST_COAUTHORS = 5
USUAL_CAPS = LetterCaps()
MOST_REQUESTS = 20
LONGEST_WORDS = 500
INVITATION_LASTS = timedelta(days=14)
CLOSED = frozenset(
    {
        ProposalState.REJECTED,
        ProposalState.WITHDRAWN,
        ProposalState.MERGED,
        ProposalState.SELECTED,
        ProposalState.NOT_SELECTED,
    }
)
_ADDRESS = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")


def invite(
    session: Session,
    by: Signature,
    proposal: Proposal,
    email: str,
    caps: LetterCaps = USUAL_CAPS,
) -> Coauthor:
    """Ask somebody by letter to write the proposal together. Says nothing of whether the address
    has an account."""
    _own(by, proposal)
    address = clean(email).casefold()
    if len(address) > 200 or not _ADDRESS.fullmatch(address):
        raise Refusal("coauthor.email_wrong", field="email")
    author = proposal.author
    assert author is not None
    mailbox = canonical_address(address)
    if mailbox == canonical_address(author.email):
        raise Refusal("coauthor.yourself", field="email")
    _hold_people(session, proposal)
    live = [one for one in proposal.coauthors if one.state in ("waiting", "agreed")]
    theirs = (one.person.email if one.person else one.email for one in live)
    if any(mailbox == canonical_address(email) for email in theirs):
        raise Refusal("coauthor.already", field="email")
    _refuse_full(live, field="email")
    if not outbox.claim_letter(
        session, by, "invitation", recipient=address, caps=caps, from_account=True
    ):
        raise Refusal("coauthor.too_many_letters", field="email")
    token = secrets.token_urlsafe(24)
    asked = Coauthor(kind="invitation", email=address, token_digest=digest(token), created_at=by.at)
    proposal.coauthors.append(asked)
    session.flush()
    _note(session, by, "coauthor.invited", proposal, asked)
    known = find_reader(session, address)
    outbox.post(
        session,
        by,
        "coauthor_invited",
        recipient=address,
        locale=known.locale if known else author.locale,
        name=author.name,
        title=proposal.title,
        path=f"/invitations/{token}",
    )
    return asked


def accept(session: Session, by: Signature, token: str, *, named: bool) -> Proposal:
    """Agree to an invitation; the link works once and for two weeks."""
    demand(by.actor, P.PROPOSE)
    asked = _invitation(session, token, by.at)
    proposal = asked.proposal
    if by.actor.person_id in proposal.written_by:
        raise Refusal("coauthor.already_writes")
    require_open(proposal)
    for other in proposal.coauthors:
        if other.person_id == by.actor.person_id and other.state == "waiting":
            _settle(other, "declined", by.at)
    session.flush()
    asked.person_id = by.actor.person_id
    asked.named = named
    _settle(asked, "agreed", by.at)
    session.flush()
    session.refresh(asked, ["person"])
    _note(session, by, "coauthor.agreed", proposal, asked)
    notify_coauthor(session, by, proposal.author, "agreed", proposal, asked.person)
    return proposal


def decline(session: Session, by: Signature, token: str) -> None:
    """Say no to an invitation; nobody needs an account for that."""
    asked = _invitation(session, token, by.at)
    _settle(asked, "declined", by.at)
    session.flush()
    _note(session, by, "coauthor.declined", asked.proposal, asked)
    notify_coauthor(session, by, asked.proposal.author, "declined", asked.proposal, None)


def ask_to_join(
    session: Session,
    by: Signature,
    proposal: Proposal,
    words: str = "",
    caps: LetterCaps = USUAL_CAPS,
) -> Coauthor:
    """Ask the author of a public proposal to write it together."""
    demand(by.actor, P.PROPOSE)
    if proposal.status == ProposalState.DRAFT:
        raise Missing("proposal")
    require_open(proposal)
    said = clean(words)
    if len(said) > LONGEST_WORDS:
        raise Refusal("proposal.too_long", field="words", most=LONGEST_WORDS, length=len(said))
    require_allowed_words(session, {"words": said})
    if by.actor.person_id in proposal.written_by:
        raise Refusal("coauthor.already_writes")
    _hold_people(session, proposal)
    waiting = [one for one in proposal.coauthors if one.state == "waiting"]
    if any(one.person_id == by.actor.person_id for one in waiting):
        raise Refusal("coauthor.asked_already")
    _refuse_full([one for one in proposal.coauthors if one.state == "agreed"])
    if proposal.author_id is None or len(waiting) >= MOST_REQUESTS:
        raise Refusal("coauthor.too_many_requests")
    author = proposal.author
    if author is not None and not outbox.claim_letter(
        session, by, "join", recipient=author.email, caps=caps, from_account=True
    ):
        raise Refusal("coauthor.too_many_letters")
    asked = Coauthor(
        kind="request",
        person_id=by.actor.person_id,
        words=said,
        named=True,
        created_at=by.at,
    )
    proposal.coauthors.append(asked)
    session.flush()
    session.refresh(asked, ["person"])
    _note(session, by, "coauthor.asked", proposal, asked)
    notify_coauthor(session, by, proposal.author, "asked", proposal, asked.person, words=said)
    return asked


def answer_request(
    session: Session, by: Signature, proposal: Proposal, coauthor_id: int, *, agree: bool
) -> None:
    """The author lets somebody in who asked, or not."""
    _own(by, proposal)
    asked = _find(proposal, coauthor_id)
    if asked.kind != "request" or asked.state != "waiting":
        raise Refusal("coauthor.answered")
    if agree:
        _refuse_full([one for one in proposal.coauthors if one.state == "agreed"])
    _settle(asked, "agreed" if agree else "declined", by.at)
    session.flush()
    _note(session, by, "coauthor.agreed" if agree else "coauthor.declined", proposal, asked)
    notify_coauthor(
        session, by, asked.person, "let_in" if agree else "not_let_in", proposal, proposal.author
    )


def remove(session: Session, by: Signature, proposal: Proposal, coauthor_id: int) -> None:
    """The author takes back an invitation, or parts with a co-author."""
    _own(by, proposal)
    gone = _find(proposal, coauthor_id)
    if gone.state not in ("waiting", "agreed"):
        raise Refusal("coauthor.answered")
    wrote = gone.state == "agreed"
    _settle(gone, "removed", by.at)
    session.flush()
    _note(session, by, "coauthor.removed", proposal, gone)
    if wrote:
        notify_coauthor(session, by, gone.person, "removed", proposal, proposal.author)


def leave(session: Session, by: Signature, proposal: Proposal) -> None:
    """A co-author stops writing."""
    mine = _mine(by, proposal)
    _settle(mine, "left", by.at)
    session.flush()
    _note(session, by, "coauthor.left", proposal, mine)
    notify_coauthor(session, by, proposal.author, "left", proposal, mine.person)


def show_name(session: Session, by: Signature, proposal: Proposal, *, on: bool) -> None:
    """A co-author's name on the public page, or not."""
    _mine(by, proposal).named = on
    session.flush()


def join_authors(
    session: Session, by: Signature, proposal: Proposal, person_ids: Iterable[int]
) -> None:
    """People whose proposals are merged into this one write it too. Checks no permission, and
    goes beyond the usual number: nobody is left out."""
    for person_id in sorted(set(person_ids) - proposal.written_by):
        for other in proposal.coauthors:
            if other.person_id == person_id and other.state == "waiting":
                _settle(other, "declined", by.at)
        session.flush()
        proposal.coauthors.append(
            Coauthor(
                kind="merge",
                person_id=person_id,
                state="agreed",
                named=True,
                created_at=by.at,
                answered_at=by.at,
            )
        )
        session.flush()


def _hold_people(session: Session, proposal: Proposal) -> None:
    """Whoever changes the list of people next waits, and sees this change."""
    take_turn(session, f"people of proposal {proposal.id}")
    session.refresh(proposal, ["coauthors"])


def _own(by: Signature, proposal: Proposal) -> None:
    if not owns(by.actor, proposal.author_id):
        raise Missing("proposal")
    require_open(proposal)


def _mine(by: Signature, proposal: Proposal) -> Coauthor:
    for one in proposal.coauthors:
        if owns(by.actor, one.person_id) and one.state == "agreed":
            return one
    raise Missing("coauthor")


def _find(proposal: Proposal, coauthor_id: int) -> Coauthor:
    for one in proposal.coauthors:
        if one.id == coauthor_id:
            return one
    raise Missing("coauthor")


def _invitation(session: Session, token: str, at: datetime) -> Coauthor:
    found = find_invitation(session, token, at - INVITATION_LASTS, lock=True)
    if found is None:
        raise Missing("invitation")
    return found


def require_open(proposal: Proposal) -> None:
    """Refuse to change the authors of a proposal that is closed."""
    if proposal.status in CLOSED:
        raise Refusal("coauthor.closed")


def _refuse_full(live: list[Coauthor], field: str | None = None) -> None:
    if len(live) >= MOST_COAUTHORS:
        raise Refusal("coauthor.full", field=field, most=MOST_COAUTHORS)


def _settle(one: Coauthor, state: str, at: datetime) -> None:
    """Answered: the address and the link are forgotten."""
    one.state = state
    one.answered_at = at
    one.email = ""
    one.token_digest = None


def _note(session: Session, by: Signature, action: str, proposal: Proposal, one: Coauthor) -> None:
    audit.record(
        session,
        by,
        action,
        ("proposal", proposal.id),
        cycle_id=proposal.cycle_id,
        coauthor=one.id,
    )


def notify_coauthor(
    session: Session,
    by: Signature,
    reader: Person | None,
    what: str,
    proposal: Proposal,
    other: Person | None,
    words: str = "",
) -> None:
    """Write to somebody about who writes the proposal."""
    if reader is None or reader.blocked_at is not None:
        return
    outbox.post(
        session,
        by,
        "coauthor_news",
        recipient=reader.email,
        locale=reader.locale,
        name=reader.name,
        what=what,
        other=other.name if other else "",
        words=words,
        title=proposal.title,
        path=f"/my/proposals/{proposal.id}/people" if what not in ("removed", "not_let_in") else "",
    )
