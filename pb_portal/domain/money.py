"""Money is whole tenge, an integer. Quantities of work are integer thousandths of a unit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

MILLI = 1000


def parse_quantity(text: str) -> int | None:
    """Thousandths from what a person typed ("12,5" → 12500); None when it is no number."""
    cleaned = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    try:
        number = Decimal(cleaned)
    except InvalidOperation:
        return None
    if not number.is_finite() or number <= 0 or number > 10_000_000:
        return None
    return int((number * MILLI).to_integral_value(ROUND_HALF_UP))


def line_sum(unit_price: int, quantity: int) -> int:
    """Price of a line in tenge: unit price × quantity (thousandths), halves rounded up."""
    return (unit_price * quantity + MILLI // 2) // MILLI


def cap_from_mci(multiplier: int, mci: int) -> int:
    """Cap of one proposal as a multiple of the monthly calculation index (МРП), in tenge."""
    return multiplier * mci
