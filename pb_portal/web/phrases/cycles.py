"""Sentences of cycles, and the names of phases."""

from __future__ import annotations

from flask_babel import gettext

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "phase.over": N_("This phase is over and cannot be extended."),
    "phase.not_later": N_("The new end must be later than the present one."),
    "phase.reason_missing": N_("Write the reason: residents will read it."),
    "phase.decline_reason_missing": N_("Write why you decline: the proposer will read it."),
    "phase.unknown": N_("Choose one of the phases that are not over."),
    "rules.frozen": N_("The rules are frozen and cannot be changed."),
}

PHASES = {
    "applications": N_("Call for applications"),
    "review": N_("Expert review"),
    "rework": N_("Rework by authors"),
    "second_review": N_("Second review"),
    "voting": N_("Voting"),
    "results": N_("Counting and results"),
    "delivery": N_("Delivery"),
}


def phase_name(kind: str) -> str:
    """The name of a phase in the current language."""
    return str(gettext(PHASES[kind].source))
