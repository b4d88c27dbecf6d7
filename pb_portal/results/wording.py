"""Results in words: the reason of a proposal, its figures, and what it lacked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from pb_portal.cycles.models import Cycle
from pb_portal.results.models import Margin
from pb_portal.results.queries import Line, Section
from pb_portal.tally.english import MONEY, MOST
from pb_portal.web.i18n import language, money, number
from pb_portal.web.phrases import SENTENCES, phrase


def reasons(cycle: Cycle, rule: str, decimals: int = 0) -> Callable[[Line], str]:
    """The sentence of a line, for templates."""
    return partial(reason, cycle=cycle, rule=rule, decimals=decimals)


def withheld(section: Section) -> str:
    """Why figures of an area are missing; empty where none are."""
    if not section.uncounted:
        return ""
    if 0 < section.result.ballots < section.smallest:
        few = _(
            "Fewer than %(num)s people voted here. Figures are not published, because they would "
            "show how single people voted; the winners stand.",
            num=section.smallest,
        )
        return str(few)
    if section.withheld:
        rest = _(
            "Figures are not published, because with them the votes of single people in another "
            "district could be worked out; the winners stand."
        )
        return str(rest)
    number_of = _(
        "How many people voted here is not published, because with it the votes of single people "
        "in another district could be worked out."
    )
    return str(number_of)


def reason(line: Line, cycle: Cycle, rule: str, decimals: int = 0) -> str:
    """The one sentence that says why a proposal won or did not."""
    code = _code(line)
    if code not in SENTENCES:
        return phrase("reason.other_won" if line.selected else "reason.other_lost", rule=rule)
    shown = {key: _shown(key, value, cycle, decimals) for key, value in line.params.items()}
    return phrase(code, **shown)


def _code(line: Line) -> str:
    """The phrase of a reason; some have two, by the figures that come with them."""
    if line.reason == "lost_lot":
        return _lost_lot(line.params)
    if line.reason == "money_spent" and line.params.get("spent_on"):
        return "reason.money_spent_on"
    return f"reason.{line.reason}"


def _lost_lot(params: Mapping[str, Any]) -> str:
    if not params.get("shortfall"):
        return "reason.lost_lot_only"
    return "reason.lost_lot_shared" if "behind" in params else "reason.lost_lot"


def _shown(key: str, value: Any, cycle: Cycle, decimals: int) -> str:
    if key in MONEY:
        return money(value, cycle.currency, cycle.minor_units)
    if isinstance(value, list):
        return ", ".join(map(str, value[:MOST]))
    if key in ("threshold", "missing"):
        return points(value, decimals)
    return str(value)


def figures(line: Line) -> list[tuple[str, int]]:
    """The three numbers of a reason: its cost, the money behind it at its turn, the shortfall."""
    params = line.params
    told = [(_("Cost"), line.cost)]
    if "behind" in params:
        told.append((_("Its supporters’ money at its turn"), params["behind"]))
    elif "remaining" in params:
        told.append((_("Money left at its turn"), params["remaining"]))
    elif "budget" in params:
        told.append((_("The whole budget"), params["budget"]))
    if "shortfall" in params:
        told.append((_("Shortfall"), params["shortfall"]))
    return told


def spent_on(line: Line) -> list[tuple[int, int]]:
    """Where the supporters' money went: number of the winner and the sum, the most first."""
    pairs = zip(line.params.get("spent_on", []), line.params.get("spent", []), strict=False)
    return [(other, int(amount)) for other, amount in list(pairs)[:MOST] if int(amount)]


def margins(line: Line, margin: Margin | None, cycle: Cycle) -> list[str]:
    """What would have changed the outcome, as full recounts found it."""
    if margin is None or line.votes is None:
        return []
    told = []
    if not line.selected and margin.more_voters:
        told.append(
            ngettext(
                "With %(count)s more voter for it alone it would have won.",
                "With %(count)s more voters for it alone it would have won.",
                margin.more_voters,
                count=number(margin.more_voters),
            )
        )
    if margin.top_cost is not None:
        cost = money(margin.top_cost, cycle.currency, cycle.minor_units)
        if line.selected and margin.top_cost > line.cost:
            told.append(_("It would have won at a cost up to %(cost)s too.", cost=cost))
        elif not line.selected and margin.top_cost > 0:
            told.append(_("At a cost up to %(cost)s it would have won.", cost=cost))
    return told


def points(value: int, decimals: int = 0) -> str:
    """A score, with its decimals where points have any."""
    if not decimals:
        return number(value)
    sign, (whole, rest) = "-" if value < 0 else "", divmod(abs(value), 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0")
    mark = "." if language() == "en" else ","
    return sign + number(whole) + (mark + fraction if fraction else "")
