"""Pages of proposals."""

from __future__ import annotations

from pb_portal.proposals.views import (
    claim,
    estimate,
    listing,
    live,
    own,
    people,
    photos,
    share,
    show,
    similar,
    start,
    submission,
    texts,
    versions,
    voices,
)
from pb_portal.proposals.views.base import blueprint

__all__ = [
    "blueprint",
    "claim",
    "estimate",
    "listing",
    "live",
    "own",
    "people",
    "photos",
    "share",
    "show",
    "similar",
    "start",
    "submission",
    "texts",
    "versions",
    "voices",
]
