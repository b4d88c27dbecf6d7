"""What is done to a proposal. Views and upper rooms call these; none of them commits."""

from __future__ import annotations

from pb_portal.proposals import word_index
from pb_portal.proposals.service import coauthors
from pb_portal.proposals.service.comments import add_comment, report_comment
from pb_portal.proposals.service.drafts import delete_draft, index_words, save_draft, start_draft
from pb_portal.proposals.service.estimate import (
    add_own_line,
    add_work,
    remove_line,
    set_quantity,
)
from pb_portal.proposals.service.moderation import (
    add_word,
    hide_comment,
    keep_comment,
    remove_word,
    show_comment,
)
from pb_portal.proposals.service.paper import (
    Entered,
    Paper,
    PaperLine,
    accepts_paper,
    claim_paper,
    enter_paper,
    get_paper,
    send_paper_again,
)
from pb_portal.proposals.service.pictures import (
    add_picture,
    describe_picture,
    move_picture,
    remove_picture,
)
from pb_portal.proposals.service.remarks import (
    ReviewedWork,
    set_remarks,
    set_reviewed_lines,
)
from pb_portal.proposals.service.revisions import find_revision, open_revision
from pb_portal.proposals.service.steps import change_status
from pb_portal.proposals.service.submission import (
    Gap,
    appeal,
    appeal_until,
    gaps,
    resubmit,
    rework_until,
    submit,
    withdraw,
)
from pb_portal.proposals.service.succession import answer_offer, offer_lead
from pb_portal.proposals.service.voices import set_follow, set_support

__all__ = [
    "Entered",
    "Gap",
    "Paper",
    "PaperLine",
    "ReviewedWork",
    "accepts_paper",
    "add_comment",
    "add_own_line",
    "add_picture",
    "add_word",
    "add_work",
    "answer_offer",
    "appeal",
    "appeal_until",
    "change_status",
    "claim_paper",
    "coauthors",
    "delete_draft",
    "describe_picture",
    "enter_paper",
    "find_revision",
    "gaps",
    "get_paper",
    "hide_comment",
    "index_words",
    "keep_comment",
    "move_picture",
    "offer_lead",
    "open_revision",
    "remove_line",
    "remove_picture",
    "remove_word",
    "report_comment",
    "resubmit",
    "rework_until",
    "save_draft",
    "send_paper_again",
    "set_follow",
    "set_quantity",
    "set_remarks",
    "set_reviewed_lines",
    "set_support",
    "show_comment",
    "start_draft",
    "submit",
    "withdraw",
    "word_index",
]
