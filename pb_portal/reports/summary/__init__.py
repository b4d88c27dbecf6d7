"""The summary of a report in Kazakh, Russian and English, computed from its data."""

from __future__ import annotations

from typing import Any

from pb_portal.reports.summary import en, kk, ru
from pb_portal.reports.summary.facts import facts_of


def texts(data: dict[str, Any]) -> dict[str, str]:
    """The text in each language; its first sentence is what a headline needs."""
    facts = facts_of(data)
    return {"kk": kk.text(facts), "ru": ru.text(facts), "en": en.text(facts)}
