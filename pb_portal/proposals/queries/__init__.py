"""Reading proposals."""

from __future__ import annotations

from pb_portal.proposals.queries.listing import (
    SHOWN,
    SORTS,
    Card,
    Facets,
    Filters,
    ListPage,
    categories_of,
    facets,
    list_page,
    points,
)
from pb_portal.proposals.queries.rows import (
    ProposalPage,
    comments_of,
    get_proposal,
    get_proposal_by_id,
    mine,
    on_ballot,
    read_page,
)

__all__ = [
    "SHOWN",
    "SORTS",
    "Card",
    "Facets",
    "Filters",
    "ListPage",
    "ProposalPage",
    "categories_of",
    "comments_of",
    "facets",
    "get_proposal",
    "get_proposal_by_id",
    "list_page",
    "mine",
    "on_ballot",
    "points",
    "read_page",
]
