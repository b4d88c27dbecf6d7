"""What a shared link shows: the picture, and the code to scan."""

from __future__ import annotations

from io import BytesIO

import segno
from flask import Response, current_app, request, url_for
from flask_babel import force_locale, pgettext
from flask_babel import gettext as _

from pb_portal.db import Missing, session
from pb_portal.domain.project_states import OFFICIAL_WORD, ProjectState
from pb_portal.projects import card, queries
from pb_portal.projects.models import Project
from pb_portal.projects.views.base import blueprint, official
from pb_portal.web import i18n
from pb_portal.web.guard import public

KEPT = "public, max-age=600"


@blueprint.get("/projects/<int:number>/card.png")
@public
def picture(number: int) -> Response:
    """The picture of the project, in its own language, drawn once until it changes."""
    if not card.available():
        raise Missing("card")
    project = queries.get_project(session(), number)
    with force_locale(_language_of(project)):
        drawn = card.draw(_card(project))
    answer = Response(drawn, mimetype="image/png")
    answer.headers["Cache-Control"] = KEPT
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _language_of(project: Project) -> str:
    known = project.proposal.language if project.proposal else ""
    return known if known in i18n.LOCALES else current_app.config["BABEL_DEFAULT_LOCALE"]


def _card(project: Project) -> card.Card:
    cycle = project.cycle
    sum = i18n.money_short(
        project.contract_sum or project.promised_sum,
        cycle.currency if cycle else "KZT",
        cycle.minor_units if cycle else 0,
    )
    day = (pgettext("project", "Accepted"), project.accepted_on) if project.accepted_on else None
    label, date = day or (_("Promised by"), project.due_on)
    return card.Card(
        over=f"№ {project.number} · {i18n.local(project.area.names)}",
        title=project.title,
        state=OFFICIAL_WORD[ProjectState(project.status)],
        word=official(project),
        facts=((_("Sum"), sum), (label, i18n.full_date(date))),
        progress=project.progress,
        foot=f"{_('Participatory budget')} · {_('Almaty')}",
    )


@blueprint.get("/projects/<int:number>/qr.svg")
@public
def code(number: int) -> Response:
    """The address of the page as a code to scan, for a board at the site."""
    project = queries.get_project(session(), number)
    settings = current_app.config["SETTINGS"]
    address = settings.base_url + url_for(".show", number=project.number)
    buffer = BytesIO()
    segno.make(address, micro=False, error="m").save(
        buffer, kind="svg", scale=8, border=3, light="#ffffff", title=address
    )
    answer = Response(buffer.getvalue(), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = KEPT
    return answer
