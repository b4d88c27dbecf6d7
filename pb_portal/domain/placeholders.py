"""Words that stand where a name or a text used to be, stored as a mark and read in any language."""

from __future__ import annotations

from pb_portal.domain.privacy import DELETED

DELETED_MARK = "[deleted]"
TAKEN_DOWN_MARK = "[taken-down]"
NAME_MARK = "[name-taken-down]"

TAKEN_DOWN = {
    "kk": "Мәтін жарияланымнан алынды",
    "ru": "Текст снят с публикации",
    "en": "Text taken down",
}
"""What stands in place of a title or a text that staff took down."""

NAME_TAKEN_DOWN = {
    "kk": "Аты жарияланымнан алынған тұрғын",
    "ru": "Житель (имя снято с публикации)",
    "en": "A resident (name taken down)",
}
"""What stands in place of an account's name that staff took down."""

_TEXTS = {DELETED_MARK: DELETED, TAKEN_DOWN_MARK: TAKEN_DOWN, NAME_MARK: NAME_TAKEN_DOWN}
_MARKS = {text: mark for mark, texts in _TEXTS.items() for text in (mark, *texts.values())}
RESERVED = frozenset(_MARKS)
"""What no account and no text may be called, since it means something else."""


def mark_of(value: str) -> str:
    """The mark of a placeholder in any language; any other text as it is."""
    return _MARKS.get(value, value)


def translate_placeholder(value: str, language: str) -> str:
    """A placeholder, in whatever language it came, in this one; any other text as it is."""
    mark = _MARKS.get(value)
    return value if mark is None else _TEXTS[mark][language]


def is_placeholder(value: str) -> bool:
    """Whether the text stands for one that is gone."""
    return value in _MARKS
