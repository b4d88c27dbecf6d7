"""Sentences of cycles."""

from __future__ import annotations

from pb_portal.web.phrases.mark import N_

SENTENCES = {
    "phase.over": N_("This phase is over and cannot be extended."),
    "phase.not_later": N_("The new end must be later than the present one."),
    "phase.reason_missing": N_("Write the reason: residents will read it."),
    "rules.frozen": N_("The rules are frozen and cannot be changed."),
}
