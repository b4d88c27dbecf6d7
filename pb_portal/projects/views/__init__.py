"""Pages of projects: the public register, the page of one project, the manager's desk."""

from pb_portal.projects.views import desk, download, public, start
from pb_portal.projects.views.base import blueprint

__all__ = ["blueprint", "desk", "download", "public", "start"]
