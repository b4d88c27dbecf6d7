"""A test client that reads every page as a strict browser and an auditor would."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

LABELLED = {"input", "select", "textarea"}
NEEDS_NO_LABEL = {"hidden", "submit", "button", "image", "reset"}
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
UNFILLED = re.compile(r"%\(\w+\)[sd]|\{\{|\bNone\b</|&lt;(?:p|br|a|span)\b")


class StrictClient(FlaskClient):
    """Follows nothing by itself; `fill(...)` posts a form with its CSRF token."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            # A test's own context would lend one request the person and language of the last.
            for name in list(g):
                g.pop(name)
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            check_page(response.get_data(as_text=True), response.status_code)
        return response

    def page(self, path: str, status: int = 200, locale: str = "en") -> str:
        """The page at a path in a language, with the status it should have."""
        self.set_cookie("language", locale)
        response = self.get(path)
        assert response.status_code == status, (path, response.status_code)
        return response.get_data(as_text=True)

    def fill(
        self, path: str, data: dict[str, Any] | None = None, *, at: str = "", **kwargs: Any
    ) -> TestResponse:
        """Open a page (`at`, or the path itself), take its CSRF token and post the form."""
        opened = self.get(at or path, follow_redirects=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', opened.get_data(as_text=True))
        assert token, f"no form with a token on {at or path} ({opened.status_code})"
        return self.post(path, data={**(data or {}), "csrf_token": token[1]}, **kwargs)


def check_page(html: str, status: int = 200) -> None:
    """Assert what must hold for every page."""
    assert status != 500, "the page broke"
    parser = html5lib.HTMLParser(
        tree=html5lib.getTreeBuilder("etree"), strict=False, namespaceHTMLElements=False
    )
    document = parser.parse(html)
    errors = [str(error[:2]) for error in parser.errors]
    assert not errors, f"not HTML5: {errors[:3]}"
    found = list(document.iter())
    root = document
    assert root.get("lang") in {"kk", "ru", "en"}, "no language on <html>"
    titles = [el for el in found if el.tag == "title" and (el.text or "").strip()]
    assert titles, "no title"
    assert sum(el.tag == "h1" for el in found) == 1, "not exactly one h1"
    identifiers = [el.get("id") for el in found if el.get("id")]
    doubled = {name for name in identifiers if identifiers.count(name) > 1}
    assert not doubled, f"ids twice: {doubled}"
    _check_labels(document, found)
    for element in found:
        _check_element(element, set(identifiers))
    assert not UNFILLED.search(html), f"unfilled text: {UNFILLED.search(html)}"


def _check_labels(document: Element, found: list[Element]) -> None:
    wrapped = {el for label in document.iter("label") for el in label.iter()}
    labelled = {el.get("for") for el in found if el.tag == "label"}
    for element in found:
        if element.tag not in LABELLED or element.get("type") in NEEDS_NO_LABEL:
            continue
        named = (
            element.get("aria-label")
            or element.get("aria-labelledby")
            or element.get("id") in labelled
            or element in wrapped
        )
        assert named, f"no label: {element.get('name')}"


def _check_element(element: Element, identifiers: set[str]) -> None:
    tag = element.tag if isinstance(element.tag, str) else ""
    assert element.get("style") is None, f"style attribute on <{tag}>"
    inline = [name for name in element.attrib if str(name).startswith("on")]
    assert not inline, f"inline handler on <{tag}>: {inline}"
    if tag == "script" and not element.get("src"):
        assert element.get("type") == "application/json", "inline script"
    assert tag != "style", "inline style"
    if tag in LOADS:
        address = element.get(LOADS[tag]) or ""
        assert not urlsplit(address).netloc, f"third party: {address}"
    if tag == "img":
        assert element.get("alt") is not None, f"no alt: {element.get('src')}"
    if tag == "form" and (element.get("method") or "get").lower() == "post":
        names = {el.get("name") for el in element.iter("input")}
        assert "csrf_token" in names, f"form without a token: {element.get('action')}"
    for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
        for target in (element.get(name) or "").split():
            assert target in identifiers, f"{name} points nowhere: {target}"
