"""Sentences of review and the council; names of grounds, checks and answers."""

from __future__ import annotations

from flask_babel import gettext

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "review.changed": N_(
        "Somebody else changed this file while you were working. Nothing of theirs was "
        "overwritten and your words are still below: compare and send again."
    ),
    "review.own": N_("This is your own proposal: somebody else must review it and decide on it."),
    "review.not_in_review": N_("This file is not in review now, so no finding can be recorded."),
    "review.not_taken": N_("Take the file first: a finding is signed by its reviewer."),
    "review.answer_all": N_("Answer every question before passing the file to the council."),
    "review.rework_over": N_(
        "The time for rework is over, so the author could not answer. "
        "Recommend admitting or rejecting."
    ),
    "review.remark_missing": N_("Write what the author should change. Residents read it too."),
    "review.no_needs_remark": N_(
        "You answered “no” but recommend admitting. Write why, or recommend rejecting."
    ),
    "review.reject_needs_remark": N_("Write why you recommend rejecting."),
    "review.cost_missing": N_("Enter the reviewed cost."),
    "review.over_cap": N_("The cost is over the cap of one proposal, so it cannot be admitted."),
    "council.not_ready": N_("The reviewer has not passed this file to the council yet."),
    "council.vote_open": N_("Voting has opened, so nothing can be added to the ballot any more."),
    "council.future": N_("The sitting cannot be in the future."),
    "council.votes": N_("A decision needs at least one vote for it and no more against than for."),
    "council.no_ground": N_("Choose at least one ground: a rejection needs one."),
    "council.no_sentence": N_("Explain the rejection in a sentence: the author will read it."),
    "comment.reason_missing": N_("Write the reason: it stands in place of the comment."),
}

GROUNDS = {
    "not_common_land": N_("Not on land in common use"),
    "outside_area": N_("Outside the district"),
    "over_cap": N_("Over the cap of one proposal"),
    "design_only": N_("Asks for design work only"),
    "network_zone": N_("In the protection zone of utility networks"),
    "already_planned": N_("Already in the city's plans"),
    "duplicate": N_("Repeats another proposal"),
    "not_lawful": N_("Against the law"),
    "personal_data": N_("Contains somebody's personal data"),
    "incomplete": N_("Incomplete after rework"),
}

CHECKS = {
    "complete": N_("Is everything there: text, place, estimate, pictures?"),
    "in_area": N_("Is the place inside the district?"),
    "works": N_("Does it ask for works, not for design alone?"),
    "own": N_("Does it differ from the other proposals?"),
    "no_personal_data": N_("Is it free of personal data?"),
    "common_land": N_("Is the land in common use?"),
    "networks": N_("Is it clear of the protection zones of networks?"),
    "lawful": N_("Is it lawful?"),
    "not_planned": N_("Is it absent from the city's plans?"),
    "cost": N_("Is the cost realistic and within the cap?"),
    "upkeep": N_("Is it known who will maintain it?"),
}

ANSWERS = {
    "yes": N_("Yes"),
    "no": N_("No"),
    "not_applicable": N_("Not applicable"),
}

RECOMMENDATIONS = {
    "admit": N_("Recommends admitting"),
    "reject": N_("Recommends rejecting"),
    "return": N_("Returned to the author"),
}


def ground_name(code: str) -> str:
    """The published name of a ground of rejection."""
    return str(gettext(GROUNDS[code].source))


def check_name(code: str) -> str:
    """The question of the checklist."""
    return str(gettext(CHECKS[code].source))


def answer_name(code: str) -> str:
    """The answer to a question of the checklist."""
    return str(gettext(ANSWERS[code].source))


def recommendation_name(code: str) -> str:
    """What a reviewer concluded."""
    return str(gettext(RECOMMENDATIONS[code].source))
