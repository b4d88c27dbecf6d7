"""Names the administrator gives in the catalogues, for codes that pages and letters show.

The rooms that hold the catalogues are above this floor: each hands in how its names are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import g

Names = Mapping[str, Mapping[str, str]]
_readers: dict[str, Callable[[], Names]] = {}


def provide(kind: str, read: Callable[[], Names]) -> None:
    """Say how the names of a kind (code to texts by language) are read."""
    _readers[kind] = read


def named(kind: str, code: str) -> Mapping[str, str] | None:
    """The texts of a code, read once in a request or letter; None when it has none."""
    known: dict[str, Names] = g.setdefault("catalogue_names", {})
    if kind not in known:
        known[kind] = _readers[kind]() if kind in _readers else {}
    return known[kind].get(code)
