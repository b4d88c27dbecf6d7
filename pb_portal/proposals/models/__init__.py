"""Proposals and what belongs to them."""

from __future__ import annotations

from pb_portal.proposals.models.coauthor import Coauthor
from pb_portal.proposals.models.paper import PaperApplication
from pb_portal.proposals.models.proposal import (
    LOTS,
    STATES,
    EstimateLine,
    Proposal,
    ProposalEvent,
    ProposalPicture,
)
from pb_portal.proposals.models.rounds import ProposalVersion, Remark, ReviewedLine
from pb_portal.proposals.models.voices import (
    Comment,
    CommentReport,
    ProposalFollow,
    Support,
)
from pb_portal.proposals.models.words import ProposalWord, SaidWord
from pb_portal.word_list.models import BlockedWord

__all__ = [
    "LOTS",
    "STATES",
    "BlockedWord",
    "Coauthor",
    "Comment",
    "CommentReport",
    "EstimateLine",
    "PaperApplication",
    "Proposal",
    "ProposalEvent",
    "ProposalFollow",
    "ProposalPicture",
    "ProposalVersion",
    "ProposalWord",
    "Remark",
    "ReviewedLine",
    "SaidWord",
    "Support",
]
