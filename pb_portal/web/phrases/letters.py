"""Names of kinds of letters and of how often they come."""

from __future__ import annotations

from flask_babel import gettext

from pb_portal.web.phrases.mark import N_, Sentence

SENTENCES: dict[str, Sentence] = {}

KIND_NAMES = {
    "comments": N_("Comments on my proposals"),
    "replies": N_("Answers to my comments"),
    "proposals": N_("Steps of proposals I write or follow"),
    "coauthors": N_("Writing together"),
    "projects": N_("Projects I follow, answers to my defects and questions"),
    "moderation": N_("What moderators hide or take down of mine"),
    "invitations": N_("Invitations, and letters somebody asked for in my name"),
    "work": N_("My work as staff"),
    "daily": N_("The letter of the day"),
    "other": N_("Other news"),
}

RHYTHM_NAMES = {
    "each": N_("At once"),
    "daily": N_("One letter a day"),
    "never": N_("Never"),
}


def kind_name(code: str) -> str:
    """A kind of letters."""
    known = KIND_NAMES.get(code, KIND_NAMES["other"])
    return str(gettext(known.source))
