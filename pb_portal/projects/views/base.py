"""What the pages of projects share."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, request, url_for

from pb_portal.domain import issue_rules
from pb_portal.domain.project_states import OFFICIAL_WORD, Origin, ProjectState, Sector
from pb_portal.domain.text import clean
from pb_portal.projects import rules
from pb_portal.projects.models import Issue, Project
from pb_portal.projects.queries.filtered import OFFICIAL, Wanted
from pb_portal.web import clock
from pb_portal.web.paging import asked_row
from pb_portal.web.phrases import issues as issue_words
from pb_portal.web.phrases import projects as words
from pb_portal.web.phrases import sentence
from pb_portal.web.phrases.proposals import unit_name

blueprint = Blueprint("projects", __name__)
FREE = ("q", "area", "cycle", "type", "contractor")


def wanted() -> Wanted:
    """The filters of this request; a code that does not exist filters nothing."""
    asked = {name: clean(request.args.get(name, ""))[:120] for name in FREE}
    source, year = request.args.get("source", ""), request.args.get("year", "")
    state, sector = request.args.get("state", ""), request.args.get("sector", "")
    return Wanted(
        words=asked["q"],
        area=asked["area"],
        state=state if state in OFFICIAL else "",
        sector=sector if sector in set(Sector) else "",
        type=asked["type"],
        source=source if source in set(Origin) else "",
        year=year if re.fullmatch(r"20[0-9]{2}", year) else "",
        contractor=asked["contractor"],
        cycle=asked["cycle"],
        late=request.args.get("late", "") == "1",
    )


def query_of(asked: Wanted, **changes: str) -> dict[str, str]:
    """The filters as a query string keeps them; a change to "" takes a filter off."""
    values = {
        "q": asked.words,
        "area": asked.area,
        "state": asked.state,
        "sector": asked.sector,
        "type": asked.type,
        "source": asked.source,
        "year": asked.year,
        "contractor": asked.contractor,
        "cycle": asked.cycle,
        "late": "1" if asked.late else "",
        **changes,
    }
    return {name: value for name, value in values.items() if value}


def address(endpoint: str, **values: Any) -> str:
    """An address with a query string out of a dictionary."""
    return url_for(endpoint, **values)


def number_in_query(name: str) -> int | None:
    """A positive number asked for in the address, if it is one."""
    return asked_row(name)


def is_late(project: Project) -> bool:
    """Whether the project is late today, in the city."""
    return rules.is_late(project.status, project.promised_on, project.due_on, clock.today())


def silent_days(project: Project) -> int:
    """Days without news; 0 for a finished project, which owes none."""
    if project.status in rules.FINISHED:
        return 0
    return rules.days_silent(project.news_at, clock.now())


def is_overdue(issue: Issue) -> bool:
    """Whether the day of an issue has passed."""
    return issue_rules.is_overdue(issue.state, issue.due_on, clock.today())


def official(project: Project) -> str:
    """The official word for the project's state."""
    return words.official_word(OFFICIAL_WORD[ProjectState(project.status)])


blueprint.add_app_template_filter(issue_words.happening_title)
blueprint.add_app_template_filter(issue_words.happening_text)


@blueprint.context_processor
def _shared() -> dict[str, object]:
    return {
        "state_word": words.state_word,
        "official_of": official,
        "official_code": lambda project: OFFICIAL_WORD[ProjectState(project.status)],
        "sector_word": words.sector_word,
        "stage_word": words.stage_word,
        "need_word": words.need_word,
        "kind_word": issue_words.kind_word,
        "step_word": issue_words.step_word,
        "issue_state_word": issue_words.issue_state_word,
        "rhythm_word": issue_words.rhythm_word,
        "stars_word": issue_words.stars_word,
        "origin_word": words.origin_word,
        "fate_word": words.fate_word,
        "is_overdue": is_overdue,
        "unit_name": unit_name,
        "is_late": is_late,
        "sentence": sentence,
        "funding_word": words.funding_word,
        "silent_days": silent_days,
        "PUBLIC_DAYS": rules.PUBLIC_DAYS,
        "SILENT_DAYS": rules.SILENT_DAYS,
    }
