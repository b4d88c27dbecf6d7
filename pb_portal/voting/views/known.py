"""What the vote keeps about a person, told to nobody but that person."""

from __future__ import annotations

from flask import render_template

from pb_portal.cycles import queries as cycles
from pb_portal.db import session
from pb_portal.register import queries as register
from pb_portal.voting import queries
from pb_portal.voting.views import blueprint, visit
from pb_portal.web.guard import public


@blueprint.get("/c/<slug>/vote/about-me")
@public
def about_me(slug: str) -> str:
    """For a proved voter: the register's row and whether they took part, by which way. Everybody
    else learns how to prove who they are."""
    cycle, phase = visit.get_vote(slug)
    voter = visit.find_voter(cycle)
    entry = register.find_entry(session(), cycle.id, voter.voter_key) if voter else None
    if voter is None or entry is None:
        return render_template("voting/about_me.html", cycle=cycle, phase=phase, entry=None)
    areas = {part.area_id: part.area.names for part in cycle.areas}
    return render_template(
        "voting/about_me.html",
        cycle=cycle,
        phase=phase,
        entry=entry,
        area=areas.get(entry.area_id, {}),
        took_part=queries.find_participation(session(), cycle.id, voter.voter_key),
        rules=cycles.rules_of(cycle),
    )
