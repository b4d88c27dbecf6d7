"""What was sent, time after time, compared."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from pb_portal.cycles import queries as cycles
from pb_portal.db import Missing, session
from pb_portal.domain.changes import changed_fields, word_changes
from pb_portal.proposals import labels, queries
from pb_portal.proposals.models import ProposalVersion
from pb_portal.proposals.views.base import blueprint
from pb_portal.takedowns.queries import tombstones
from pb_portal.web import i18n
from pb_portal.web.guard import public
from pb_portal.web.i18n import local
from pb_portal.web.phrases.proposals import field_name, unit_name

TEXTS = ("title", "problem", "solution")


@blueprint.get("/c/<slug>/proposals/<int:number>/versions")
@public
def versions(slug: str, number: int) -> str:
    """Two versions side by side; the newest two unless others are asked for."""
    cycle = cycles.get_cycle(session(), slug)
    proposal = queries.get_proposal(session(), cycle.id, number)
    listed = queries.versions.versions_of(session(), proposal.id)
    if not listed:
        raise Missing("version")
    after = _chosen(listed, "to", listed[-1])
    before = _chosen(listed, "from", listed[max(0, listed.index(after) - 1)])
    return render_template(
        "proposals/versions.html",
        proposal=proposal,
        cycle=cycle,
        listed=listed,
        before=before,
        after=after,
        parts=_parts(before.content, after.content),
        field_name=field_name,
        unit_name=unit_name,
        money_in=labels.currency(cycle),
        taken=[
            row
            for row in tombstones(session(), "proposal", proposal.id)
            if row.subject_type in ("proposal", "proposal_version")
        ],
    )


def _chosen(listed: Any, name: str, usual: ProposalVersion) -> ProposalVersion:
    wanted = request.args.get(name, "")
    return next((one for one in listed if str(one.number) == wanted), usual)


def _parts(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Each field that changed, with what it takes to show the change."""
    return [_part(name, before, after) for name in changed_fields(before, after)]


def _part(name: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    if name in TEXTS:
        old, new = (i18n.named(content.get(name, "")) for content in (before, after))
        return {"name": name, "pieces": word_changes(old, new)}
    if name == "category":
        old, new = ((one.get("category") or {}).get("names") for one in (before, after))
        return {"name": name, "old": local(old) if old else "", "new": local(new) if new else ""}
    if name == "place":
        return {"name": name, "old": _place(before), "new": _place(after)}
    if name == "estimate":
        return {"name": name, "lines": labels.changed_lines(before["lines"], after["lines"])}
    old_files = {shot["file"] for shot in before.get("pictures", ())}
    new_files = {shot["file"] for shot in after.get("pictures", ())}
    return {
        "name": name,
        "added": len(new_files - old_files),
        "removed": len(old_files - new_files),
    }


def _place(content: dict[str, Any]) -> str:
    area = local(content["area"]) if content.get("area") else ""
    point = ""
    if content.get("lat") is not None:
        point = f"{content['lat']:.5f}, {content['lon']:.5f}"
    return " · ".join(part for part in (area, content.get("address", ""), point) if part)
