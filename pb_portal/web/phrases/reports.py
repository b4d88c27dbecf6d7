"""Sentences of reports for a date, and the words for what they count."""

from __future__ import annotations

from flask_babel import gettext

from pb_portal.web.phrases.mark import N_, NP_, say

SENTENCES = {
    "report.no_projects": N_("There are no projects yet, so there is nothing to report."),
    "report.before_projects": N_(
        "On this date there was no project yet. The first one was made on %(first)s."
    ),
    "report.date_far": N_("This date is more than ten years away. Check the year."),
    "report.since_after": N_("The beginning is after the date of the report."),
    "report.no_sectors": N_("Choose at least one sector."),
    "report.no_areas": N_("Choose at least one district."),
    "report.no_origins": N_("Choose at least one source."),
    "report.no_groups": N_("Choose at least one state."),
    "report.name_missing": N_(
        "Write the name in all three languages, or leave all three empty to name it by the date."
    ),
    "report.name_no_words": N_("Write the name in words, such as “for Republic Day”."),
    "report.name_long": N_("The name is too long. At most %(most)s characters."),
    "report.empty": N_("No project fits this choice. Tick more boxes or choose another date."),
    "report.need_reason": N_("Write why, in a sentence: residents will read it."),
    "report.counts_changed": N_(
        "The projects have changed since you looked. Look at the numbers again before publishing."
    ),
    "report.changed": N_(
        "Somebody else has just published, corrected or withdrawn a report. Look again."
    ),
}

GROUPS = {
    "completed": N_("Completed by the date"),
    "expected": N_("Expected by the date"),
    "in_progress": NP_("number of projects", "In progress"),
    "planned": NP_("number of projects", "Planned"),
    "cancelled": NP_("number of projects", "Cancelled"),
}

ORIGINS = {
    "participatory": N_("Residents' initiatives"),
    "city_programme": N_("City programme"),
    "investor": N_("Investors"),
}


def group_word(code: str) -> str:
    """How a project stands in a report."""
    return say(GROUPS[code])


def origin_word(code: str) -> str:
    """Where projects come from."""
    return str(gettext(ORIGINS[code].source)) if code in ORIGINS else code
