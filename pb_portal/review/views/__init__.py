"""Pages of review: the reviewer's desk, the council, its public decisions, comments."""

from __future__ import annotations

from flask import Blueprint

from pb_portal.web.phrases.review import (
    answer_name,
    check_name,
    ground_name,
    outcome_name,
    recommendation_name,
)

blueprint = Blueprint("review", __name__)
for _filter in (answer_name, check_name, ground_name, outcome_name, recommendation_name):
    blueprint.add_app_template_filter(_filter)

from pb_portal.review.views import (  # noqa: E402, F401
    appeals,
    comments,
    council,
    exchange,
    file,
    letters,
    load,
    merging,
    paper,
    paper_list,
    protocols,
    public,
    queue,
    represented,
    sittings,
    words,
)
