"""Commands on the vote."""

from pb_portal.voting.service.casting import Sending, cast, mix
from pb_portal.voting.service.poll import Poll, digest, poll_of
from pb_portal.voting.service.visiting import (
    any_visit_over,
    close_voter,
    demand_whole,
    forget_visits,
    keep_choices,
    last_marks,
    open_voter,
)

__all__ = [
    "Poll",
    "Sending",
    "any_visit_over",
    "cast",
    "close_voter",
    "demand_whole",
    "digest",
    "forget_visits",
    "keep_choices",
    "last_marks",
    "mix",
    "open_voter",
    "poll_of",
]
