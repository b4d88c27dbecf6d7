"""Sentences of proposals; names of units, steps, events, states and orders."""

from __future__ import annotations

from collections.abc import Mapping

from pb_portal.web.phrases.mark import N_, NP_, Sentence
from pb_portal.web.quick import quick_say

SENTENCES = {
    "proposal.step_refused": N_("This cannot be done now. The proposal stands at: %(state)s."),
    "proposal.ballot_fixed": N_(
        "The rules of this vote are frozen, and with them its ballot: nothing is admitted any more."
    ),
    "proposal.reason_missing": N_("Write the reason: the author and residents will read it."),
    "proposal.ground_missing": N_("Choose at least one ground of the rejection."),
    "proposal.ground_unknown": N_("Choose a ground from the list."),
    "proposal.applications_closed": N_("Applications are closed now."),
    "proposal.applications_over": N_(
        "Applications have closed, so the proposal was not submitted. Your draft is kept: "
        "you can use it when applications open again."
    ),
    "proposal.rework_over": N_(
        "The time for rework is over, so the proposal cannot be sent again. Your changes are kept."
    ),
    "proposal.too_many_drafts": N_(
        "You have %(most)s drafts in this cycle already. Finish or delete one of them first."
    ),
    "proposal.not_editable": N_("This proposal is being reviewed and cannot be changed now."),
    "proposal.author_only": N_(
        "Only the author who began the proposal can do this. What you changed is kept."
    ),
    "proposal.not_a_draft": N_("Only a draft can be deleted. A submitted proposal is withdrawn."),
    "proposal.not_public": N_("This proposal is still a draft."),
    "proposal.too_long": N_(
        "The text is too long: %(length)s characters, at most %(most)s fit. Shorten it."
    ),
    "proposal.category_unknown": N_("Choose a category from the list."),
    "proposal.area_unknown": N_("Choose a district from the list."),
    "proposal.outside_city": N_("This point is outside the city. Put the pin inside a district."),
    "proposal.lat_wrong": N_("Latitude is a number from −90 to 90, for example 43.2389."),
    "proposal.lon_wrong": N_("Longitude is a number from −180 to 180, for example 76.8897."),
    "proposal.pin_half": N_("Give both latitude and longitude, or put the pin on the map."),
    "proposal.incomplete": N_("Something is still missing. Fill it in and submit then."),
    "proposal.busy": N_("Many proposals are coming in right now. Press the button once more."),
    "proposal.support_closed": N_("Supports for this proposal are closed."),
    "remark.field_unknown": N_("There is no such field to remark on."),
    "remark.line_unknown": N_("This line is no longer in the author's estimate. Look again."),
    "estimate.work_unknown": N_("Choose a work from the list."),
    "estimate.quantity_wrong": N_("Enter a quantity above zero, for example 12 or 3,5."),
    "estimate.quantity_whole": N_("Pieces and sets are counted whole, for example 12."),
    "estimate.price_wrong": N_("Enter the price of one unit in whole tenge, above zero."),
    "estimate.title_missing": N_("Write what work it is."),
    "estimate.reason_missing": N_("Write in a few words why the catalogue does not do."),
    "estimate.unit_unknown": N_("Choose a unit from the list."),
    "estimate.too_many": N_("At most %(most)s lines fit into an estimate."),
    "paper.closed": N_("Papers of this cycle are no longer entered: its review is over."),
    "paper.no_number": N_("Enter the number written on the paper"),
    "paper.no_name": N_("Enter the name written on the paper"),
    "paper.outside_call": N_(
        "The paper must have come during the call for applications: %(first)s – %(last)s."
    ),
    "paper.number_taken": N_("A paper with this number was entered before."),
    "paper.too_many": N_("At most %(most)s applications at once: divide the list."),
    "paper.list_empty": N_("The list holds no application."),
    "paper.day_wrong": N_("“%(word)s” is no date. Write it like 2026-11-09."),
    "paper.word_unknown": N_("%(column)s: “%(word)s” is not known. See the second sheet."),
    "paper.claimed": N_("The author has claimed this proposal and sends it again."),
    "paper.code_wrong": N_("No paper waits for this code. Check the letters and digits."),
    "gap.pin": N_("Put the pin on the map"),
    "gap.area": N_("Choose the district"),
    "gap.address": N_("Write the address or a landmark"),
    "gap.title": N_("Give the proposal a name: at least %(least)s characters"),
    "gap.problem": N_("Tell what is wrong now: at least %(least)s characters"),
    "gap.solution": N_("Tell what you propose: at least %(least)s characters"),
    "gap.category": N_("Choose a category"),
    "gap.estimate": N_("Add at least one line to the estimate"),
    "gap.over_cap": N_("The estimate is over the cap of one proposal: make it smaller"),
    "draft.unreadable": N_("The browser sent something we cannot read. Nothing was changed."),
    "draft.submitted": N_(
        "The proposal is submitted. Its number is %(number)s. We will write to you at every step."
    ),
    "draft.resubmitted": N_("Proposal No. %(number)s is sent for review again."),
    "photos.none_chosen": N_("Choose the photos first, then press “Add photos”."),
    "photos.one_refused": N_("%(name)s: %(why)s"),
    "photos.not_all": N_(
        "A proposal holds %(most)s pictures. %(left)s of those you chose did not fit."
    ),
    "next.fill_in": N_("Fill in what is missing: %(count)s"),
    "next.send": N_("Everything is filled in. Check and submit"),
    "next.late": N_("The time is over. The draft is kept"),
    "next.submitted": N_("Waiting for a reviewer"),
    "next.in_review": N_("Being reviewed"),
    "next.resubmitted": N_("Waiting for the second review"),
    "next.admitted": N_("Goes to the vote"),
    "next.rejected": N_("Read why on the page"),
    "next.appealed": N_("The appeal is being considered"),
    "next.withdrawn": N_("You withdrew it"),
    "next.merged": N_("Joined with another proposal"),
    "next.selected": N_("Residents chose it: it will be built"),
    "next.not_selected": N_("Not chosen this time"),
}

UNITS = {
    "piece": N_("pcs"),
    "m": N_("m"),
    "m2": N_("m²"),
    "m3": N_("m³"),
    "set": NP_("unit", "set"),
}

STEPS = {
    "place": NP_("location", "Place"),
    "idea": N_("Idea"),
    "estimate": N_("Estimate"),
    "photos": N_("Photos"),
    "check": N_("Check and submit"),
}

FIELDS = {
    "title": N_("Name of the proposal"),
    "problem": N_("What is wrong now"),
    "solution": N_("What is proposed"),
    "category": N_("Category"),
    "place": NP_("location", "Place"),
    "estimate": N_("Estimate"),
    "photos": N_("Photos"),
    "other": N_("Anything else"),
}

EVENTS = {
    "submit": N_("Submitted"),
    "take": N_("Taken for review"),
    "return": N_("Returned to the author for rework"),
    "resubmit": N_("Sent again after rework"),
    "admit": N_("Admitted to the vote"),
    "reject": N_("Rejected"),
    "appeal": N_("The author appealed"),
    "grant": N_("The appeal is granted: the review begins again"),
    "uphold": N_("The appeal is declined: the rejection stands"),
    "withdraw": N_("Withdrawn by the author"),
    "merge": N_("Joined with another proposal"),
    "select": N_("Chosen by residents"),
    "pass_over": N_("Not chosen by the vote"),
}

PARTS = {
    "author": N_("Author"),
    "registrar": N_("The registrar, for the authors"),
    "reviewer": N_("Reviewer of the akimat"),
    "secretary": N_("Expert council"),
    "system": N_("By the count of votes"),
}

STATUSES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "in_review": N_("In review"),
    "returned": N_("Returned for rework"),
    "resubmitted": N_("Resubmitted"),
    "admitted": N_("Admitted to the vote"),
    "rejected": N_("Rejected"),
    "appealed": N_("Appealed"),
    "withdrawn": NP_("proposal", "Withdrawn"),
    "merged": N_("Merged"),
    "selected": N_("Winner"),
    "not_selected": NP_("proposal", "Not chosen"),
}

SORTS = {
    "random": N_("Random, new every day"),
    "new": N_("Newest first"),
    "supported": N_("Most supported"),
    "cheap": N_("Cheapest first"),
    "dear": N_("Dearest first"),
}


def _name(names: Mapping[str, Sentence], code: str) -> str:
    return quick_say(names[code]) if code in names else code


def unit_name(code: str) -> str:
    """The short name of a unit of work: pcs, m²."""
    return _name(UNITS, code)


def step_name(code: str) -> str:
    """The name of a page of the draft."""
    return _name(STEPS, code)


def field_name(code: str) -> str:
    """What a remark or a change is about."""
    return _name(FIELDS, code)


def event_name(action: str) -> str:
    """What happened, by the action of a step."""
    return _name(EVENTS, action)


def part_name(part: str) -> str:
    """Who did it, as the public is told."""
    return _name(PARTS, part)


def status_name(state: str) -> str:
    """The name of a state."""
    return _name(STATUSES, state)


def sort_name(code: str) -> str:
    """The name of an order of the list."""
    return _name(SORTS, code)


NAMES = {"proposal.step_refused": {"state": status_name}}
