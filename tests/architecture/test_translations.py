"""Every sentence is said in Kazakh and Russian, with the same places for figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

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
}


def sources() -> dict[str, str | tuple[str, ...]]:
    """Every marked sentence of the code and the templates."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as stream:
        methods, options = parse_mapping_cfg(stream)
    found: dict[str, str | tuple[str, ...]] = {}
    for folder in ("pb_portal", "templates"):
        base = [(pattern.removeprefix(folder + "/"), name) for pattern, name in methods]
        for _, _, text, _, _ in extract_from_dir(
            ROOT / folder,
            base,
            {k.removeprefix(folder + "/"): v for k, v in options.items()},
            keywords=KEYWORDS,
        ):
            key = text if isinstance(text, str) else text[0]
            if key:
                found[key] = text
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
    for key in sources():
        message = catalog.get(key)
        if message is None or message.fuzzy or not all(form.strip() for form in said(message)):
            missing.append(key)
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
        other = russian.get(message.id) if message.id else None
        if other is None or not message.id:
            continue
        first = said(message)[0]
        if len(first.split()) > 3 and first == said(other)[0]:
            same.append(first)
    assert not same, same[:10]
