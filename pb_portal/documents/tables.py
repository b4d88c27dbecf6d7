"""CSV for spreadsheets: marked as UTF-8, and nothing in it is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def defused(value: Any) -> Any:
    """A text that a spreadsheet will not take for a formula; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def write(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table with its headings; begins with the mark by which Excel knows UTF-8."""
    target = io.StringIO(newline="")
    lines = csv.writer(target)
    lines.writerow(map(defused, heads))
    lines.writerows([defused(value) for value in row] for row in rows)
    return ("\ufeff" + target.getvalue()).encode("utf-8")
