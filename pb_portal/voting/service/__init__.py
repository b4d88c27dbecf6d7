"""Commands on the vote."""

from pb_portal.voting.service.casting import Sending, cast, mix
from pb_portal.voting.service.poll import Poll, digest, poll_of
from pb_portal.voting.service.visiting import (
    close_voter,
    demand_whole,
    keep_choices,
    last_marks,
    open_voter,
)

__all__ = [
    "Poll",
    "Sending",
    "cast",
    "close_voter",
    "demand_whole",
    "digest",
    "keep_choices",
    "last_marks",
    "mix",
    "open_voter",
    "poll_of",
]
