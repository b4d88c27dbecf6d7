"""Sentences of take-downs: kinds of things, categories, what a tombstone says."""

from __future__ import annotations

from flask_babel import gettext

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "takedown.category": N_("Choose why it is taken down."),
    "takedown.reason": N_("Write one sentence: the public reads it in place of the text."),
    "takedown.waits": N_("A moderator reads it first. You get a letter when it is public."),
    "takedown.nothing": N_("There is nothing left here that could be taken down."),
    "takedown.already": N_("Somebody has taken this down already."),
    "takedown.erased": N_("It is erased for good and cannot be shown again."),
    "takedown.restored": N_("It is shown again already."),
    "takedown.answer_missing": N_("Write why it should be shown again."),
    "takedown.answered": N_("This has been answered already."),
    "takedown.decision_missing": N_("Write an answer: the author gets it by letter."),
}

CATEGORY_NAMES = {
    "personal_data": N_("Somebody's personal data"),
    "insult": N_("Insults or threatens somebody"),
    "unlawful": N_("Against the law"),
    "copyright": N_("Somebody else's work"),
    "advertising": N_("Advertising"),
    "other": N_("Another reason"),
    "held": N_("Waits for a moderator: it has a word of the city's list"),
}

KIND_NAMES = {
    "proposal": N_("Text and photos of a proposal"),
    "proposal_step": N_("The reason of a step"),
    "person_name": N_("The name of an account"),
    "project": N_("The text of a project"),
    "proposal_version": N_("An earlier version of a proposal"),
    "proposal_photo": N_("A photo of a proposal"),
    "paper_scan": N_("The scan of a paper application"),
    "comment": N_("A comment"),
    "issue": N_("A defect or a question"),
    "issue_step": N_("An answer to a defect or a question"),
    "rating": N_("The words of a rating"),
    "project_update": N_("News from a site"),
    "project_photo": N_("A photo of a project"),
    "project_document": N_("A document of a project"),
    "protocol": N_("A protocol of the council"),
}

VIEW_NAMES = {
    "waiting": N_("Waiting for you"),
    "down": N_("Taken down"),
    "all": N_("All records"),
}


def category_name(code: str) -> str:
    """Why something is down."""
    return str(gettext(CATEGORY_NAMES[code].source)) if code in CATEGORY_NAMES else code


def kind_name(code: str) -> str:
    """What kind of thing is down."""
    return str(gettext(KIND_NAMES[code].source)) if code in KIND_NAMES else code


def view_name(code: str) -> str:
    """A view of the desk's list."""
    return str(gettext(VIEW_NAMES[code].source))
