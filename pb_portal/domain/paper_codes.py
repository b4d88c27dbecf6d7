"""Codes on paper: Crockford's base32 in groups of four, the last character checks the others."""

from __future__ import annotations

import hmac
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = {
    **{sign: place for place, sign in enumerate(ALPHABET)},
    "O": 0,
    "I": 1,
    "L": 1,
    # Cyrillic letters of the same look, for a keyboard that was not switched.
    **{cyrillic: ALPHABET.index(latin) for cyrillic, latin in zip("АВСЕНКМРТХ", "ABCEHKMPTX")},  # noqa: B905
    "О": 0,
    "І": 1,
}
RANDOM = 15
"""Random characters of a code: 75 bits."""
GROUP = 4


def new_code() -> str:
    """A fresh code as it is printed, e.g. `7KQ2-M0XD-94TR-AZ3C`."""
    places = [secrets.randbelow(32) for _ in range(RANDOM)]
    return grouped("".join(ALPHABET[place] for place in (*places, _check(places))))


def grouped(code: str) -> str:
    """The code with a dash after every four characters."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read_code(text: str) -> str | None:
    """What was typed as sixteen plain characters; None when it cannot be a code.

    Case, dashes and spaces do not matter, and signs that look alike are read as the right ones.
    """
    signs = [sign for sign in text.upper() if not sign.isspace() and sign not in "-–—.·"]
    places = [_READ.get(sign) for sign in signs]
    known = [place for place in places if place is not None]
    if len(known) != len(signs) or len(known) != RANDOM + 1 or _check(known[:-1]) != known[-1]:
        return None
    return "".join(ALPHABET[place] for place in known)


def code_key(key: str, cycle_id: int, code: str) -> str:
    """How a code is stored: keyed, so that a stolen database opens no ballot."""
    parts = "\x1f".join(("paper code", str(cycle_id), code))
    return hmac.digest(key.encode(), parts.encode(), "sha256").hex()


def _check(places: list[int]) -> int:
    """A sum in the field of 32 elements: any one wrong character and any two neighbours that
    changed places are noticed."""
    state = 0
    for place in places:
        state = _doubled(state ^ place)
    return state


def _doubled(value: int) -> int:
    return (value << 1) ^ (0b100101 if value & 16 else 0)
