"""The certified result as files: CSV for people, JSON for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from pb_portal.cycles.models import Cycle
from pb_portal.results.models import CountRun
from pb_portal.results.queries import Line, Section, public_turnout

COLUMNS = (
    "area", "number", "id", "title", "cost", "votes", "score", "rank", "selected", "reason"
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> Any:
    """A text that a spreadsheet will not take for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def as_csv(cycle: Cycle, sections: Iterable[Section]) -> str:
    """Every proposal of these areas in a row; begins with a mark by which Excel knows UTF-8."""
    target = io.StringIO(newline="")
    rows = csv.writer(target)
    target.write("\ufeff")
    rows.writerow(COLUMNS)
    for section in sections:
        for line in section.lines:
            rows.writerow(map(cell, _row(cycle, section, line)))
    return target.getvalue()


def _row(cycle: Cycle, section: Section, line: Line) -> Sequence[Any]:
    return (
        section.area.code,
        line.number,
        line.external_id,
        line.title,
        amount(cycle, line.cost),
        line.votes,
        line.score,
        line.rank,
        int(line.selected),
        line.reason,
    )


def amount(cycle: Cycle, value: int) -> int | str:
    """Money in the cycle's currency: whole, or a decimal text that loses nothing."""
    whole, rest = divmod(value, 10**cycle.minor_units)
    return f"{whole}.{rest:0{cycle.minor_units}d}" if rest else whole


def as_data(cycle: Cycle, run: CountRun, sections: Iterable[Section]) -> dict[str, Any]:
    """The result with everything needed to check it."""
    content = cycle.rule_book.content if cycle.rule_book else {}
    return {
        "cycle": cycle.slug,
        "names": cycle.names,
        "currency": cycle.currency,
        "minor_units": cycle.minor_units,
        "certified_at": run.certified_at.isoformat() if run.certified_at else None,
        "rule": run.rule,
        "rule_book": content,
        "rule_book_sha256": run.rules_digest,
        "lot": {"seed": run.lot_seed, "commitment": content.get("lot_commitment", "")},
        "input_sha256": run.input_digest,
        "result_sha256": run.result_digest,
        "ledger_root": run.ledger_root,
        "turnout": public_turnout(run),
        "areas": [_area(section) for section in sections],
    }


def _area(section: Section) -> dict[str, Any]:
    return {
        "code": section.area.code,
        "names": section.area.names,
        "budget": section.result.budget,
        "spent": section.result.spent,
        "outside": section.result.outside,
        "ballots": section.ballots,
        "cut_off": section.cut_off,
        "figures_withheld": section.withheld,
        "proposals": [
            {
                "number": line.number,
                "id": line.external_id or str(line.number),
                "title": line.title,
                "cost": line.cost,
                "votes": line.votes,
                "score": line.score,
                "rank": line.rank,
                "selected": line.selected,
                "reason": line.reason,
                "figures": line.params,
            }
            for line in section.lines
        ],
    }
