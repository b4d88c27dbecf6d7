"""What staff do with files under review. Views call these; none of them commits."""

from __future__ import annotations

from pb_portal.proposals.service.remarks import ReviewedWork
from pb_portal.review.service.appeals import answer_appeal
from pb_portal.review.service.assigning import (
    MOST_AT_ONCE,
    Handed,
    assign,
    forget_filter,
    save_filter,
)
from pb_portal.review.service.bulk import (
    Wrong,
    apply_findings,
    close_batch,
    forget_batches,
    get_batch,
    keep_batch,
    try_findings,
)
from pb_portal.review.service.council import Sitting, decide
from pb_portal.review.service.finding import TO_TAKE, Finding, record_finding, take
from pb_portal.review.service.mailing import (
    MOST_RECIPIENTS,
    Segment,
    count_recipients,
    get_mailing,
    letter_data,
    send_mailing,
    some_recipient,
    write_mailing,
)
from pb_portal.review.service.papers import apply_papers, try_papers
from pb_portal.review.service.reminders import remind
from pb_portal.review.service.together import (
    add_note,
    keep_finding,
    note_presence,
    tidy,
)

__all__ = [
    "MOST_AT_ONCE",
    "MOST_RECIPIENTS",
    "TO_TAKE",
    "Finding",
    "Handed",
    "ReviewedWork",
    "Segment",
    "Sitting",
    "Wrong",
    "add_note",
    "answer_appeal",
    "apply_findings",
    "apply_papers",
    "assign",
    "close_batch",
    "count_recipients",
    "decide",
    "forget_batches",
    "forget_filter",
    "get_batch",
    "get_mailing",
    "keep_batch",
    "keep_finding",
    "letter_data",
    "note_presence",
    "record_finding",
    "remind",
    "save_filter",
    "send_mailing",
    "some_recipient",
    "take",
    "tidy",
    "try_findings",
    "try_papers",
    "write_mailing",
]
