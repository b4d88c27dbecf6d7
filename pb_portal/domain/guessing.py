"""How long somebody waits after wrong passwords or codes: longer and longer, never for good."""

from __future__ import annotations

from datetime import datetime, timedelta

FREE = 10
"""So many mistakes cost no time."""
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


def wait_after(failures: int) -> timedelta:
    """The pause before the next try."""
    if failures < FREE:
        return timedelta()
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures - FREE, 16)
    return min(doubled, LONGEST_WAIT)


def still_to_wait(failures: int, last_at: datetime, at: datetime) -> timedelta:
    """What is left of the pause; nothing when the mistakes are a day old."""
    if at - last_at >= FORGOTTEN_AFTER:
        return timedelta()
    return max(last_at + wait_after(failures) - at, timedelta())
