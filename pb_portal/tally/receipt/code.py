"""The code a voter keeps, and the leaf it stands for."""

from __future__ import annotations

RECEIPT_DIGITS = 30
"""Hex digits of a leaf that a receipt carries: 120 bits, too many to meet by chance."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u00a0": None})


def receipt_of(leaf_hex: str) -> str:
    """The code a voter keeps: the first 120 bits of the leaf in 6 groups of 4 characters."""
    value = int(leaf_hex[:RECEIPT_DIGITS], 16)
    code = "".join(_ALPHABET[(value >> shift) & 31] for shift in range(115, -1, -5))
    return "-".join(code[start : start + 4] for start in range(0, 24, 4))


def leaf_prefix(receipt: str) -> str | None:
    """The first hex digits of the leaf of a receipt as a person typed it; None if it is none."""
    code = receipt.upper().translate(_ALIKE).strip()
    if len(code) != 24 or not set(code) <= set(_ALPHABET):
        return None
    value = 0
    for char in code:
        value = value << 5 | _ALPHABET.index(char)
    return f"{value:0{RECEIPT_DIGITS}x}"
