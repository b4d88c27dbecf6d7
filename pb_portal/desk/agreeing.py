"""A second person agrees to a weighty role or to the removal of a lost second factor."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pb_portal.accounts import by_two
from pb_portal.accounts import queries as accounts
from pb_portal.accounts.models import Person
from pb_portal.approvals import registry
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.db import session, transaction
from pb_portal.desk.forms import AgreeForm, ResetForm
from pb_portal.domain.permissions import P
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.words import role_name

Answer = str | tuple[str, int] | Response

LEADS = {
    by_two.ROLE: _l("The person can then take part in what decides a vote."),
    by_two.RESET: _l(
        "The person then logs in with the password alone and sets up a new factor. Agree only if "
        "you know that it is this person who asks."
    ),
    by_two.REVOKE: _l("The person then no longer takes part in this. Their other roles stay."),
    by_two.BLOCK: _l(
        "The person is logged out everywhere and can neither log in nor agree to anything. "
        "Whatever they have asked for can only be declined."
    ),
    by_two.UNBLOCK: _l("The person can then log in again and has the roles listed here."),
}


def attach(blueprint: Blueprint) -> None:
    """Add these pages to the desk."""
    add = blueprint.add_url_rule
    one = "/desk/people/requests/<int:request_id>"
    add(one, "decide_person", decide_person, methods=["GET", "POST"])
    asking = "/desk/people/<int:person_id>/factor/reset"
    add(asking, "reset_factor", reset_factor, methods=["GET", "POST"])


@requires(P.ADMINISTER, fresh=True)
def reset_factor(person_id: int) -> Answer:
    """Ask a second person to remove somebody's second factor."""
    form = ResetForm()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                person = accounts.get_person(work, person_id)
                by_two.propose_reset(work, clock.signature(), person, reason=form.reason.data)
            flash(_("Asked. A second person must now agree."), "success")
            return redirect(url_for(".person", person_id=person_id))
        except Refusal as refusal:
            form.show(refusal)
    person = accounts.get_person(session(), person_id)
    page = render_template("desk/reset_factor.html", person=person, form=form)
    return page, 422 if form.is_submitted() else 200


@requires(P.AGREE_STAFF, fresh=True)
def decide_person(request_id: int) -> Answer:
    """Agree or decline."""
    form = AgreeForm()
    said = request.form.get("do", "")
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit() and said in ("approve", "decline"):
        try:
            _decide(request_id, approve=said == "approve", reason=form.reason.data or "")
            return redirect(url_for(".decide_person", request_id=request_id))
        except Refusal as refusal:
            form.show(refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
    return _page(request_id, form), status


def _decide(request_id: int, *, approve: bool, reason: str) -> None:
    with transaction() as work:
        wanted = by_two.get_request(work, request_id)
        by_two.decide(work, clock.signature(), wanted, approve=approve, reason=reason)
    flash(_("Agreed.") if approve else _("The request is declined."), "success")


def _page(request_id: int, form: AgreeForm) -> str:
    wanted = by_two.get_request(session(), request_id)
    person = accounts.get_person(session(), wanted.payload["person_id"])
    people = accounts.names_of(session(), [wanted.proposed_by, wanted.decided_by or 0])
    me = current_user.person_id
    return render_template(
        "desk/person_request.html",
        form=form,
        wanted=wanted,
        heading=registry.label_of(wanted.kind),
        lead=LEADS[wanted.kind],
        role_label=_("Role") if "role" in wanted.payload else _("Roles"),
        roles=", ".join(_roles(wanted, person)),
        person=person,
        people=people,
        outside=me not in (wanted.proposed_by, wanted.concerns),
    )


def summarize_request(session: Session, asked: ApprovalRequest) -> str:
    """The person, and the role that is given, taken away or held."""
    person = accounts.get_person(session, asked.payload["person_id"])
    return " · ".join([f"{person.name} (№ {person.id})", *_roles(asked, person)])


def _roles(asked: ApprovalRequest, person: Person) -> list[str]:
    roles = [asked.payload["role"]] if "role" in asked.payload else sorted(person.actor().roles)
    return [role_name(role) for role in roles]


for kind in by_two.KINDS:
    registry.attach_page(kind, "desk.decide_person", summarize_request)
