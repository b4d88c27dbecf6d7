"""Codes of the rules become sentences here. One module per room; a test keeps them complete."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask_babel import gettext

from pb_portal.domain.refusal import Refusal

SENTENCES: dict[str, Any] = {}
for _module in iter_modules(__path__):
    SENTENCES.update(import_module(f"{__name__}.{_module.name}").SENTENCES)


def sentence(refusal: Refusal) -> str:
    """What to tell the person, in their language, with the refusal's figures."""
    return phrase(refusal.code, **refusal.params)


def phrase(code: str, **params: Any) -> str:
    """The sentence of a code; figures are filled in where it names them."""
    if code not in SENTENCES:
        raise KeyError(f"no sentence for {code}")
    return str(gettext(SENTENCES[code].source, **params))
