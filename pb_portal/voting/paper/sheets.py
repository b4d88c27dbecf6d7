"""What is printed of a batch: its ballots, the cover sheet, the form of the protocol.

A ballot carries the number of its batch and its own, in digits and as a QR code, and nothing else
that could tell one from another.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import segno
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.db import LocalText
from pb_portal.documents import pdf
from pb_portal.domain import ballots
from pb_portal.domain.polling import serial_code
from pb_portal.domain.rule_book import RuleBook
from pb_portal.proposals.models import Proposal
from pb_portal.voting.paper.models import Batch
from pb_portal.web import i18n

LANGUAGES = ("kk", "ru")
PAPERS = ("ballots", "cover", "protocol")


def pdf_of(session: Session, batch: Batch, paper: str) -> bytes:
    """The PDF: `ballots`, `cover` or `protocol`, each in Kazakh and Russian."""
    rules = cycles.rules_of(batch.cycle)
    data = {**_about(batch), **_words(batch, rules)}
    if paper != "ballots":
        rows = _cover if paper == "cover" else _protocol
        lines = [[_both(name), *rest] for name, *rest in rows(batch)]
        return pdf.render("polling_sheet", {**data, "title": data[paper], "lines": lines})
    shown = [session.get_one(Proposal, one) for one in batch.papers]
    papers = [_line(place, one) for place, one in enumerate(shown, start=1)]
    serials = [serial_code(number) for number in range(batch.first, batch.last + 1)]
    files = {f"{code}.png": _qr(batch, code) for code in serials}
    data |= {"papers": papers, "serials": serials, "kind": rules.ballot_type}
    return pdf.render("polling_ballots", data, files=files)


def _qr(batch: Batch, code: str) -> bytes:
    stream = io.BytesIO()
    text = f"{batch.cycle.slug}/{batch.number}/{code}"
    segno.make(text, error="m", micro=False).save(stream, kind="png", scale=4, border=1)
    return stream.getvalue()


def _both(text: Callable[[], str]) -> str:
    """A sentence in both languages of a ballot."""
    told = []
    for code in LANGUAGES:
        with force_locale(code):
            told.append(str(text()))
    return " / ".join(dict.fromkeys(told))


def _names(names: LocalText) -> str:
    return " / ".join(dict.fromkeys(names.get(code, "") for code in LANGUAGES if names.get(code)))


def _about(batch: Batch) -> dict[str, Any]:
    return {
        "cycle": _names(batch.cycle.names),
        "area": _names(batch.point.area.names),
        "point": _names(batch.point.names),
        "batch": batch.number,
        "first": serial_code(batch.first),
        "last": serial_code(batch.last),
        "size": batch.size,
    }


def _words(batch: Batch, rules: RuleBook) -> dict[str, Any]:
    return {
        "ballot": _both(lambda: _("Ballot")),
        "cover": _both(lambda: _("Cover sheet of a batch of ballots")),
        "protocol": _both(lambda: _("Protocol of the polling point")),
        "batch_word": _both(lambda: _("Batch")),
        "page": _both(lambda: _("Page")),
        "how": [_instruction(code, batch, rules) for code in LANGUAGES],
        "secret": _both(lambda: _("Do not write your name. The number is not kept with you.")),
    }


def _instruction(code: str, batch: Batch, rules: RuleBook) -> str:
    with force_locale(code):
        return str(_HOW[rules.ballot_type](batch, rules))


def _approval(batch: Batch, rules: RuleBook) -> str:
    most = rules.max_choices
    return str(
        ngettext(
            "Mark at most %(num)d box with a cross. With more marks the ballot is invalid.",
            "Mark at most %(num)d boxes with a cross. With more marks the ballot is invalid.",
            most,
        )
    )


def _knapsack(batch: Batch, rules: RuleBook) -> str:
    part = cycles.find_cycle_area(batch.cycle, batch.point.area_id)
    budget = part.budget if part else 0
    money = i18n.money(budget, batch.cycle.currency, batch.cycle.minor_units)
    return str(
        _(
            "Mark boxes with a cross. What you mark may cost at most %(money)s together.",
            money=money,
        )
    )


def _points(batch: Batch, rules: RuleBook) -> str:
    return str(
        _(
            "Divide %(points)s points: write in a box how many you give. With more points the "
            "ballot is invalid.",
            points=rules.max_points,
        )
    )


def _ranking(batch: Batch, rules: RuleBook) -> str:
    return str(
        _(
            "Write 1 in the box of the best proposal, 2 in that of the second, up to %(most)s. "
            "Each figure stands once.",
            most=rules.max_choices,
        )
    )


_HOW: dict[str, Callable[[Batch, RuleBook], str]] = {
    ballots.APPROVAL: _approval,
    ballots.KNAPSACK: _knapsack,
    ballots.POINTS: _points,
    ballots.RANKING: _ranking,
}


def _line(place: int, paper: Proposal) -> dict[str, Any]:
    cycle = paper.cycle
    with force_locale("ru"):
        price = i18n.money(paper.price, cycle.currency, cycle.minor_units)
    return {
        "place": place,
        "number": paper.number or 0,
        "title": paper.title,
        "address": paper.address,
        "price": price,
    }


def _cover(batch: Batch) -> list[tuple[Any, ...]]:
    return [
        (lambda: _("Polling point"), _names(batch.point.names)),
        (lambda: _("Address"), _names(batch.point.addresses)),
        (lambda: _("District"), _names(batch.point.area.names)),
        (lambda: _("Batch"), str(batch.number)),
        (lambda: _("Numbers from"), serial_code(batch.first)),
        (lambda: _("Numbers to"), serial_code(batch.last)),
        (lambda: _("Ballots in the batch"), str(batch.size)),
        (lambda: _("Printed by, date, signature"), ""),
        (lambda: _("Handed over by, date, signature"), ""),
        (lambda: _("Received by, date, signature"), ""),
        (lambda: _("Came back: handed over by, date, signature"), ""),
        (lambda: _("Came back: received by, date, signature"), ""),
    ]


def _protocol(batch: Batch) -> list[tuple[Any, ...]]:
    return [
        (lambda: _("Polling point"), _names(batch.point.names)),
        (lambda: _("Batch"), str(batch.number)),
        (lambda: _("1. Ballots issued"), str(batch.size)),
        (lambda: _("2. Ballots found in the box"), ""),
        (lambda: _("3. Spoiled and exchanged"), ""),
        (lambda: _("4. Unused"), ""),
        (lambda: _("5. Missing: 1 minus 2, 3 and 4"), ""),
        (lambda: _("Why ballots are missing"), ""),
        (lambda: _("Seal of the box whole: yes or no"), ""),
        (lambda: _("First member, name, signature"), ""),
        (lambda: _("Second member, name, signature"), ""),
        (lambda: _("Observer, name, signature"), ""),
        (lambda: _("Date and time"), ""),
    ]
