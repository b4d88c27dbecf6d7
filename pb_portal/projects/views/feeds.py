"""Atom feeds: one project, or everything a filter of the register matches (a cycle too)."""

from __future__ import annotations

import re
from datetime import datetime
from xml.etree import ElementTree as Xml

from flask import Response, current_app, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from pb_portal.db import session
from pb_portal.projects import queries
from pb_portal.projects.models import Project
from pb_portal.projects.queries.happenings import Happening, happenings
from pb_portal.projects.views.base import address, blueprint, query_of, wanted
from pb_portal.web import clock, i18n
from pb_portal.web.guard import public
from pb_portal.web.phrases.issues import happening_text, happening_title

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _language() -> str:
    """A reader of feeds sends no cookie, so the language stands in the address."""
    asked = request.args.get("lang", "")
    return asked if asked in i18n.LOCALES else i18n.language()


def _absolute(path: str) -> str:
    return str(current_app.config["SETTINGS"].base_url) + path


@blueprint.get("/projects/<int:number>/feed.atom")
@public
def project_feed(number: int) -> Response:
    """What happens to one project."""
    project = queries.get_project(session(), number)
    with force_locale(_language()):
        found = happenings(session(), [project.id], limit=ENTRIES)
        here = url_for(".project_feed", number=number, lang=i18n.language())
        page = url_for(".show", number=number)
        return _feed(project.title, here, page, found, named=False)


@blueprint.get("/projects.atom")
@public
def feed() -> Response:
    """What happens to the projects a filter matches; `?cycle=` is the feed of a cycle."""
    asked = wanted()
    ids = asked.apply(select(Project.id), clock.today())
    with force_locale(_language()):
        found = happenings(session(), ids, limit=ENTRIES)
        here = address(".feed", lang=i18n.language(), **query_of(asked))
        page = address(".index", **query_of(asked))
        return _feed(_("Projects: what is new"), here, page, found, named=True)


def _feed(title: str, here: str, page: str, found: list[Happening], *, named: bool) -> Response:
    Xml.register_namespace("", ATOM)
    top = Xml.Element(f"{{{ATOM}}}feed")
    top.set("{http://www.w3.org/XML/1998/namespace}lang", i18n.language())
    _text(top, "id", _absolute(here))
    _text(top, "title", f"{title} · {_('Participatory budget')}")
    newest = found[0].at if found else datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    _text(top, "updated", newest.isoformat())
    _link(top, here, "self", "application/atom+xml")
    _link(top, page, "alternate", "text/html")
    _text(Xml.SubElement(top, f"{{{ATOM}}}author"), "name", _("Participatory budget"))
    for one in found:
        _entry(top, one, named=named)
    body = Xml.tostring(top, encoding="utf-8", xml_declaration=True)
    answer = Response(body, content_type="application/atom+xml; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


def _entry(top: Xml.Element, one: Happening, *, named: bool) -> None:
    entry = Xml.SubElement(top, f"{{{ATOM}}}entry")
    said = one.as_data()
    path = url_for(".show", number=one.number)
    issue = said.get("issue")
    _text(entry, "id", _absolute(f"{path}#{one.kind}-{one.id}"))
    title = happening_title(said)
    _text(entry, "title", f"{one.title}: {title}" if named else title)
    _text(entry, "updated", one.at.isoformat())
    _text(entry, "published", one.at.isoformat())
    _link(entry, path + (f"#issue-{issue}" if issue else ""), "alternate", "text/html")
    _text(entry, "content", happening_text(said) or title).set("type", "text")


def _text(parent: Xml.Element, name: str, text: str) -> Xml.Element:
    made = Xml.SubElement(parent, f"{{{ATOM}}}{name}")
    made.text = _NOT_XML.sub("", text)
    return made


def _link(parent: Xml.Element, path: str, rel: str, kind: str) -> None:
    Xml.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=_absolute(path), type=kind)
