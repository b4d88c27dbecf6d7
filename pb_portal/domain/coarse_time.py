"""Times as coarse as the vote may keep them: a fine one beside a name tells when somebody voted."""

from __future__ import annotations

from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


def next_minute(at: datetime) -> datetime:
    """The next whole minute: what lasts until then lasts no shorter than was promised."""
    return at.replace(second=0, microsecond=0) + MINUTE
