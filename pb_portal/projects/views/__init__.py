"""Pages of projects: the register, the page of one project, the desk of those who deliver."""

from pb_portal.projects.views import (
    answers,
    contractors,
    desk,
    download,
    feeds,
    heads,
    mine,
    public,
    register,
    said,
    scorecard,
    shared,
    site,
    start,
    types,
    works,
)
from pb_portal.projects.views.base import blueprint

__all__ = [
    "answers",
    "blueprint",
    "contractors",
    "desk",
    "download",
    "feeds",
    "heads",
    "mine",
    "public",
    "register",
    "said",
    "scorecard",
    "shared",
    "site",
    "start",
    "types",
    "works",
]
