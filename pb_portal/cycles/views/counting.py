"""Choosing the counting rule before the rule book is frozen."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.cycles import choosing, queries
from pb_portal.cycles.ballot_form import NOTES
from pb_portal.cycles.ballot_words import ballot_marking, ballot_scope
from pb_portal.cycles.choosing import FAMILIES
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.rule_words import rule_story
from pb_portal.cycles.rules_form import AREA, RulesForm, chosen_rules, rules_form
from pb_portal.cycles.views import blueprint
from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.phrases import sentence

Answer = str | tuple[str, int] | Response


@blueprint.route("/desk/cycles/<slug>/rules", methods=["GET", "POST"])
@requires(P.STEER_CYCLE)
def choose(slug: str) -> Answer:
    """How ballots of a cycle are marked and counted."""
    cycle = queries.get_cycle(session(), slug)
    if cycle.is_imported:
        raise Missing("rule book")
    rules = queries.rules_of(cycle) if cycle.rule_book else RuleBook()
    form = rules_form(cycle, rules)
    looking = "preview" in request.form
    sound = form.validate_on_submit()
    if sound and not looking:
        try:
            with transaction() as work:
                target = queries.get_cycle(work, slug)
                chosen = chosen_rules(form, target, rules)
                choosing.choose_rules(work, clock.signature(), target, chosen)
            flash(_("The rules are kept. They can be changed until they are frozen."), "success")
            return redirect(url_for("cycles.rules", slug=slug))
        except Refusal as refusal:
            form.show(refusal)
    shown = chosen_rules(form, cycle, rules) if sound else rules
    page = render_template(
        "cycles/choose_rules.html",
        cycle=cycle,
        form=form,
        frozen=queries.rules_frozen(cycle),
        told=[ballot_scope(shown), ballot_marking(shown), *_doubts(form, cycle, shown)],
        notes=NOTES,
        stories={one: rule_story(one) for one in FAMILIES},
        areas=[(part.area, form._fields.get(AREA + part.area.code)) for part in cycle.areas],
    )
    return page, 422 if form.is_submitted() and not (looking and sound) else 200


def _doubts(form: RulesForm, cycle: Cycle, shown: RuleBook) -> list[str]:
    """Why the rules that are being looked at would be refused."""
    try:
        choosing.check_whole(cycle, shown)
    except Refusal as refusal:
        if "preview" in request.form:
            form.show(refusal)
            return [sentence(refusal)]
    return []
