"""Sentences of defects, questions, ratings and letters without an account, and their words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, ngettext

from pb_portal.web.i18n import full_date
from pb_portal.web.phrases.mark import N_
from pb_portal.web.phrases.projects import state_word

SENTENCES = {
    "issue.no_such_kind": N_("Choose whether it is a defect or a question."),
    "issue.empty": N_("Write what is wrong or what you want to know."),
    "issue.far": N_("This place is more than three kilometres from the project. Check the pin."),
    "issue.too_many": N_("You have sent %(most)s today already. Send the next one tomorrow."),
    "issue.no_such_answer": N_("Choose what you answer."),
    "issue.answer_empty": N_("Write the answer: residents will read it."),
    "issue.no_day": N_("Choose the day by which it will be done."),
    "issue.wrong_day": N_("Choose a day from today on, within two years."),
    "issue.step_refused": N_(
        "This has been answered or reopened meanwhile. Look at it again before you answer."
    ),
    "rating.not_finished": N_("Only a completed project can be rated."),
    "rating.no_stars": N_("Choose from one to five."),
    "rating.own_work": N_("You answer for this project, so others rate it."),
    "rating.once": N_("You have rated this project already. Each person rates once."),
    "rating.not_near": N_(
        "Those who follow the project or live in its district rate it. Follow it, or set your "
        "district in your account."
    ),
    "follow.no_rhythm": N_("Choose how often letters come."),
    "follow.link_dead": N_("This link no longer works."),
}

KINDS = {"defect": N_("Defect"), "question": N_("Question")}
STEPS = {
    "promised": N_("Will be put right"),
    "fixed": N_("Put right"),
    "explained": N_("Answered"),
    "reopened": N_("Reopened by the reporter"),
}
STATES = {
    "open": N_("Waits for an answer"),
    "promised": N_("Will be put right"),
    "closed": N_("Answered"),
}
RHYTHMS = {
    "each": N_("At each step"),
    "daily": N_("Once a day"),
    "weekly": N_("Once a week"),
}


def kind_word(code: str) -> str:
    """Defect or question."""
    return str(gettext(KINDS[code].source))


def step_word(code: str) -> str:
    """What staff answered, or that it was reopened."""
    return str(gettext(STEPS[code].source))


def issue_state_word(code: str) -> str:
    """Whether it waits, is promised, or is answered."""
    return str(gettext(STATES[code].source))


def rhythm_word(code: str) -> str:
    """How often letters come."""
    return str(gettext(RHYTHMS[code].source))


def happening_title(one: dict[str, Any]) -> str:
    """What happened, in a line: the same words in feeds and digests."""
    kind = one["kind"]
    if kind == "step":
        return state_word(one["state"])
    if kind == "date":
        return str(
            gettext(
                "Date moved from %(old)s to %(new)s",
                old=full_date(one["old_on"]),
                new=full_date(one["due_on"]),
            )
        )
    if kind == "news":
        return str(gettext("News from the site: %(num)d %% done", num=one["progress"]))
    if kind == "answer":
        return f"{kind_word(one['about'])}: {step_word(one['step']).lower()}"
    return str(gettext("Became a project, promised by %(date)s", date=full_date(one["due_on"])))


def happening_text(one: dict[str, Any]) -> str:
    """What people said about it, if they did."""
    return str(one.get("body") or one.get("reason") or "")


def stars_word(stars: int) -> str:
    """How many of five."""
    return str(ngettext("%(num)d star of five", "%(num)d stars of five", stars))
