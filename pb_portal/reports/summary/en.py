"""The summary in English."""

from __future__ import annotations

from pb_portal.domain.grammar import rounded
from pb_portal.domain.grammar.english import counted, full_date, listed
from pb_portal.reports.summary.facts import Before, Facts, capital

SECTORS = {
    "social": "in the social sphere",
    "infrastructure": "in infrastructure and improvement",
    "industry": "in industry and the economy",
    "utilities": "in the renewal of utilities",
}
ORIGINS = {
    "participatory": ("residents' initiatives", "account"),
    "city_programme": ("the city programme", "accounts"),
    "investor": ("investors", "account"),
}


def text(facts: Facts) -> str:
    """A paragraph for the press."""
    return " ".join([_headline(facts), *_reach(facts), *_rest(facts), *_honest(facts)])


def _projects(number: int) -> str:
    return counted(number, "project", "projects")


def _headline(facts: Facts) -> str:
    title = capital(facts.title["en"])
    if not facts.headline:
        return f"{title}, the city has no completed projects."
    told = rounded(facts.headline)
    verb = "is completing" if facts.expected else "has completed"
    more = "more than " if told.more else ""
    if len(facts.sectors) == 1:
        where = f" {SECTORS[facts.sectors[0][0]]}"
    else:
        where = ": " + listed([f"{number} {SECTORS[code]}" for code, number in facts.sectors])
    return f"{title}, the city {verb} {more}{_projects(told.number)}{where}."


def _reach(facts: Facts) -> list[str]:
    if not facts.headline:
        return []
    said = [_whole(facts)]
    if len(facts.origins) > 1:
        (first, number), *others = facts.origins
        name, verb = ORIGINS[first]
        parts = [f"{ORIGINS[code][0]} for {count:,}" for code, count in others]
        said.append(f"{capital(name)} {verb} for {listed([f'{number:,}', *parts])}.")
    if facts.areas_chosen is not None:
        said.append(_chosen(facts, facts.areas_chosen))
    elif facts.areas == facts.areas_total > 1:
        said.append(f"They are in all {facts.areas} districts of the city.")
    elif facts.areas_total > 1:
        said.append(f"They are in {facts.areas} of the city's {facts.areas_total} districts.")
    return said


def _chosen(facts: Facts, chosen: int) -> str:
    about = f"The report is about {chosen} of the city's {facts.areas_total} districts"
    return f"{about}." if chosen == facts.areas else f"{about}; projects are in {facts.areas}."


def _whole(facts: Facts) -> str:
    if not facts.expected:
        verb = "is" if facts.completed == 1 else "are"
        return f"{_projects(facts.completed)} {verb} completed."
    verb = "is" if facts.expected == 1 else "are"
    ready = "is" if facts.completed == 1 else "are"
    done = f"{facts.completed:,} {ready} completed already, " if facts.completed else ""
    return (
        f"{_projects(facts.headline)} in all: {done}{facts.expected:,} {verb} to be completed "
        f"by {full_date(facts.day)}."
    )


def _rest(facts: Facts) -> list[str]:
    said = []
    if facts.in_progress:
        said.append(f"Work goes on at {_projects(facts.in_progress)}.")
    if facts.planned:
        said.append(f"{_projects(facts.planned)} {'is' if facts.planned == 1 else 'are'} planned.")
    if facts.cancelled:
        verb = "was" if facts.cancelled == 1 else "were"
        said.append(f"{_projects(facts.cancelled)} {verb} cancelled.")
    return said


def _honest(facts: Facts) -> list[str]:
    late = (
        f"{_projects(facts.late)} {'is' if facts.late == 1 else 'are'} later than promised."
        if facts.late
        else "No project is later than promised."
    )
    compared = [_compared(facts.headline, facts.before)] if facts.before else []
    return [*compared, late, f"Data as of {full_date(facts.as_of)}."]


def _compared(now: int, before: Before) -> str:
    had = (
        f"The previous report ({before.title['en']}, {full_date(before.day)}) "
        f"had {_projects(before.headline)}"
    )
    if now == before.headline:
        return f"{had}; now there are as many."
    word = "more" if now > before.headline else "fewer"
    return f"{had}; now there are {abs(now - before.headline):,} {word}."
