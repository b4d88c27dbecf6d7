"""Reading projects: the register, one project, a manager's queue."""

from pb_portal.projects.queries.one import get_project, get_to_change, is_following, updates

__all__ = ["get_project", "get_to_change", "is_following", "updates"]
