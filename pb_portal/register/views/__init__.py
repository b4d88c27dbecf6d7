"""Pages of the register."""

from pb_portal.register.views.common import blueprint

from . import corrections, desks, freezing, loading, sound  # noqa: F401  isort: skip

__all__ = ["blueprint"]
