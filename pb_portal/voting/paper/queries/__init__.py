"""Reading points and batches. Figures are for those who work on a batch, and for the count."""

from pb_portal.voting.paper.queries.batches import (
    Difference,
    batches_of,
    differences,
    final_marks,
    find_keyer,
    find_sheet,
    get_batch,
    get_scan,
    lock_batch,
    works_on,
)
from pb_portal.voting.paper.queries.figures import (
    Sums,
    is_explained,
    paper_report,
    sums,
    underway,
)
from pb_portal.voting.paper.queries.points import (
    candidates,
    get_point,
    open_points,
    points_of,
    registrars,
)

__all__ = [
    "Difference",
    "Sums",
    "batches_of",
    "candidates",
    "differences",
    "final_marks",
    "find_keyer",
    "find_sheet",
    "get_batch",
    "get_point",
    "get_scan",
    "is_explained",
    "lock_batch",
    "open_points",
    "paper_report",
    "points_of",
    "registrars",
    "sums",
    "underway",
    "works_on",
]
