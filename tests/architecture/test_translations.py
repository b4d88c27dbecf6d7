"""Every sentence is said in Kazakh and Russian, with the same places for figures."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

PLAIN = {"Cancelled", "Carried over", "Completed", "In progress", "Late", "Planned"}
"""States of one project; with the context "number of projects" they head a number."""
ROOT = Path(__file__).resolve().parents[2]
PLACES = re.compile(r"%\((\w+)\)")
CYRILLIC = re.compile("[а-яёәғқңөұүһі]", re.IGNORECASE)
LATIN_WORD = re.compile("[A-Za-z]{3,}")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "_l": None,
    "lazy_gettext": None,
    "N_": None,
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "NP_": ((1, "c"), 2),
}
HOMONYMS = {
    *("Accepted", "Answer", "Back", "Bin", "By", "Cast", "Choose", "Chosen", "Close", "Draw"),
    *("Done", "English", "Entry", "Fine", "Ground", "Handed over", "Kazakh", "Key", "Lead"),
    *("Letters", "Light", "Main", "Made", "Mark", "Match", "May", "Name", "Not chosen", "Object"),
    *("Open", "Order", "Place", "Point", "Post", "Present", "Report", "Right", "Russian", "Seat"),
    *("Second", "Set", "Share", "Since", "Sort", "Subject", "Until", "Vote", "Well", "What for"),
    *("Withdrawn", "done", "left", "point", "set"),
}
"""English words that serve two meanings, which Kazakh and Russian tell apart: never without a
context, `pgettext("sorting", "Order")`, also where there is one meaning so far."""


@cache
def sources() -> dict[tuple[str | None, str], str | tuple[str, ...]]:
    """Every marked sentence of the code and the templates, by its context and English."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)
    found: dict[tuple[str | None, str], str | tuple[str, ...]] = {}
    for folder in ("pb_portal", "templates"):
        base = [(pattern.removeprefix(folder + "/"), name) for pattern, name in methods]
        for _, _, text, _, context in extract_from_dir(
            ROOT / folder,
            base,
            {k.removeprefix(folder + "/"): v for k, v in options.items()},
            keywords=KEYWORDS,
        ):
            key = text if isinstance(text, str) else text[0]
            if key:
                found[context, key] = text
    return found


def catalogue(locale: str) -> Catalog:
    """The sentences of a language."""
    path = ROOT / f"pb_portal/translations/{locale}/LC_MESSAGES/messages.po"
    with path.open("rb") as stream:
        return read_po(stream, locale=locale)


def said(message: Message) -> list[str]:
    """The translation's forms."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


@pytest.mark.parametrize("locale", ["kk", "ru"])
def test_every_sentence_is_translated(locale: str) -> None:
    catalog = catalogue(locale)
    assert len(sources()) > 300, "the extraction finds the sentences"
    missing = []
    for context, key in sources():
        message = catalog.get(key, context=context)
        if message is None or message.fuzzy or not all(form.strip() for form in said(message)):
            missing.append((context, key))
    assert not missing, f"{len(missing)} sentences without {locale}: {missing[:10]}"


@pytest.mark.parametrize("locale", ["kk", "ru"])
def test_translations_keep_the_places_of_figures(locale: str) -> None:
    wrong = []
    for message in catalogue(locale):
        if not message.id:
            continue
        one, *more = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = set(PLACES.findall(" ".join([one, *more])))
        for form in said(message):
            places = set(PLACES.findall(form))
            if not places <= wanted or (not more and places != wanted):
                wrong.append((one, form))
    assert not wrong, wrong[:10]


@pytest.mark.parametrize("locale", ["kk", "ru"])
def test_translations_are_written_in_the_language(locale: str) -> None:
    latin = [
        message.id
        for message in catalogue(locale)
        if message.id
        and not any(CYRILLIC.search(form) for form in said(message))
        and len(LATIN_WORD.findall(re.sub(r"%\(\w+\)s", "", said(message)[0]))) > 2
    ]
    assert not latin, latin[:10]


def test_kazakh_is_not_russian_with_letters_changed() -> None:
    kazakh, russian = catalogue("kk"), catalogue("ru")
    same = []
    for message in kazakh:
        other = russian.get(message.id, context=message.context) if message.id else None
        if other is None or not message.id:
            continue
        first = said(message)[0]
        if len(first.split()) > 3 and first == said(other)[0]:
            same.append(first)
    assert not same, same[:10]


def test_words_of_two_meanings_have_a_context() -> None:
    bare = sorted(key for context, key in sources() if not context and key in HOMONYMS)
    assert not bare, bare


def test_a_word_with_a_context_is_said_in_more_than_one_way_or_is_a_known_homonym() -> None:
    told = {key for context, key in sources() if context}
    meanings = Counter(key for _context, key in sources())
    single = {key for key in told - HOMONYMS if meanings[key] < 2}
    assert not single, sorted(single)


def test_no_word_stands_both_with_a_context_and_without() -> None:
    """Where one meaning has a context and another has none, the bare one is taken by mistake."""
    bare = {key for context, key in sources() if not context}
    mixed = {key for context, key in sources() if context} & bare
    assert mixed <= PLAIN, sorted(mixed - PLAIN)


def test_sorting_is_sorting() -> None:
    russian, kazakh = catalogue("ru"), catalogue("kk")
    told = [one.get("Order", context="sorting") for one in (russian, kazakh)]
    assert [message.string for message in told if message] == ["Сортировка", "Реттеу"]
