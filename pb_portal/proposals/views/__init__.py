"""Pages of proposals."""

from __future__ import annotations

from pb_portal.proposals.views import (
    estimate,
    listing,
    own,
    photos,
    show,
    start,
    submission,
    texts,
    voices,
)
from pb_portal.proposals.views.base import blueprint

__all__ = [
    "blueprint",
    "estimate",
    "listing",
    "own",
    "photos",
    "show",
    "start",
    "submission",
    "texts",
    "voices",
]
