"""Marks a source string for translation without translating it yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_gettext, lazy_pgettext, pgettext

SENTENCES: dict[str, object] = {}


@dataclass(frozen=True)
class Sentence:
    """A source string with %(name)s places; `context` where its English serves two meanings."""

    source: str
    context: str = ""


def N_(source: str) -> Sentence:
    """Mark `source` for extraction."""
    return Sentence(source)


def NP_(context: str, source: str) -> Sentence:
    """Mark `source` for extraction in one of its meanings."""
    return Sentence(source, context)


def say(sentence: Sentence, **params: Any) -> str:
    """The sentence in the current language."""
    if sentence.context:
        return str(pgettext(sentence.context, sentence.source, **params))
    return str(gettext(sentence.source, **params))


def say_later(sentence: Sentence) -> Any:
    """The same for a form's choices, said when they are shown."""
    if sentence.context:
        return lazy_pgettext(sentence.context, sentence.source)
    return lazy_gettext(sentence.source)
