"""How many letters go to addresses that people type, whoever types them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LetterCaps:
    """The settings `LETTERS_PER_…` of an installation; each kind of letter is counted apart."""

    per_recipient_hour: int = 5
    per_recipient_day: int = 10
    per_account_day: int = 20
