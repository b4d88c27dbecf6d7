"""Pages of reports: the public ones with their files, and where staff make them."""

from pb_portal.reports.views import desk, public
from pb_portal.reports.views.base import blueprint

__all__ = ["blueprint", "desk", "public"]
