"""People and roles, for the administrator. Addresses travel in forms only, never in a URL."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.accounts import by_two, service
from pb_portal.accounts import queries as accounts
from pb_portal.accounts.factors.queries import has_factors
from pb_portal.accounts.models import Person
from pb_portal.accounts.privacy import opened
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.queries import about_person
from pb_portal.audit import service as audit
from pb_portal.db import session, transaction
from pb_portal.desk import queries, waiting
from pb_portal.desk.forms import BlockForm, FindForm, RevokeForm, RoleForm
from pb_portal.domain.permissions import SAY_OVER_VOTE, P, Role, is_kept_by_two
from pb_portal.domain.refusal import Refusal
from pb_portal.web import clock, i18n, limits
from pb_portal.web.forms import Form
from pb_portal.web.guard import requires

Answer = str | tuple[str, int] | Response


def attach(blueprint: Blueprint) -> None:
    """Add these pages to the desk."""
    root = "/desk/people"
    one = root + "/<int:person_id>"
    blueprint.add_url_rule(root, "people", index, methods=["GET", "POST"])
    blueprint.add_url_rule(one, "person", show, methods=["GET"])
    blueprint.add_url_rule(one + "/open", "open_person", open_person, methods=["POST"])
    blueprint.add_url_rule(one + "/roles", "grant", grant, methods=["POST"])
    revoking = one + "/roles/<int:grant_id>/revoke"
    blueprint.add_url_rule(revoking, "revoke", revoke, methods=["POST"])
    blueprint.add_url_rule(one + "/block", "block", block, methods=["POST"])
    blueprint.add_url_rule(one + "/unblock", "unblock", unblock, methods=["POST"])


@limits.visits("lookups", methods=["POST"], by_line=False)
@requires(P.ADMINISTER)
def index() -> Answer:
    """Staff, and a search by address."""
    form = FindForm()
    if form.validate_on_submit():
        with transaction() as work:
            person = accounts.find_person(work, form.email.data)
            person_id = person.id if person else None
            audit.record(work, clock.signature(), "account.searched", ("person", person_id or 0))
            if person_id is not None:
                opened.open_data(work, "account", person_id, person_id=person_id)
        if person_id is not None:
            return redirect(url_for(".person", person_id=person_id))
        form.show(Refusal("account.nobody", field="email"))
    status = 422 if form.is_submitted() else 200
    places = {area.id: i18n.local(area.names) for area in queries.city_areas(session())}
    staff = queries.staff(session())
    return render_template("desk/people.html", form=form, staff=staff, places=places), status


@requires(P.ADMINISTER)
def show(person_id: int) -> Answer:
    """One account: its roles, and whether it is blocked."""
    return _page(accounts.get_person(session(), person_id))


@requires(P.ADMINISTER)
def open_person(person_id: int) -> Answer:
    """Show the address; the resident sees who looked."""
    with transaction() as work:
        person = accounts.get_person(work, person_id)
        opened.open_data(work, "account", person.id, person_id=person.id)
    return redirect(url_for(".person", person_id=person_id))


def _role_form(bare: bool = False) -> RoleForm:
    areas = [(str(area.id), i18n.local(area.names)) for area in queries.city_areas(session())]
    return RoleForm(areas, formdata=None) if bare else RoleForm(areas)


def _page(
    person: Person,
    *,
    role: RoleForm | None = None,
    block: BlockForm | None = None,
    revoking: RevokeForm | None = None,
) -> str:
    places = {area.id: i18n.local(area.names) for area in queries.city_areas(session())}
    return render_template(
        "desk/person.html",
        person=person,
        email=_address_of(person),
        places=places,
        has_factor=has_factors(session(), person.id),
        role_form=role or _role_form(bare=True),
        block_form=block or BlockForm(formdata=None),
        revoke_form=revoking or RevokeForm(formdata=None),
        by_two=is_kept_by_two(person.actor().roles),
        waiting=waiting.request_items(session(), about_person(session(), person.id)),
    )


def _address_of(person: Person) -> tuple[str, bool]:
    """The address, and whether it is whole: one's own, or opened by the button."""
    mine = person.id == clock.actor().person_id
    if mine or opened.is_open("account", person.id):
        return person.email, True
    return opened.masked(person.email), False


def _again(person_id: int, form: Form) -> tuple[str, int]:
    """The page with what was wrong in one of its forms."""
    person = accounts.get_person(session(), person_id)
    if isinstance(form, RoleForm):
        return _page(person, role=form), 422
    if isinstance(form, RevokeForm):
        return _page(person, revoking=form), 422
    assert isinstance(form, BlockForm)
    return _page(person, block=form), 422


@requires(P.ADMINISTER, fresh=True)
def grant(person_id: int) -> Answer:
    """Give a role."""
    form = _role_form()
    if not form.validate():
        return _again(person_id, form)
    try:
        flash(_give(person_id, form), "success")
    except Refusal as refusal:
        form.show(refusal)
        return _again(person_id, form)
    return redirect(url_for(".person", person_id=person_id))


def _give(person_id: int, form: RoleForm) -> str:
    """Give the role, or ask a second person where it has a say over the vote."""
    role = Role(form.role.data)
    with transaction() as work:
        person = accounts.get_person(work, person_id)
        if role in SAY_OVER_VOTE:
            if form.area.data:
                raise Refusal("account.role_whole_city", field="area")
            by_two.propose_role(work, clock.signature(), person, role, reason=form.why.data)
            return str(_("Asked. A second person must now agree."))
        area_id = int(form.area.data) if form.area.data else None
        service.grant_role(work, clock.signature(), person, role, area_id)
    return str(_("The role is given."))


@requires(P.ADMINISTER, fresh=True)
def revoke(person_id: int, grant_id: int) -> Answer:
    """Take a role away, or ask a second person to agree to it."""
    form = RevokeForm()
    if not form.validate():
        return _again(person_id, form)
    try:
        flash(_take_away(person_id, grant_id, form.taken_why.data or ""), "success")
    except Refusal as refusal:
        form.show(refusal)
        return _again(person_id, form)
    return redirect(url_for(".person", person_id=person_id))


def _take_away(person_id: int, grant_id: int, reason: str) -> str:
    with transaction() as work:
        person = accounts.get_person(work, person_id)
        if _takes_two(person):
            by_two.propose_revoke(work, clock.signature(), person, grant_id, reason=reason)
            return str(_("Asked. A second person must now agree."))
        service.revoke_role(work, clock.signature(), person, grant_id)
    return str(_("The role is taken away."))


def _takes_two(person: Person) -> bool:
    """Whether a second person must agree; acts against oneself are refused in any case."""
    return is_kept_by_two(person.actor().roles) and person.id != clock.actor().person_id


@requires(P.ADMINISTER, fresh=True)
def block(person_id: int) -> Answer:
    """Block the account; its sessions end at once."""
    done = _("The account is blocked and logged out everywhere.")
    return _shut(person_id, service.block, by_two.propose_block, done)


@requires(P.ADMINISTER, fresh=True)
def unblock(person_id: int) -> Answer:
    """Let the account in again."""
    done = _("The account is open again.")
    return _shut(person_id, service.unblock, by_two.propose_unblock, done)


def _shut(
    person_id: int, act: Callable[..., None], propose: Callable[..., ApprovalRequest], done: str
) -> Answer:
    """Do it, or ask a second person where somebody decides or watches a vote."""
    form = BlockForm()
    if not form.validate():
        return _again(person_id, form)
    try:
        with transaction() as work:
            person = accounts.get_person(work, person_id)
            if _takes_two(person):
                propose(work, clock.signature(), person, reason=form.reason.data)
                done = _("Asked. A second person must now agree.")
            else:
                act(work, clock.signature(), person, reason=form.reason.data)
    except Refusal as refusal:
        form.show(refusal)
        return _again(person_id, form)
    flash(done, "success")
    return redirect(url_for(".person", person_id=person_id))
