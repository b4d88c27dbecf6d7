"""Sentences of projects, and the words for their states, sectors and stages."""

from __future__ import annotations

from flask_babel import gettext

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "project.not_certified": N_(
        "The result of this cycle is not certified yet, so it has no winners."
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
    "project.need_reason": N_("Write the reason: residents will read it."),
    "project.need_new_date": N_("Choose the new date residents can count on."),
    "project.contractor_missing": N_("Enter the name of the contractor."),
    "project.bin_wrong": N_("A BIN is twelve digits."),
    "project.contract_number_missing": N_("Enter the number of the contract."),
    "project.sum_zero": N_("The sum must be more than zero."),
    "project.sum_under_paid": N_("The sum cannot be less than what is already paid: %(paid)s ₸."),
    "project.contract_after_payment": N_(
        "The contract cannot be signed after a payment or the acceptance under it."
    ),
    "project.difference_missing": N_(
        "The contract differs from the promise by more than five per cent. "
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
    "project.smaller_reason": N_("Less than promised. Write why: residents will read it."),
    "project.update_empty": N_("Write what is new: one line is enough."),
    "project.progress_wrong": N_("Enter a whole number from 0 to 100."),
    "project.stage_missing": N_("Choose before, during or after the works."),
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
    return str(gettext(STATES[code].source))


def official_word(code: str) -> str:
    """One of the four official words the public knows."""
    return str(gettext(OFFICIAL[code].source))


def sector_word(code: str) -> str:
    """The name of a sector."""
    return str(gettext(SECTORS[code].source)) if code in SECTORS else code


def stage_word(code: str) -> str:
    """When a photo was taken: before, during or after the works."""
    return str(gettext(STAGES[code].source))


def need_word(code: str) -> str:
    """What a step needs first, inside a sentence."""
    return str(gettext(NEEDS[code].source))
