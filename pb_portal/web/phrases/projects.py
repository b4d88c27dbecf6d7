"""Sentences of projects, and the words for their states, sectors and stages."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_, NP_, say
from pb_portal.web.quick import translated as gettext

SENTENCES = {
    "project.not_certified": N_(
        "The result of this cycle is not certified yet, so it has no winners."
    ),
    "project.result_differs": N_(
        "Proposal No. %(number)s is not what was voted on: its state, price or district was "
        "altered after the certification. Ask for an audit of the vote."
    ),
    "project.no_area": N_("Proposal No. %(number)s has no district. Give it one first."),
    "project.before_vote": N_("This date is before the end of the vote (%(earliest)s)."),
    "project.before_contract": N_("This date is before the contract (%(earliest)s)."),
    "project.not_yet": N_("This date has not come yet. Enter a date up to today."),
    "project.date_past": N_("The new date is in the past. Choose today or later."),
    "project.date_far": N_("The new date is more than ten years away. Check the year."),
    "project.date_same": N_("This is the date promised now. Choose another one."),
    "project.changed": N_(
        "Somebody else changed this project while you were working. The page shows how it stands "
        "now, and your words are kept in the form: compare and send again."
    ),
    "project.finished": N_("The project is finished, so this can no longer be changed."),
    "project.step_refused": N_("The project cannot go from its present state to this one."),
    "project.need_contract": N_("First record the contract."),
    "project.need_acceptance": N_("First record the act of acceptance."),
    "project.need_quantities": N_("First record what was accepted of every line."),
    "project.need_after_photo": N_("First add a photo of the place after the works."),
    "project.before_start": N_("This date is before the project began (%(earliest)s)."),
    "project.after_due": N_(
        "This is after the promised date. Move the promised date first, with its reason."
    ),
    "project.name_missing": N_("Write the name in all three languages."),
    "project.share_wrong": N_("A share of the time is a whole number from 0 to 100."),
    "project.milestone_name": N_("Enter what is to be done."),
    "project.key_wrong": N_("This update could not be told apart from others. Send it again."),
    "project.update_decided": N_("This update has already been published or returned."),
    "project.remark_missing": N_("Write what to change: the manager will read it."),
    "project.join_areas": N_("Winners of different districts cannot become one project."),
    "project.join_or_divide": N_("A winner cannot be joined and divided at once."),
    "project.parts_many": N_("At most %(most)s parts."),
    "project.parts_lines": N_(
        "Proposal No. %(number)s has %(lines)s lines in its estimate, so it makes no more parts."
    ),
    "project.part_empty": N_("One part of proposal No. %(number)s has no line of the estimate."),
    "project.title_wrong": N_("Enter a title of 3 to 200 characters."),
    "project.origin_wrong": N_("Choose the city programme or an investor."),
    "project.funding_wrong": N_("Choose where the money comes from."),
    "project.sector_wrong": N_("Choose a sector."),
    "project.type_wrong": N_("This type of work does not belong to the sector."),
    "project.area_wrong": N_("Choose a district."),
    "project.area_other": N_("You do not deliver projects in this district."),
    "project.text_long": N_("This text is too long."),
    "project.promise_wrong": N_("Enter a date after today and within ten years."),
    "project.place_wrong": N_("Latitude and longitude come together, like 43.238 and 76.945."),
    "project.line_whole": N_("Enter what is promised, its unit and its quantity together."),
    "project.line_wrong": N_("The unit is not known, or the quantity is not above zero."),
    "project.there_already": N_("The register has this project already: No. %(number)s."),
    "project.row_twice": N_("The same title stands in row %(row)s."),
    "project.row_nobody": N_("There is no project of this number."),
    "project.row_other": N_("This project is not yours."),
    "project.need_reason": N_("Write the reason: residents will read it."),
    "project.need_new_date": N_("Choose the new date residents can count on."),
    "project.contractor_missing": N_("Enter the name of the contractor."),
    "project.bin_wrong": N_(
        "This is no BIN: it has twelve digits, and the last one must agree with the others. "
        "Check it against the contract."
    ),
    "project.link_wrong": N_("Enter an address that begins with https://."),
    "project.ends_before": N_("The works cannot end before the contract is signed."),
    "project.later_missing": N_(
        "The contract ends later than promised. Write why: residents will read it."
    ),
    "project.contract_kind": N_("Say whether an amendment was signed or the entry was mistaken."),
    "project.change_reason": N_("Write why the entry changes: residents will read it."),
    "project.contract_number_missing": N_("Enter the number of the contract."),
    "project.sum_zero": N_("The sum must be more than zero."),
    "project.sum_under_paid": N_("The sum cannot be less than what is already paid: %(paid)s ₸."),
    "project.contract_after_payment": N_(
        "The contract cannot be signed after a payment or the acceptance under it."
    ),
    "project.difference_missing": N_(
        "The contract differs from the promise by more than %(percent)s per cent. "
        "Write why: residents will read it."
    ),
    "project.payment_before_contract": N_(
        "There is no contract yet. Record it first, then the payment."
    ),
    "project.over_contract": N_("This is over the contract: %(left)s ₸ are left to pay."),
    "project.acceptance_before_contract": N_(
        "There is no contract yet, so nothing can be accepted. Record the contract first."
    ),
    "project.act_missing": N_("Enter the number of the act."),
    "project.quantity_missing": N_("Enter how much was accepted; 0 if nothing."),
    "project.quantity_negative": N_("A quantity cannot be less than zero."),
    "project.larger_reason": N_(
        "Much more than promised. Write why, or check the number: residents will read it."
    ),
    "project.late_reason_missing": N_(
        "This is much later than first promised. Write why: residents will read it."
    ),
    "project.smaller_reason": N_("Less than promised. Write why: residents will read it."),
    "project.update_empty": N_("Write what is new: one line is enough."),
    "project.progress_wrong": N_("Enter a whole number from 0 to 100."),
    "project.stage_missing": N_("Choose before, during or after the works."),
    "project.document_title": N_("Write what the document is."),
    "project.documents_many": N_("A project shows at most %(most)s documents. Remove one first."),
    "project.document_reason": N_("Write why the document is taken away."),
    "project.no_such_manager": N_("Choose a manager from the list."),
}

STATES = {
    "planned": N_("Planned"),
    "design": N_("Design"),
    "procurement": N_("Procurement"),
    "contracted": N_("Contract signed"),
    "works": N_("Works under way"),
    "acceptance": N_("Acceptance"),
    "completed": N_("Completed"),
    "suspended": N_("Suspended"),
    "cancelled": N_("Cancelled"),
    "carried_over": N_("Carried over"),
}

OFFICIAL = {
    "planned": N_("Planned"),
    "in_progress": N_("In progress"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
}

SECTORS = {
    "social": N_("Social sphere"),
    "infrastructure": N_("Infrastructure and improvement"),
    "industry": N_("Industry and economy"),
    "utilities": N_("Utilities renewal"),
}

ORIGINS = {
    "participatory": N_("Chosen by residents"),
    "city_programme": N_("City programme"),
    "investor": N_("Investor"),
}

FATES = {
    "completed": NP_("number of projects", "Completed"),
    "on_time": N_("On time so far"),
    "late": NP_("number of projects", "Late"),
    "carried_over": NP_("number of projects", "Carried over"),
    "cancelled": NP_("number of projects", "Cancelled"),
    "no_project": N_("No project yet"),
}

FUNDING = {
    "city_budget": N_("City budget"),
    "national_budget": N_("National budget"),
    "investor": N_("Investor's money"),
}

STAGES = {
    "before": N_("Before the works"),
    "during": N_("During the works"),
    "after": N_("After the works"),
}

NEEDS = {
    "contract": N_("the contract"),
    "acceptance": N_("the act of acceptance"),
    "quantities": N_("accepted quantities"),
    "after_photo": N_("a photo after the works"),
}


def state_word(code: str) -> str:
    """The word for a state of a project."""
    return str(gettext(STATES[code].source)) if code in STATES else code


def official_word(code: str) -> str:
    """One of the four official words the public knows."""
    return str(gettext(OFFICIAL[code].source))


def sector_word(code: str) -> str:
    """The name of a sector."""
    return str(gettext(SECTORS[code].source)) if code in SECTORS else code


def origin_word(code: str) -> str:
    """Where a project comes from."""
    return str(gettext(ORIGINS[code].source)) if code in ORIGINS else code


def fate_word(code: str) -> str:
    """What became of a winner."""
    return say(FATES[code])


def stage_word(code: str) -> str:
    """When a photo was taken: before, during or after the works."""
    return str(gettext(STAGES[code].source))


def need_word(code: str) -> str:
    """What a step needs first, inside a sentence."""
    return str(gettext(NEEDS[code].source))


def funding_word(code: str) -> str:
    """Whose money it is built for."""
    return str(gettext(FUNDING[code].source))
