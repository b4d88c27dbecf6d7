"""Kinds of letters: what a reader can choose about each, and what is always sent."""

from __future__ import annotations

from enum import StrEnum


class Rhythm(StrEnum):
    """How often letters of a kind come."""

    EACH = "each"
    DAILY = "daily"
    NEVER = "never"


DAILY_TEMPLATE = "letters_daily"

KIND_OF = {
    "comment_new": "comments",
    "comment_reply": "replies",
    "proposal_step": "proposals",
    "review_mailing": "proposals",
    "coauthor_news": "coauthors",
    "coauthor_invited": "invitations",
    "mail_follow": "invitations",
    "comment_hidden": "moderation",
    "taken_down": "moderation",
    "taken_down_restored": "moderation",
    "issue_answered": "projects",
    "project_date": "projects",
    "project_digest": "projects",
    "project_started": "projects",
    "project_step": "projects",
    "project_update": "projects",
    "approval_asked": "work",
    "staff_access": "work",
    "proposal_represented": "work",
    "issue_new": "work",
    "issue_overdue": "work",
    "project_returned": "work",
    "project_silent": "work",
    "review_assigned": "work",
    "review_due": "work",
    DAILY_TEMPLATE: "daily",
}
"""Template → kind, for every letter that does not answer an act of its reader."""

ANSWERS = frozenset(
    {
        "account_exists",
        "confirm_address",
        "data_answer",
        "email_changed",
        "extension_decided",
        "identity_code",
        "new_email",
        "new_password",
        "paper_claim",
        "taken_down_upheld",
        "vote_result",
        "vote_unfinished",
    }
)
"""Letters somebody asked for or caused by an act of their own: they cannot be stopped."""

CHOSEN = ("comments", "replies", "proposals", "coauthors", "projects", "moderation", "invitations")
"""Kinds everybody chooses about; `work` is for staff."""
OTHER = "other"
KINDS = (*CHOSEN, "work", OTHER)


def kind_of(template: str) -> str:
    """The kind of a letter; empty for one that is always sent. A new one can be stopped."""
    return "" if template in ANSWERS else KIND_OF.get(template, OTHER)
