"""Sentences of cycles."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "phase.over": N_("This phase is over and cannot be extended."),
    "phase.not_later": N_("The new end must be later than the present one."),
    "phase.reason_missing": N_("Write the reason: residents will read it."),
    "phase.decline_reason_missing": N_("Write why you decline: the proposer will read it."),
    "phase.unknown": N_("Choose one of the phases that are not over."),
    "rules.frozen": N_("The rules are frozen and cannot be changed."),
}
