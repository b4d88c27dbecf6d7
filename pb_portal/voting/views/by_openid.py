"""Proving who votes by a login elsewhere: a page that says so, the way there, and the way back."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask import session as cookie

from pb_portal.cycles.models import Cycle
from pb_portal.domain import identity
from pb_portal.domain.refusal import Refusal
from pb_portal.register.identity.oidc_client import Client, Pending
from pb_portal.register.identity.openid import Vouched
from pb_portal.voting.views import blueprint, progress, visit, ways
from pb_portal.voting.views.visit import LOGIN, Answer
from pb_portal.web import clock, limits
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/vote/openid")
@public
def openid(slug: str) -> Answer:
    """What will happen, and the link to the provider."""
    door = ways.door(slug, identity.OPENID)
    if not isinstance(door, ways.Door):
        return door
    progress.reached(door.cycle.id, "start")
    return render_template(
        "voting/openid.html", cycle=door.cycle, phase=door.phase, back=ways.back_from(door.cycle)
    )


@blueprint.get("/c/<slug>/vote/openid/go")
@limits.visits("identity")
@public
def openid_go(slug: str) -> Answer:
    """To the provider. A link and not a form, since forms may only lead to this portal."""
    door = ways.door(slug, identity.OPENID)
    if not isinstance(door, ways.Door):
        return door
    try:
        url, pending = _client().begin(slug, clock.now().timestamp())
    except Refusal as refusal:
        return visit.refused_page(door.cycle, refusal)
    ways.forget()
    cookie[LOGIN] = pending.to_dict()
    progress.reached(door.cycle.id, "asked")
    return redirect(url)


@blueprint.get("/vote/openid/back")
@limits.tries("identity")
@public
def openid_back() -> Answer:
    """Back from the provider. What the browser kept about the login works once."""
    kept: dict[str, Any] | None = cookie.pop(LOGIN, None)
    if kept is None:
        return redirect(url_for("pages.home"))
    pending = Pending(**kept)
    door = ways.door(pending.slug, identity.OPENID)
    if not isinstance(door, ways.Door):
        return door
    refusal = _prove(door.cycle, pending)
    if refusal is not None:
        return visit.refused_page(door.cycle, refusal)
    return ways.to_ballot(pending.slug)


def _prove(cycle: Cycle, pending: Pending) -> Refusal | None:
    try:
        vouched = _vouched(pending)
    except Refusal as refusal:
        return refusal
    with ways.paced():
        return ways.prove(cycle, identity.OPENID, vouched)


def _vouched(pending: Pending) -> Vouched:
    """Whom the provider names, with every check of the answer made."""
    settings, at = visit.settings(), clock.now().timestamp()
    pending.demand(request.args.get("state", ""), at)
    if request.args.get("iss", settings.oidc_issuer) != settings.oidc_issuer:
        raise Refusal("identity.provider_wrong")
    if not request.args.get("code"):
        raise Refusal("identity.provider_declined")
    claims = _client().finish(pending, request.args["code"], at)
    iin = str(claims.get(settings.oidc_iin_claim, ""))
    if not identity.is_iin(iin):
        raise Refusal("identity.provider_wrong")
    if not settings.oidc_birth_date_claim:
        return Vouched(iin, None)
    born = identity.parse_birth_date(str(claims.get(settings.oidc_birth_date_claim, "")))
    if born is None:
        raise Refusal("identity.provider_wrong")
    return Vouched(iin, born)


def _client() -> Client:
    settings = visit.settings()
    return Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.base_url + url_for("voting.openid_back"),
    )
