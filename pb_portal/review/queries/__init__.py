"""Reading for the desk of review."""

from __future__ import annotations

from pb_portal.review.queries.appeals import open_appeals
from pb_portal.review.queries.decisions import (
    decision_counts,
    decisions_of_cycle,
    newest_decision,
)
from pb_portal.review.queries.files import (
    NEAR,
    cycles_of_open,
    cycles_with_files,
    get_file,
    get_whole_file,
    last_versions,
    neighbours,
    newest_opinions,
    opinions,
    passed_to_council,
)
from pb_portal.review.queries.levels import ENOUGH, Level, findings_since, levels
from pb_portal.review.queries.paper import own_cycles, papers
from pb_portal.review.queries.together import (
    PRESENT,
    kept_filters,
    kept_finding,
    notes,
    others_present,
    sent_mailings,
)

__all__ = [
    "ENOUGH",
    "NEAR",
    "PRESENT",
    "Level",
    "cycles_of_open",
    "cycles_with_files",
    "decision_counts",
    "decisions_of_cycle",
    "findings_since",
    "get_file",
    "get_whole_file",
    "kept_filters",
    "kept_finding",
    "last_versions",
    "levels",
    "neighbours",
    "newest_decision",
    "newest_opinions",
    "notes",
    "open_appeals",
    "opinions",
    "others_present",
    "own_cycles",
    "papers",
    "passed_to_council",
    "sent_mailings",
]
