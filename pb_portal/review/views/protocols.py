"""Protocols for everybody: a page, and the same as PDF in each language."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template
from flask_babel import force_locale, pgettext
from flask_babel import gettext as _

from pb_portal.cycles.queries import get_cycle
from pb_portal.db import session
from pb_portal.documents import pdf
from pb_portal.domain.permissions import P
from pb_portal.review.council import protocol as protocols_of
from pb_portal.review.council import queries
from pb_portal.review.council.members import demand_council
from pb_portal.review.views import blueprint
from pb_portal.takedowns.queries import tombstones
from pb_portal.web import clock, i18n
from pb_portal.web.guard import public, requires
from pb_portal.web.phrases.review import ground_name, outcome_name

LANGUAGES = ("kk", "ru", "en")


@blueprint.get("/c/<slug>/protocols")
@public
def protocols(slug: str) -> str:
    """Signed protocols of a cycle."""
    cycle = get_cycle(session(), slug)
    return render_template(
        "review/protocols.html", cycle=cycle, signed=queries.protocols(session(), cycle.id)
    )


@blueprint.get("/c/<slug>/protocols/<int:sitting_id>")
@public
def protocol(slug: str, sitting_id: int) -> str:
    """One protocol as a page."""
    cycle = get_cycle(session(), slug)
    held = queries.get_protocol(session(), cycle.id, sitting_id)
    return render_template(
        "review/protocol.html",
        cycle=cycle,
        held=held,
        said=held.protocol,
        languages=LANGUAGES,
        taken=[
            row
            for row in tombstones(session(), "cycle", cycle.id)
            if (row.subject_type, row.subject_id) == ("protocol", str(held.id))
        ],
    )


@blueprint.get("/c/<slug>/protocols/<int:sitting_id>/<language>.pdf")
@public
def protocol_pdf(slug: str, sitting_id: int, language: str) -> Response:
    """One protocol, printed in a language."""
    if language not in LANGUAGES:
        abort(404)
    held = queries.get_protocol(session(), get_cycle(session(), slug).id, sitting_id)
    with force_locale(language):
        made = _printed(held.protocol, language, digest=held.protocol_digest or "")
    return _file(made, f"protocol-{held.held_on.isoformat()}-{language}.pdf")


@blueprint.get("/desk/council/sittings/<int:sitting_id>/<language>.pdf")
@requires(P.DECIDE)
def protocol_draft(sitting_id: int, language: str) -> Response:
    """What would be signed, as the secretary has it now."""
    if language not in LANGUAGES:
        abort(404)
    held = queries.get_sitting(session(), sitting_id)
    demand_council(clock.signature(), held.area_id)
    with force_locale(language):
        made = _printed(protocols_of.content(session(), held), language, digest="")
    return _file(made, f"draft-{held.held_on.isoformat()}-{language}.pdf")


def _file(made: bytes, name: str) -> Response:
    return Response(
        made,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _printed(said: dict[str, Any], language: str, *, digest: str) -> bytes:
    said = i18n.readable(said)
    items = [_item(said, item, place) for place, item in enumerate(said["items"], start=1)]
    head = [
        (_("Date of the sitting"), i18n.full_date(said["held_on"])),
        (pgettext("sitting", "Place"), said["place"] or "—"),
        (_("Chair"), _named(said["chair"])),
        (_("Secretary"), said["secretary"]),
        (
            _("Members"),
            _(
                "%(members)s, of whom %(present)s present; at least %(quorum)s are needed",
                members=said["members"],
                present=len(said["present"]),
                quorum=said["quorum"],
            ),
        ),
        (pgettext("attendance", "Present"), "; ".join(map(_named, said["present"]))),
    ]
    if said["absent"]:
        head.append((_("Absent"), "; ".join(map(_named, said["absent"]))))
    data = {
        "lang": language,
        "draft": "" if digest else _("Draft: not signed"),
        "masthead": i18n.local(said["cycle"]),
        "title": _("Protocol No. %(number)s", number=said["number"]),
        "subtitle": _("Sitting of the expert council"),
        "council": i18n.local(said["area"]) if said["area"] else "",
        "page_word": _("page"),
        "facts": head,
        "agenda": _("Agenda and decisions"),
        "items": items,
        "signatures": [
            (_("Chair"), said["chair"]["name"]),
            (_("Secretary"), said["secretary"]),
        ],
        "footer": _("SHA-256 of the protocol: %(digest)s", digest=digest[:16] + "…")
        if digest
        else "",
    }
    return pdf.render("council_protocol", data)


def _named(person: dict[str, str]) -> str:
    return f"{person['name']}, {person['office']}" if person["office"] else person["name"]


def _item(said: dict[str, Any], item: dict[str, Any], place: int) -> dict[str, Any]:
    def money(amount: int) -> str:
        return i18n.money(amount, said["currency"], said["minor_units"])

    votes = _(
        "for %(for_)s, against %(against)s, abstained %(abstained)s",
        for_=item["votes_for"],
        against=item["votes_against"],
        abstained=item["votes_abstained"],
    )
    cost = money(item["author_cost"])
    if item["reviewed_cost"] is not None:
        cost = _(
            "author's %(cost)s, reviewed %(reviewed)s",
            cost=cost,
            reviewed=money(item["reviewed_cost"]),
        )
    rows = [(_("Cost"), cost)]
    if item["outcome"] != "postpone":
        rows.append((_("Votes"), votes))
    if item["conflicted"]:
        rows.append((_("Conflict of interest, did not vote"), "; ".join(item["conflicted"])))
    if item["grounds"]:
        rows.append((_("Grounds"), "; ".join(map(ground_name, item["grounds"]))))
    if item["sentence"]:
        rows.append((_("Explanation"), item["sentence"]))
    return {
        "place": place,
        "number": item["proposal"],
        "title": item["title"],
        "area": i18n.local(item["area"]) if item["area"] else "",
        "outcome": outcome_name(item["outcome"]),
        "code": item["outcome"],
        "rows": rows,
    }
