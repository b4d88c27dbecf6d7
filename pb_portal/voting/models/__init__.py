"""The tables of the vote; who has voted and what was chosen share no key (`box`)."""

from pb_portal.voting.models.booth import BallotDraft, VoterSession
from pb_portal.voting.models.box import Ballot, Participation
from pb_portal.voting.models.fraud import (
    FraudCase,
    FraudFlag,
    FraudMember,
    FraudNote,
    FraudSettings,
    RestoredVote,
    VoidedBallot,
    VoteTrace,
)
from pb_portal.voting.models.heads import LedgerHead
from pb_portal.voting.models.letters import LetterAsked
from pb_portal.voting.models.seals import LedgerBatch, PendingLeaf, SealedLeaf
from pb_portal.voting.models.steps import StepCount

__all__ = [
    "Ballot",
    "BallotDraft",
    "FraudCase",
    "FraudFlag",
    "FraudMember",
    "FraudNote",
    "FraudSettings",
    "LedgerBatch",
    "LedgerHead",
    "LetterAsked",
    "Participation",
    "PendingLeaf",
    "RestoredVote",
    "SealedLeaf",
    "StepCount",
    "VoidedBallot",
    "VoteTrace",
    "VoterSession",
]
