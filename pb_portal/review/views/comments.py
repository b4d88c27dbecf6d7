"""The moderator's pages: comments that were reported, kept back, written lately or hidden."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.db import Missing, session, transaction
from pb_portal.domain.permissions import P, areas_of
from pb_portal.proposals import queries, service
from pb_portal.proposals.queries.comments import VIEWS
from pb_portal.review.forms import HideForm
from pb_portal.review.views import blueprint
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row, page_of
from pb_portal.web.phrases.comments import report_reason

Answer = str | tuple[str, int] | Response
PAGE = 30


@blueprint.get("/desk/comments")
@requires(P.MODERATE)
def comments() -> str:
    """What waits for a moderator; the newest comments when nothing does."""
    return _page()


@blueprint.get("/desk/comments/<int:comment_id>")
@requires(P.MODERATE)
def comment(comment_id: int) -> str:
    """One comment by itself, from its place under the proposal."""
    return _page(only=comment_id)


@blueprint.post("/desk/comments/<int:comment_id>/hide")
@requires(P.MODERATE)
def hide(comment_id: int) -> Answer:
    """Hide a comment with a reason."""
    form = HideForm()
    if not form.validate():
        return _page(only=comment_id, form=form), 422
    with transaction() as work:
        service.hide_comment(work, clock.signature(), comment_id, reason=form.reason.data)
    flash(_("The comment is hidden; your reason stands in its place."), "success")
    return redirect(url_for(".comments"))


@blueprint.post("/desk/comments/<int:comment_id>/show")
@requires(P.MODERATE)
def show(comment_id: int) -> Answer:
    """Show a hidden comment again, or one that was kept back."""
    with transaction() as work:
        service.show_comment(work, clock.signature(), comment_id)
    flash(_("Everybody sees the comment now."), "success")
    return redirect(url_for(".comments"))


@blueprint.post("/desk/comments/<int:comment_id>/keep")
@requires(P.MODERATE)
def keep(comment_id: int) -> Answer:
    """Answer the reports: the comment stays."""
    with transaction() as work:
        service.keep_comment(work, clock.signature(), comment_id)
    flash(_("The comment stays; its reports are answered."), "success")
    return redirect(url_for(".comments"))


def _page(only: int | None = None, form: HideForm | None = None) -> str:
    areas = areas_of(clock.actor(), P.MODERATE)
    counts = queries.comments.moderation_counts(session(), areas)
    waiting = [name for name in VIEWS[:2] if counts[name]]
    asked = request.args.get("view", "")
    view = asked if asked in VIEWS else (*waiting, "newest")[0]
    rows = queries.comments.to_moderate(
        session(), areas, view, only=only, before_id=asked_row("before"), limit=PAGE + 1
    )
    if only is not None and not rows:
        raise Missing("comment")
    return render_template(
        "review/comments.html",
        page=page_of(rows, PAGE, lambda row: row.comment.id),
        counts=counts,
        view=view,
        views=VIEWS,
        only=only,
        form=form,
        report_reason=report_reason,
    )
