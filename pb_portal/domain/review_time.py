"""How long staff hold a proposal: the time it waits for its author does not count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from pb_portal.domain.proposal_states import IN_STAFF_HANDS, ProposalAction

REVIEW_TIME = timedelta(days=10)
"""In which staff answer a proposal that has come to them."""
LEAST_TIME = timedelta(days=3)
"""What is left at least when it comes back from its author."""
_BEGINS = frozenset({ProposalAction.SUBMIT, ProposalAction.APPEAL})


class Happened(Protocol):
    """A step as it was taken."""

    @property
    def action(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def at(self) -> datetime: ...


def held_by_staff(events: Iterable[Happened], until: datetime) -> timedelta:
    """How long staff have held it since it was submitted, or appealed, for the last time."""
    total, since = timedelta(), None
    for event in events:
        if event.action in _BEGINS:
            total, since = timedelta(), None
        if since is not None:
            total += event.at - since
        since = event.at if event.target in IN_STAFF_HANDS else None
    return total + (until - since if since is not None else timedelta())


def due_after_rework(events: Iterable[Happened], at: datetime) -> datetime:
    """When the answer is due once the author has sent it back: the time goes on where it stopped,
    with a few days at least."""
    return at + max(REVIEW_TIME - held_by_staff(events, at), LEAST_TIME)
