"""What is done to a proposal. Views and upper rooms call these; none of them commits."""

from __future__ import annotations

from pb_portal.proposals.service.drafts import delete_draft, index_words, save_draft, start_draft
from pb_portal.proposals.service.estimate import (
    add_own_line,
    add_work,
    remove_line,
    set_quantity,
)
from pb_portal.proposals.service.moderation import hide_comment, show_comment
from pb_portal.proposals.service.pictures import add_picture, describe_picture, remove_picture
from pb_portal.proposals.service.steps import change_status
from pb_portal.proposals.service.submission import (
    Gap,
    gaps,
    resubmit,
    rework_until,
    submit,
    withdraw,
)
from pb_portal.proposals.service.voices import add_comment, set_follow, set_support

__all__ = [
    "Gap",
    "add_comment",
    "add_own_line",
    "add_picture",
    "add_work",
    "change_status",
    "delete_draft",
    "describe_picture",
    "gaps",
    "hide_comment",
    "index_words",
    "remove_line",
    "remove_picture",
    "resubmit",
    "rework_until",
    "save_draft",
    "set_follow",
    "set_quantity",
    "set_support",
    "show_comment",
    "start_draft",
    "submit",
    "withdraw",
]
