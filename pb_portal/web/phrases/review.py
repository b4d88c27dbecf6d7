"""Sentences of review and the council; names of grounds, checks and answers."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from pb_portal.web import i18n, names
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
    "review.line_reason": N_("Say why it differs from the author's estimate: the author reads it."),
    "batch.too_many": N_("At most %(most)s decisions at once: divide the list."),
    "batch.empty": N_("No row has a decision."),
    "batch.no_file": N_("No such file waits in your districts."),
    "batch.decision_unknown": N_("“%(word)s” is no decision: write return, admit or reject."),
    "batch.cost_wrong": N_("The cost must be a whole number."),
    "batch.number_wrong": N_(
        "“%(number)s”: write numbers from 1 to %(most)s, with commas between."
    ),
    "mailing.segment": N_("Choose to whom you write"),
    "mailing.both": N_("Write it in both languages."),
    "mailing.sent": N_("This letter was sent already; nobody gets it twice."),
    "mailing.nobody": N_("Nobody would get this letter: no such proposal in your districts."),
    "mailing.too_many": N_("A letter goes to %(most)s people at most: choose one district."),
    "note.empty": N_("Write the note"),
    "review.cost_missing": N_("Enter the reviewed cost."),
    "review.over_cap": N_("The cost is over the cap of one proposal, so it cannot be admitted."),
    "assign.none": N_("Tick at least one file."),
    "assign.too_many": N_("At most %(most)s files can be handed out at once."),
    "assign.nobody": N_("Choose who gets the files."),
    "filter.no_name": N_("Give the view a name"),
    "filter.too_many": N_("You keep %(most)s views already: forget one first."),
    "council.not_ready": N_("The reviewer has not passed this file to the council yet."),
    "council.vote_open": N_("Voting has opened, so nothing can be added to the ballot any more."),
    "council.future": N_("The sitting cannot be in the future."),
    "council.votes": N_("A decision needs at least one vote for it and no more against than for."),
    "council.no_ground": N_("Choose at least one ground: a rejection needs one."),
    "council.no_sentence": N_("Explain the rejection in a sentence: the author will read it."),
    "council.no_quorum": N_(
        "%(present)s members are present, but the council decides with at least %(needed)s."
    ),
    "council.conflict_absent": N_(
        "Only a member who is present can declare a conflict of interest."
    ),
    "council.nobody_left": N_("Nobody is left to vote: everybody present declared a conflict."),
    "council.votes_sum": N_(
        "%(cast)s votes are entered, but %(voters)s members vote. Count those who abstained too."
    ),
    "council.votes_of_file": N_(
        "The votes on file No. %(number)s no longer add up with the members present. "
        "Open the file and correct them."
    ),
    "council.no_postpone_reason": N_("Write why the file is put off."),
    "council.name_missing": N_("Write the member's name."),
    "council.nobody_present": N_("Mark who was present."),
    "council.not_member": N_("Somebody marked here was not a member of the council that day."),
    "council.chair_absent": N_("The chair must be among those present."),
    "council.number_taken": N_("This year's budget already has a protocol with this number."),
    "council.signed_already": N_("This protocol is signed and can no longer be changed."),
    "council.empty": N_("The agenda is empty."),
    "council.undecided": N_("No decision is written down yet for file No. %(numbers)s."),
    "council.file_changed": N_(
        "File No. %(number)s has changed since the council looked at it. Nothing was signed: "
        "open the file, look again, then sign."
    ),
    "council.file_refused": N_("File No. %(number)s cannot be decided so. %(why)s"),
    "merge.itself": N_("A proposal cannot be merged into itself."),
    "merge.no_target": N_("This year's budget has no proposal with this number."),
    "merge.other_cycle": N_("Both proposals must belong to the same year's budget."),
    "merge.target_closed": N_("That proposal is closed, so nothing can be merged into it."),
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


OUTCOMES = {
    "admit": N_("Admitted to the vote"),
    "reject": N_("Rejected"),
    "postpone": N_("Put off to another sitting"),
}


def outcome_name(code: str) -> str:
    """What the council decided."""
    return str(gettext(OUTCOMES[code].source))


def ground_name(code: str) -> str:
    """The published name of a ground of rejection, as the catalogue has it."""
    texts = names.named("ground", code)
    if texts:
        return i18n.local(dict(texts))
    return str(gettext(GROUNDS[code].source)) if code in GROUNDS else code


def check_name(code: str, texts: Mapping[str, str] | None = None) -> str:
    """The question of the checklist: in the words of the cycle's own list, if it has some."""
    texts = texts or names.named("check", code)
    if texts:
        return i18n.local(dict(texts))
    return str(gettext(CHECKS[code].source)) if code in CHECKS else code


def answer_name(code: str) -> str:
    """The answer to a question of the checklist."""
    return str(gettext(ANSWERS[code].source))


def recommendation_name(code: str) -> str:
    """What a reviewer concluded."""
    return str(gettext(RECOMMENDATIONS[code].source))
