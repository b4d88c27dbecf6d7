"""The author's estimate: lines from the catalogue of typical works and lines of one's own."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import TypicalWork
from pb_portal.db import Missing
from pb_portal.domain.money import MILLI, parse_quantity
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.domain.text import clean
from pb_portal.proposals.models import EstimateLine, Proposal
from pb_portal.proposals.service.drafts import check_writer

MOST_LINES = 40
MOST_PRICE = 1_000_000_000
MOST_QUANTITY = 10_000_000 * MILLI
LONGEST_TITLE = 160
LONGEST_REASON = 200
UNITS = ("piece", "m", "m2", "m3", "set")
WHOLE = frozenset({"piece", "set"})


def add_work(
    session: Session, by: Signature, proposal: Proposal, *, work_id: int | None, quantity: str
) -> EstimateLine:
    """A line from the catalogue, at its present price. Adding the same work again adds up."""
    check_writer(by, proposal)
    work = session.get(TypicalWork, work_id) if work_id is not None else None
    if work is None or work.retired_at is not None:
        raise Refusal("estimate.work_unknown", field="work")
    thousandths = _quantity(quantity, "work_quantity", work.unit)
    for line in proposal.lines:
        if line.work_id == work.id:
            line.quantity = _within(line.quantity + thousandths, "work_quantity")
            return _recount(session, by, proposal, line)
    price = cycles.price_in(session, proposal.cycle_id, work)
    line = EstimateLine(work=work, unit=work.unit, unit_price=price, quantity=thousandths)
    return _append(session, by, proposal, line)


def add_own_line(
    session: Session,
    by: Signature,
    proposal: Proposal,
    *,
    title: str,
    unit: str,
    unit_price: str,
    quantity: str,
    reason: str,
) -> EstimateLine:
    """A line in the author's words, for what the catalogue does not have, and why it does not
    do."""
    check_writer(by, proposal)
    words = " ".join(clean(title).split())
    if not words:
        raise Refusal("estimate.title_missing", field="own_title")
    if len(words) > LONGEST_TITLE:
        raise Refusal("proposal.too_long", field="own_title", most=LONGEST_TITLE, length=len(words))
    why = " ".join(clean(reason).split())
    if not why:
        raise Refusal("estimate.reason_missing", field="own_reason")
    if len(why) > LONGEST_REASON:
        raise Refusal("proposal.too_long", field="own_reason", most=LONGEST_REASON, length=len(why))
    if unit not in UNITS:
        raise Refusal("estimate.unit_unknown", field="own_unit")
    line = EstimateLine(
        title=words,
        reason=why,
        unit=unit,
        unit_price=_price(unit_price),
        quantity=_quantity(quantity, "own_quantity", unit),
    )
    return _append(session, by, proposal, line)


def set_quantity(
    session: Session, by: Signature, proposal: Proposal, line_id: int, quantity: str
) -> EstimateLine:
    """Another quantity for a line; the refusal names the line's own field."""
    check_writer(by, proposal)
    line = _line(proposal, line_id)
    line.quantity = _quantity(quantity, f"quantity_{line_id}", line.unit)
    return _recount(session, by, proposal, line)


def remove_line(session: Session, by: Signature, proposal: Proposal, line_id: int) -> None:
    """Take a line out."""
    check_writer(by, proposal)
    line = _line(proposal, line_id)
    proposal.lines.remove(line)
    _recount(session, by, proposal, line)


def _line(proposal: Proposal, line_id: int) -> EstimateLine:
    for line in proposal.lines:
        if line.id == line_id:
            return line
    raise Missing("estimate line")


def _append(
    session: Session, by: Signature, proposal: Proposal, line: EstimateLine
) -> EstimateLine:
    if len(proposal.lines) >= MOST_LINES:
        raise Refusal("estimate.too_many", most=MOST_LINES)
    line.sort = 1 + max((other.sort for other in proposal.lines), default=0)
    proposal.lines.append(line)
    return _recount(session, by, proposal, line)


def _recount(
    session: Session, by: Signature, proposal: Proposal, line: EstimateLine
) -> EstimateLine:
    proposal.cost = sum(each.sum for each in proposal.lines)
    proposal.updated_at = by.at
    session.flush()
    return line


def _quantity(typed: str, field: str, unit: str) -> int:
    thousandths = _within(parse_quantity(typed) or 0, field)
    if unit in WHOLE and thousandths % MILLI:
        raise Refusal("estimate.quantity_whole", field=field)
    return thousandths


def _within(thousandths: int, field: str) -> int:
    if not 0 < thousandths <= MOST_QUANTITY:
        raise Refusal("estimate.quantity_wrong", field=field)
    return thousandths


def _price(typed: str) -> int:
    digits = "".join(typed.split()).lstrip("0")
    if not (digits.isascii() and digits.isdigit()) or not 0 < int(digits[:20]) <= MOST_PRICE:
        raise Refusal("estimate.price_wrong", field="own_price", most=MOST_PRICE)
    return int(digits)
