"""What the law and the city promise about personal data: purposes, versions, days, names."""

from __future__ import annotations

from datetime import date, timedelta

CONSENTS = {"account": "1", "district": "1"}
"""Purpose → version of the text people agree to. A new text gets a new version; old ones stay."""

ANSWER_DAYS = 15
"""Days in which a request about one's own data is carried out or answered."""

DELETED = {
    "kk": "Тіркелгісі жойылған тұрғын",
    "ru": "Удалённый житель",
    "en": "Deleted resident",
}
"""What stands in place of the name of somebody whose account is gone."""


def due_on(asked: date) -> date:
    """The last day to answer a request."""
    return asked + timedelta(days=ANSWER_DAYS)
