"""How often letters come: a page under "My account", and the link that stops one kind."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectField

from pb_portal.accounts import queries
from pb_portal.audit import service as audit
from pb_portal.db import session, transaction
from pb_portal.domain.letter_kinds import CHOSEN, Rhythm
from pb_portal.domain.permissions import P
from pb_portal.outbox import choices
from pb_portal.outbox.stop_links import read_stop_token
from pb_portal.web import clock
from pb_portal.web.forms import Form
from pb_portal.web.guard import public, requires
from pb_portal.web.phrases.letters import RHYTHM_NAMES, kind_name

Answer = str | tuple[str, int] | Response


class LettersForm(Form):
    """One choice for each kind of letters."""


for _kind in (*CHOSEN, "work"):
    setattr(
        LettersForm,
        _kind,
        SelectField(choices=[(str(code), _l(name.source)) for code, name in RHYTHM_NAMES.items()]),
    )


def attach(blueprint: Blueprint) -> None:
    """Add these pages to the room."""
    both = ["GET", "POST"]
    blueprint.add_url_rule("/me/letters", "letters", letters, methods=both)
    blueprint.add_url_rule("/letters/stop/<token>", "stop_letters", stop_letters, methods=both)


@requires(P.RESIDENT)
def letters() -> Answer:
    """How often letters of each kind come."""
    kinds = [*CHOSEN, *(["work"] if current_user.is_staff else [])]
    known = choices.choices_of(session(), current_user.email)
    form = LettersForm(data={kind: str(known.get(kind, Rhythm.EACH)) for kind in kinds})
    for name in set(form.data) - {*kinds, "csrf_token"}:
        del form[name]
    for kind in kinds:
        form[kind].label.text = kind_name(kind)
    if form.validate_on_submit():
        with transaction() as work:
            person = queries.get_person(work, current_user.person_id)
            for kind in kinds:
                choices.choose_rhythm(
                    work, person.email, kind, Rhythm(form[kind].data), clock.now()
                )
            audit.record(work, clock.signature(), "letters.chosen", ("person", person.id))
        flash(_("Saved."), "success")
        return redirect(url_for(".letters"))
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/letters.html", form=form, kinds=kinds), status


@public
def stop_letters(token: str) -> Answer:
    """Stop one kind of letters to one address: a button for people, a bare POST for their mail
    program (RFC 8058). The token is all it takes, and it does nothing else."""
    found = read_stop_token(str(current_app.config["SECRET_KEY"]), token)
    if found is None:
        if request.method == "POST":
            abort(400)
        return render_template("accounts/stop_letters.html", kind="", done=False), 404
    address, kind = found
    if request.method == "POST":
        with transaction() as work:
            choices.stop_kind(work, address, kind, clock.now())
    return render_template(
        "accounts/stop_letters.html", kind=kind_name(kind), done=request.method == "POST"
    )
