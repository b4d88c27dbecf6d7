"""What a reviewer typed beside the finding: answers, remarks per field, lines of the estimate.

How many there are depends on the file, so they are read from the form by their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from pb_portal.domain.checklist import ANSWERS, Question
from pb_portal.domain.money import MILLI, parse_quantity
from pb_portal.domain.text import clean
from pb_portal.proposals.models import EstimateLine, ReviewedLine
from pb_portal.proposals.service.estimate import UNITS
from pb_portal.proposals.service.remarks import FIELDS, LONGEST_REMARK, ReviewedWork
from pb_portal.review.forms.fields import MOST_TENGE, SPACES

MOST_ADDED = 20
LONGEST = 300


@dataclass
class TypedLine:
    """A line of the reviewed estimate as it stands in the form; an added one has no `line`."""

    key: str
    line: EstimateLine | None = None
    text: str = ""
    unit: str = "piece"
    quantity: str = ""
    price: str = ""
    why: str = ""

    @property
    def is_blank(self) -> bool:
        """An added line that nobody began."""
        return self.line is None and not (self.text or self.quantity or self.price)


@dataclass
class Typed:
    """What stands beside the finding, and what is wrong with it by the field's name."""

    answers: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    lines: list[TypedLine] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    unanswered: bool = False
    """Whether every question without an answer is to be marked."""

    def mark_unanswered(self) -> None:
        """Say it beside each question that has no answer."""
        self.unanswered = True

    def works(self) -> list[ReviewedWork]:
        """The lines as numbers; what is no number is told in `errors`."""
        return [self._work(one) for one in self.lines if not one.is_blank]

    def _work(self, one: TypedLine) -> ReviewedWork:
        quantity = self._quantity(one)
        price = one.price.translate(SPACES)
        if not (price.isascii() and price.isdigit() and int(price[:20]) <= MOST_TENGE):
            self.errors[f"line_price_{one.key}"] = _("Write a whole number, in digits.")
            price = "0"
        if one.line is None and not one.text:
            self.errors[f"line_text_{one.key}"] = _("Name the work.")
        return ReviewedWork(
            one.line.id if one.line else None,
            one.text,
            one.line.unit if one.line else one.unit,
            quantity,
            int(price),
            one.why,
        )

    def _quantity(self, one: TypedLine) -> int:
        struck_out = one.line is not None and one.quantity.strip() == "0"
        found = 0 if struck_out else parse_quantity(one.quantity)
        if found is None:
            self.errors[f"line_quantity_{one.key}"] = _("Write a number.")
        return found or 0


def read(
    sent: MultiDict[str, str], questions: Sequence[Question], own: Sequence[EstimateLine]
) -> Typed:
    """What was typed, as the form sends it."""

    def text(name: str, most: int = LONGEST) -> str:
        return clean(sent.get(name, ""))[:most]

    typed = Typed()
    for asked in questions:
        if (answer := sent.get(f"check_{asked.code}", "")) in ANSWERS:
            typed.answers[asked.code] = answer
    for name in FIELDS:
        if remark := text(f"remark_{name}", LONGEST_REMARK):
            typed.remarks[name] = remark
    for line in own:
        shown = _own(line)
        if f"line_quantity_{line.id}" in sent:
            shown.quantity = text(f"line_quantity_{line.id}", 20)
            shown.price = text(f"line_price_{line.id}", 24)
        shown.why = text(f"line_why_{line.id}")
        typed.lines.append(shown)
    for number in range(MOST_ADDED):
        key = f"new{number}"
        if f"line_text_{key}" not in sent:
            break
        unit = sent.get(f"line_unit_{key}", "")
        added = TypedLine(
            key,
            text=" ".join(text(f"line_text_{key}", 160).split()),
            unit=unit if unit in UNITS else "piece",
            quantity=text(f"line_quantity_{key}", 20),
            price=text(f"line_price_{key}", 24),
            why=text(f"line_why_{key}"),
        )
        typed.lines.append(added)
    return typed


def begun(
    answers: Mapping[str, str],
    remarks: Mapping[str, str],
    own: Sequence[EstimateLine],
    reviewed: Sequence[ReviewedLine],
) -> Typed:
    """What the form starts from: what was found before, else the author's own lines."""
    corrected = {line.line_id: line for line in reviewed if line.line_id is not None}
    lines = [_own(line, corrected.get(line.id)) for line in own]
    added = [line for line in reviewed if line.line_id is None][: MOST_ADDED - 1]
    lines += [
        TypedLine(
            f"new{number}",
            None,
            line.text,
            line.unit,
            plain(line.quantity),
            str(line.unit_price),
            line.reason,
        )
        for number, line in enumerate(added)
    ]
    return Typed(dict(answers), dict(remarks), lines)


def with_blank(typed: Typed) -> Typed:
    """One empty line more, to add a work that the author forgot."""
    added = [one for one in typed.lines if one.line is None]
    if len(added) < MOST_ADDED and not (added and added[-1].is_blank):
        typed.lines.append(TypedLine(f"new{len(added)}"))
    return typed


def _own(line: EstimateLine, reviewed: ReviewedLine | None = None) -> TypedLine:
    quantity = reviewed.quantity if reviewed else line.quantity
    price = reviewed.unit_price if reviewed else line.unit_price
    return TypedLine(
        str(line.id),
        line,
        unit=line.unit,
        quantity=plain(quantity),
        price=str(price),
        why=reviewed.reason if reviewed else "",
    )


def plain(quantity: int) -> str:
    """A quantity to type over: no signs between the thousands."""
    whole, rest = divmod(quantity, MILLI)
    return f"{whole},{rest:03d}".rstrip("0") if rest else str(whole)
