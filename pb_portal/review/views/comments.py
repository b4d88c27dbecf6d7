"""The moderator's page: newest comments, hiding one with a reason."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.db import session, transaction
from pb_portal.domain.permissions import P, areas_of
from pb_portal.proposals import service
from pb_portal.review import queries
from pb_portal.review.forms import HideForm
from pb_portal.review.views import blueprint
from pb_portal.web import clock
from pb_portal.web.guard import requires
from pb_portal.web.paging import asked_row, page_of

Answer = str | tuple[str, int] | Response
PAGE = 30


@blueprint.get("/desk/comments")
@requires(P.MODERATE)
def comments() -> str:
    """Newest comments, or the hidden ones."""
    return _page()


@blueprint.post("/desk/comments/<int:comment_id>/hide")
@requires(P.MODERATE)
def hide(comment_id: int) -> Answer:
    """Hide a comment with a reason."""
    form = HideForm()
    if not form.validate():
        return _page(wrong=comment_id, form=form), 422
    with transaction() as work:
        service.hide_comment(work, clock.signature(), comment_id, reason=form.reason.data)
    flash(_("The comment is hidden; your reason stands in its place."), "success")
    return redirect(url_for(".comments"))


@blueprint.post("/desk/comments/<int:comment_id>/show")
@requires(P.MODERATE)
def show(comment_id: int) -> Answer:
    """Show a hidden comment again."""
    with transaction() as work:
        service.show_comment(work, clock.signature(), comment_id)
    flash(_("The comment is shown again."), "success")
    return redirect(url_for(".comments"))


def _page(wrong: int | None = None, form: HideForm | None = None) -> str:
    hidden = request.args.get("view") == "hidden"
    rows = queries.newest_comments(
        session(),
        areas_of(clock.actor(), P.MODERATE),
        hidden=hidden,
        before_id=asked_row("before"),
        limit=PAGE + 1,
    )
    return render_template(
        "review/comments.html",
        page=page_of(rows, PAGE, lambda row: row[0].id),
        hidden=hidden,
        wrong=wrong,
        form=form,
    )
