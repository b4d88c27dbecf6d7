"""Counting votes on a budget: exact, explained, and repeatable by anyone.

Stands alone on the standard library. ``read`` (in ``pabulib``) brings an election in, ``count``
answers it, ``python -m pb_portal.tally FILE.pb`` does both.
"""

from pb_portal.tally.additions import city_additions
from pb_portal.tally.areas import Area, count_areas
from pb_portal.tally.lots import (
    Ties,
    commit,
    file_ties,
    lot,
    lot_order,
    official_ties,
)
from pb_portal.tally.model import (
    Ballot,
    Conflict,
    Election,
    ElectionError,
    Limits,
    Project,
    anonymous,
    compress,
)
from pb_portal.tally.options import Rule
from pb_portal.tally.outcome import CutOff, Explanation, Outcome, Round, UnsupportedRule
from pb_portal.tally.rules import count, names, parse_rule
from pb_portal.tally.scores import scores_of, votes_of

__all__ = [
    "Area",
    "Ballot",
    "Conflict",
    "CutOff",
    "Election",
    "ElectionError",
    "Explanation",
    "Limits",
    "Outcome",
    "Project",
    "Round",
    "Rule",
    "Ties",
    "UnsupportedRule",
    "anonymous",
    "city_additions",
    "commit",
    "compress",
    "count",
    "count_areas",
    "file_ties",
    "lot",
    "lot_order",
    "names",
    "official_ties",
    "parse_rule",
    "scores_of",
    "votes_of",
]
