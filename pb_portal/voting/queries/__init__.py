"""Reading the ballot box."""

from pb_portal.voting.queries.box import (
    Ledger,
    ballot_area,
    ballot_papers,
    counted_ballots,
    demand_closed,
    find_leaf,
    find_participation,
    find_revisions,
    find_voter,
    find_voter_row,
    ledger_root,
    lock_participation,
    on_ballot_among,
    receipt_included,
    turnout,
    turnout_by_channel,
)

__all__ = [
    "Ledger",
    "ballot_area",
    "ballot_papers",
    "counted_ballots",
    "demand_closed",
    "find_leaf",
    "find_participation",
    "find_revisions",
    "find_voter",
    "find_voter_row",
    "ledger_root",
    "lock_participation",
    "on_ballot_among",
    "receipt_included",
    "turnout",
    "turnout_by_channel",
]
