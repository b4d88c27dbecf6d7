"""Phases of a cycle: which is open at a moment. They open and close by the clock alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar


class PhaseKind(StrEnum):
    """Kinds of phases, in their usual order."""

    APPLICATIONS = "applications"
    REVIEW = "review"
    REWORK = "rework"
    SECOND_REVIEW = "second_review"
    VOTING = "voting"
    RESULTS = "results"
    DELIVERY = "delivery"


class Span(Protocol):
    """Anything with a kind, a start and an end (aware moments; the end is exclusive)."""

    @property
    def kind(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


AnySpan = TypeVar("AnySpan", bound=Span)


def is_open(span: Span, at: datetime) -> bool:
    """Whether the phase is open: from its start, up to but not including its end."""
    return span.starts_at <= at < span.ends_at


def state_at(span: Span, at: datetime) -> str:
    """`past`, `now` or `next`."""
    if at < span.starts_at:
        return "next"
    return "now" if at < span.ends_at else "past"


def current(spans: Iterable[AnySpan], at: datetime) -> AnySpan | None:
    """The phase open now; of several the one that closes first, since it can be missed first."""
    return next(iter(all_open(spans, at)), None)


def all_open(spans: Iterable[AnySpan], at: datetime) -> list[AnySpan]:
    """Every phase open now, the one that closes first before the others."""
    opened = (span for span in spans if is_open(span, at))
    return sorted(opened, key=lambda span: (span.ends_at, span.starts_at))


def upcoming(spans: Iterable[AnySpan], at: datetime) -> AnySpan | None:
    """The next phase to open."""
    ahead = [span for span in spans if span.starts_at > at]
    return min(ahead, key=lambda span: span.starts_at, default=None)


def of_kind(spans: Iterable[AnySpan], kind: PhaseKind) -> AnySpan | None:
    """The cycle's phase of a kind, if it has one."""
    return next((span for span in spans if span.kind == kind), None)
