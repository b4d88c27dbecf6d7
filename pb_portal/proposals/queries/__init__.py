"""Reading proposals."""

from __future__ import annotations

from pb_portal.proposals.queries import comments, people, remarks, similar, versions
from pb_portal.proposals.queries.asked import SHOWN, Band, Filters
from pb_portal.proposals.queries.counts import Facets, facets
from pb_portal.proposals.queries.listing import (
    SORTS,
    Card,
    ListPage,
    categories_of,
    list_page,
)
from pb_portal.proposals.queries.rows import (
    ProposalPage,
    copies_of,
    find_by_number,
    get_proposal,
    get_proposal_by_id,
    merged_into,
    mine,
    on_ballot,
    read_page,
)
from pb_portal.proposals.queries.spread import Box, places
from pb_portal.proposals.queries.suggest import Suggestions, meant, suggest

__all__ = [
    "SHOWN",
    "SORTS",
    "Band",
    "Box",
    "Card",
    "Facets",
    "Filters",
    "ListPage",
    "ProposalPage",
    "Suggestions",
    "categories_of",
    "comments",
    "copies_of",
    "facets",
    "find_by_number",
    "get_proposal",
    "get_proposal_by_id",
    "list_page",
    "meant",
    "merged_into",
    "mine",
    "on_ballot",
    "people",
    "places",
    "read_page",
    "remarks",
    "similar",
    "suggest",
    "versions",
]
