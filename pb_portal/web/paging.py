"""Keyset paging: a page is asked for by the last row of the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request

Row = TypeVar("Row")
HIGHEST = 2**31 - 1
"""The largest number of a row on either engine."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page; `next_key` and `previous_key` are for links, None at the ends."""

    rows: Sequence[Row]
    next_key: str | None
    previous_key: str | None = None


def page_of(rows: Sequence[Row], size: int, key: Callable[[Row], Any]) -> Page[Row]:
    """A page out of up to `size + 1` rows that were read."""
    more = len(rows) > size
    shown = rows[:size]
    return Page(shown, str(key(shown[-1])) if more and shown else None)


def asked_row(name: str) -> int | None:
    """The number of a row asked for in the address; None for what can be no row's number."""
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number <= HIGHEST else None
