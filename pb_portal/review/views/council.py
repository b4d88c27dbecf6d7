"""The secretary's first page and the members of the council."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.cycles.models import Cycle
from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, areas_of
from pb_portal.domain.refusal import Refusal
from pb_portal.places.models import Area
from pb_portal.review import queries as files
from pb_portal.review.council import members as seats
from pb_portal.review.council import queries
from pb_portal.review.forms import MemberForm
from pb_portal.review.views import blueprint
from pb_portal.web import clock
from pb_portal.web.guard import requires

Answer = str | tuple[str, int] | Response


@blueprint.get("/desk/council")
@requires(P.DECIDE)
def council() -> str:
    """Files that are ready, sittings being prepared and protocols that are signed."""
    areas = areas_of(clock.actor(), P.DECIDE)
    held = queries.sittings(session(), areas)
    heaps = [_heap(cycle_id, areas) for cycle_id in queries.cycles_with_ready(session(), areas)]
    return render_template(
        "review/council.html",
        heaps=[heap for heap in heaps if heap["rows"]],
        opened=[sitting for sitting in held if sitting.state == "open"],
        signed=[sitting for sitting in held if sitting.state == "signed"],
        sizes=queries.agenda_sizes(session(), [sitting.id for sitting in held]),
        seated=len(queries.members(session(), clock.today())),
    )


def _heap(cycle_id: int, areas: frozenset[int] | None) -> dict[str, object]:
    """Files of one cycle, and for which council a sitting can be opened."""
    rows = queries.ready_for(session(), cycle_id, areas)
    return {
        "cycle": session().get_one(Cycle, cycle_id),
        "rows": rows,
        "newest": files.newest_opinions(session(), [row.id for row in rows]),
        "councils": [None]
        if areas is None
        else [session().get_one(Area, area) for area in sorted(areas)],
    }


@blueprint.route("/desk/council/members", methods=["GET", "POST"])
@requires(P.DECIDE)
def members() -> Answer:
    """Who sits on the council; seating a member."""
    form = MemberForm()
    if not form.is_submitted():
        form.joined_on.data = clock.today()
    if form.validate_on_submit():
        try:
            with transaction() as work:
                seats.add_member(
                    work,
                    clock.signature(),
                    name=form.name.data or "",
                    office=form.office.data or "",
                    joined_on=form.joined_on.data,
                )
            flash(_("The member is seated."), "success")
            return redirect(url_for(".members"))
        except Refusal as refusal:
            form.show(refusal)
    page = render_template(
        "review/members.html", form=form, members=queries.members(session()), today=clock.today()
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/desk/council/members/<int:member_id>/leave")
@requires(P.DECIDE)
def member_leaves(member_id: int) -> Response:
    """A member has left; earlier protocols keep the name."""
    with transaction() as work:
        seats.retire_member(work, clock.signature(), member_id, on=clock.today())
    flash(_("The member has left the council. Earlier protocols keep the name."), "success")
    return redirect(url_for(".members"))
