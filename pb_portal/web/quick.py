"""Templates at speed: words are looked up once for each language, calls take the short way.

A page of cards makes some two thousand calls. Flask-Babel looks its translations up through three
proxies for each sentence, and Jinja asks every callee twice what it wants to be given.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

from flask import Flask
from flask_babel import get_translations
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from pb_portal.web import i18n
from pb_portal.web.phrases.mark import Sentence

_said: dict[tuple[str, str, str], tuple[str, Markup]] = {}


def _texts(source: str, context: str = "") -> tuple[str, Markup]:
    """The sentence in the current language, plain and as markup. There are as many as the
    templates have sentences, so they are kept for good."""
    key = (i18n.language(), context, source)
    found = _said.get(key)
    if found is None:
        known = get_translations()
        text = str(known.upgettext(context, source) if context else known.ugettext(source))
        found = _said[key] = (text, Markup(text))  # noqa: S704 - our own catalogues
    return found


def translated(source: str, **values: Any) -> str:
    """The sentence with its values filled in."""
    text = _texts(source)[0]
    return text % values if values else text


def translated_in(context: str, source: str, **values: Any) -> str:
    """The same for a source whose English serves two meanings: `context` tells them apart."""
    text = _texts(source, context)[0]
    return text % values if values else text


def quick_say(sentence: Sentence) -> str:
    """A marked sentence without figures."""
    return _texts(sentence.source, sentence.context)[0]


class QuickContext(Context):
    """Calls plain functions, macros and `_` without asking them what they want."""

    def call(self, callee: Any, /, *args: Any, **named: Any) -> Any:
        kind = type(callee)
        if callee is translated:
            named.pop("_block_vars", None)
            named.pop("_loop_vars", None)
            text = _texts(*args)[self.eval_ctx.autoescape]
            return text % named if named or "%" in text else text
        if callee is translated_in:
            named.pop("_block_vars", None)
            named.pop("_loop_vars", None)
            context, source = args
            text = _texts(source, context)[self.eval_ctx.autoescape]
            return text % named if named or "%" in text else text
        if kind is Macro:
            args = (self.eval_ctx, *args)
        elif kind is not FunctionType or hasattr(callee, "jinja_pass_arg"):
            return super().call(callee, *args, **named)
        if named:
            named.pop("_block_vars", None)
            named.pop("_loop_vars", None)
        return callee(*args, **named)


def init_app(app: Flask) -> None:
    """Let templates use it."""
    app.jinja_env.context_class = QuickContext
    app.jinja_env.globals["_"] = translated
    app.jinja_env.globals["gettext"] = translated
    app.jinja_env.globals["pgettext"] = translated_in
    app.jinja_env.globals["say"] = quick_say
