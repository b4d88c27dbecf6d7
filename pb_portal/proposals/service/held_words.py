"""The list of words over everything a proposal says in public."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Proposal
from pb_portal.takedowns.service import hold
from pb_portal.word_list.service import check_words


def check_proposal_words(session: Session, proposal: Proposal) -> bool:
    """Whether a moderator has to read the proposal first; refuses a word that is not taken."""
    texts = {name: getattr(proposal, name) for name in ("title", "problem", "solution", "address")}
    for line in proposal.lines:
        texts[f"line{line.id}"] = f"{line.title} {line.reason}"
    for picture in proposal.pictures:
        texts[f"caption{picture.id}"] = picture.caption
    return check_words(session, texts)


def hold_proposal(session: Session, by: Signature, proposal: Proposal, *, held: bool) -> None:
    """Keep back what was just sent until a moderator has read it."""
    if held:
        hold(session, by, "proposal", str(proposal.id))
