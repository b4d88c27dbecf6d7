"""Checking what residents are about to publish against the city's list of words."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.domain.blocked_words import find_blocked
from pb_portal.domain.placeholders import is_placeholder
from pb_portal.domain.refusal import Refusal
from pb_portal.word_list.models import BlockedWord


def check_words(session: Session, texts: Mapping[str, str], *, code: str = "text.blocked") -> bool:
    """Whether one of the texts (field → text) waits for a moderator; raises for a word that is not
    taken at all, beside its field."""
    rows = session.scalars(select(BlockedWord).where(BlockedWord.removed_at.is_(None))).all()
    refused = [(row.word, row.whole) for row in rows if row.effect == "refuse"]
    for field, text in texts.items():
        word = find_blocked(text, refused)
        if word is not None:
            raise Refusal(code, field=field, word=word)
    held = [(row.word, row.whole) for row in rows if row.effect == "hold"]
    return any(find_blocked(text, held) is not None for text in texts.values())


def require_allowed_words(session: Session, texts: Mapping[str, str]) -> None:
    """Refuse a word of the list in texts that have no place to wait for a moderator."""
    for field, text in texts.items():
        if check_words(session, {field: text}):
            raise Refusal("text.held", field=field)


def require_allowed_name(session: Session, name: str) -> None:
    """Refuse a name with a word of the list, and one that means something else on the pages."""
    if is_placeholder(" ".join(name.split())):
        raise Refusal("account.name_reserved", field="name")
    require_allowed_words(session, {"name": name})
