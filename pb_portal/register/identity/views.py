"""Staff's pages about packages of paper codes: order, print once, revoke."""

from __future__ import annotations

import secrets
from datetime import date

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.accounts import queries as accounts
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import session, transaction
from pb_portal.domain import identity
from pb_portal.domain.identity import PAPER_CODE
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.register.identity import operator, packages
from pb_portal.register.identity.forms import EmptyForm, PackageForm, package_form
from pb_portal.register.identity.models import CodePackage
from pb_portal.register.identity.printing import printed
from pb_portal.web import clock, limits
from pb_portal.web.guard import requires
from pb_portal.web.phrases import sentence

blueprint = Blueprint("codes", __name__)
Answer = str | tuple[str, int] | Response


@blueprint.route("/desk/cycles/<slug>/codes", methods=["GET", "POST"])
@requires(P.ISSUE_CODES, fresh=True)
def index(slug: str) -> Answer:
    """The packages of a cycle, and the form to order another."""
    cycle = cycles.get_cycle(session(), slug)
    form = package_form(cycle)
    if form.validate_on_submit():
        try:
            with transaction() as work:
                target = cycles.get_cycle(work, slug)
                packages.order_package(work, clock.signature(), target, _order(form))
            flash(_("Ordered. Another person must print it."), "success")
            return redirect(url_for(".index", slug=slug))
        except Refusal as refusal:
            form.show(refusal)
            cycle = cycles.get_cycle(session(), slug)
    return _page(cycle, form), 422 if form.is_submitted() else 200


def _order(form: PackageForm) -> packages.Order:
    area = int(form.area.data) if form.area.data else None
    return packages.Order(form.size.data or 0, form.form.data, form.place.data, area)


def _page(cycle: Cycle, form: PackageForm) -> str:
    rows = packages.packages_of(session(), cycle.id)
    offered = cycle.rule_book is not None and PAPER_CODE in cycles.rules_of(cycle).identity
    return render_template(
        "register/codes.html",
        cycle=cycle,
        form=form,
        button_form=EmptyForm(formdata=None),
        packages=rows,
        names=accounts.names_of(session(), {one.made_by for one in rows} | _printers(rows)),
        areas={part.area_id: part.area.names for part in cycle.areas},
        me=clock.actor().person_id,
        offered=offered,
        over=cycles.phase_over(cycle, PhaseKind.VOTING, clock.now()),
    )


def _printers(rows: packages.Packages) -> set[int]:
    return {one.downloaded_by for one in rows if one.downloaded_by is not None}


@blueprint.post("/desk/code-packages/<int:package_id>/print")
@limits.visits("uploads", by_line=False)
@requires(P.ISSUE_CODES, fresh=True)
def print_once(package_id: int) -> Answer:
    """The codes as a PDF: made now, handed over now, and never again."""
    with transaction() as work:
        package = packages.get_package(work, package_id)
        slug = cycles.get_cycle_by_id(work, package.cycle_id).slug
    codes = packages.fresh_codes(package.size)
    try:
        made = _typeset(package, slug, codes)
        with transaction() as work:
            key = current_app.config["SETTINGS"].register_key
            target = packages.get_package(work, package_id)
            packages.keep_printed(work, clock.signature(), target, codes, key)
    except Refusal as refusal:
        return _refused(package_id, slug, refusal)
    response = make_response(made)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(slug)}"'
    return response


def _file_name(slug: str) -> str:
    """Random, since the number of a package would tell how many were printed."""
    return f"codes-{slug}-{secrets.token_hex(3)}.pdf"


def _typeset(package: CodePackage, slug: str, codes: list[str]) -> bytes:
    cycle = cycles.get_cycle(session(), slug)
    part = cycles.find_cycle_area(cycle, package.area_id)
    address = current_app.config["SETTINGS"].base_url + f"/c/{slug}/vote/paper-code"
    area = part.area.code if part else ""
    packages.demand_printable(clock.signature(), cycle, package)
    return printed(package.form, cycle, codes, address, area=area)


def _refused(package_id: int, slug: str, refusal: Refusal) -> Response:
    with transaction() as work:
        target = packages.get_package(work, package_id)
        packages.note_refused(work, clock.signature(), target, refusal.code)
    flash(sentence(refusal), "error")
    return redirect(url_for(".index", slug=slug))


@blueprint.post("/desk/code-packages/<int:package_id>/revoke")
@requires(P.ISSUE_CODES)
def revoke(package_id: int) -> Answer:
    """Let none of a package's codes open a ballot any more."""
    with transaction() as work:
        package = packages.get_package(work, package_id)
        slug = cycles.get_cycle_by_id(work, package.cycle_id).slug
        packages.revoke_package(work, clock.signature(), package)
    flash(_("Revoked: none of its codes opens a ballot any more."), "success")
    return redirect(url_for(".index", slug=slug))


@blueprint.get("/desk/cycles/<slug>/assisted")
@requires(P.REVIEW_HELP)
def assisted(slug: str) -> Answer:
    """Who opened ballots for whom at the desk, by operator and day; after the close."""
    cycle = cycles.get_cycle(session(), slug)
    try:
        rows = operator.assisted(session(), clock.signature(), cycle)
    except Refusal as refusal:
        return render_template("register/assisted.html", cycle=cycle, why=sentence(refusal))
    days: dict[tuple[int, date], list[str]] = {}
    key = current_app.config["SETTINGS"].register_key
    for row in rows:
        days.setdefault((row.operator_id, row.on), []).append(identity.alias(key, row.voter_key))
    return render_template(
        "register/assisted.html",
        cycle=cycle,
        why="",
        days={day: sorted(people) for day, people in days.items()},
        names=accounts.names_of(session(), {row.operator_id for row in rows}),
    )
