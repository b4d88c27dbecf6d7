"""Codes of the rules become sentences here. One module per room; a test keeps them complete."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask_babel import gettext

from pb_portal.domain.refusal import Refusal

SENTENCES: dict[str, Any] = {}
NAMES: dict[str, dict[str, Callable[[Any], str]]] = {}
"""By the code of a sentence: figures that are codes themselves, and what names them."""
for _module in iter_modules(__path__):
    _found = import_module(f"{__name__}.{_module.name}")
    SENTENCES.update(_found.SENTENCES)
    NAMES.update(getattr(_found, "NAMES", {}))


def sentence(refusal: Refusal) -> str:
    """What to tell the person, in their language, with the refusal's figures.

    A refusal among the figures is the reason behind it and becomes a sentence itself.
    """
    figures = {
        name: sentence(value) if isinstance(value, Refusal) else value
        for name, value in refusal.params.items()
    }
    return phrase(refusal.code, **figures)


def phrase(code: str, **params: Any) -> str:
    """The sentence of a code; figures are filled in where it names them."""
    if code not in SENTENCES:
        raise KeyError(f"no sentence for {code}")
    for figure, name in NAMES.get(code, {}).items():
        params[figure] = name(params[figure])
    return str(gettext(SENTENCES[code].source, **params))
