"""Sentences and calls in templates: quicker, and still what Jinja promises."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale
from jinja2 import pass_context
from markupsafe import Markup


def said(app: Flask, source: str, locale: str = "ru", **values: object) -> str:
    with app.test_request_context(), force_locale(locale):
        return app.jinja_env.from_string(source).render(**values)


def test_a_sentence_speaks_the_language_of_the_moment(app: Flask) -> None:
    assert said(app, '{{ _("Proposals") }}', "ru") == "Заявки"
    assert said(app, '{{ _("Proposals") }}', "en") == "Proposals"
    assert said(app, '{{ _("Proposals") }}', "kk") == "Өтінімдер"


def test_what_is_filled_into_a_sentence_is_escaped_in_pages_and_plain_in_letters(
    app: Flask,
) -> None:
    source = '{{ _("Map: %(label)s", label=name) }}'
    name = "<b>&"
    page = app.jinja_env.from_string("{% autoescape true %}" + source + "{% endautoescape %}")
    letter = app.jinja_env.from_string("{% autoescape false %}" + source + "{% endautoescape %}")
    with app.test_request_context(), force_locale("en"):
        assert page.render(name=name) == "Map: &lt;b&gt;&amp;"
        assert letter.render(name=name) == "Map: <b>&"
        assert page.render(name=Markup("<b>x</b>")) == "Map: <b>x</b>"


def test_calls_get_what_they_ask_for(app: Flask) -> None:
    @pass_context
    def seen(context: object, word: str) -> str:
        return f"{word} {context['here']}"  # type: ignore[index]

    source = (
        "{% macro twice(word, end='') %}{{ word }}{{ word }}{{ end }}"
        "{% if caller is defined %}{{ caller() }}{% endif %}{% endmacro %}"
        "{% for word in words %}{% set own = word %}{{ twice(own, end='.') }}"
        "{% call twice('x') %}{{ seen('y') }}{% endcall %}{{ plain(word, end='!') }}{% endfor %}"
    )
    text = said(
        app, source, words=["a"], here="z", seen=seen, plain=lambda word, end: word.upper() + end
    )
    assert text == "aa.xxy zA!"


def test_a_macro_called_wrongly_still_says_so(app: Flask) -> None:
    with pytest.raises(TypeError, match="takes no keyword argument"):
        said(app, "{% macro one(a) %}{{ a }}{% endmacro %}{{ one(1, b=2) }}")
