"""Results in words: the reason of a proposal, points, and the names of rules."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from pb_portal.cycles.models import Cycle
from pb_portal.results.queries import Line
from pb_portal.tally.english import MONEY, MOST
from pb_portal.web.i18n import language, money, number
from pb_portal.web.phrases import SENTENCES, phrase


def reason(line: Line, cycle: Cycle, rule: str, decimals: int = 0) -> str:
    """The one sentence that says why a proposal won or did not."""
    code = _code(line)
    if code not in SENTENCES:
        return phrase("reason.other_won" if line.selected else "reason.other_lost", rule=rule)
    shown = {key: _shown(key, value, cycle, decimals) for key, value in line.params.items()}
    return phrase(code, **shown)


def _code(line: Line) -> str:
    """The phrase of a reason; some have two, by the figures that come with them."""
    if line.reason == "lost_lot" and "behind" in line.params:
        return "reason.lost_lot_shared"
    if line.reason == "money_spent" and line.params.get("spent_on"):
        return "reason.money_spent_on"
    return f"reason.{line.reason}"


def _shown(key: str, value: Any, cycle: Cycle, decimals: int) -> str:
    if key in MONEY:
        return money(value, cycle.currency, cycle.minor_units)
    if isinstance(value, list):
        return ", ".join(map(str, value[:MOST]))
    if key in ("threshold", "missing"):
        return points(value, decimals)
    return str(value)


def points(value: int, decimals: int = 0) -> str:
    """A score, with its decimals where points have any."""
    if not decimals:
        return number(value)
    sign, (whole, rest) = "-" if value < 0 else "", divmod(abs(value), 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0")
    mark = "." if language() == "en" else ","
    return sign + number(whole) + (mark + fraction if fraction else "")


def rule_name(rule: str) -> str:
    """What a counting rule does, in a few words."""
    names = {
        "greedy": _("Most votes first; what does not fit is skipped"),
        "greedy-threshold": _(
            "Most votes first; what does not fit is skipped; below the threshold nothing wins"
        ),
        "greedy-no-skip": _("Most votes first, until one does not fit"),
        "greedy-exclusive": _("Most votes first; of rival projects only one"),
        "greedy-per-cost": _("Most votes for the money first"),
        "greedy-custom": _("Most votes first, with reserve money at the end"),
        "phragmen": _("Phragmén’s rule: voters receive money evenly and buy together"),
        "equal-shares": _("Equal shares: every voter has the same part of the money"),
    }
    return str(names.get(rule.partition(":")[0].partition("/")[0], rule))
