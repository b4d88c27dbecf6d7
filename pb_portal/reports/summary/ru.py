"""The summary in Russian."""

from __future__ import annotations

from pb_portal.domain.grammar import rounded
from pb_portal.domain.grammar.russian import (
    DISTRICT,
    PROJECT,
    choose,
    counted,
    digits,
    full_date,
    of,
    to,
    within,
)
from pb_portal.reports.summary.facts import Before, Facts, capital

SECTORS = {
    "social": "в социальной сфере",
    "infrastructure": "в инфраструктуре и благоустройстве",
    "industry": "в промышленности и экономике",
    "utilities": "в коммунальной модернизации",
}
ORIGINS = {
    "participatory": "по инициативе жителей",
    "city_programme": "по городской программе",
    "investor": "на средства инвесторов",
}


def text(facts: Facts) -> str:
    """A paragraph for the press."""
    return " ".join([_headline(facts), *_reach(facts), *_rest(facts), *_honest(facts)])


def _headline(facts: Facts) -> str:
    title = capital(facts.title["ru"])
    if not facts.headline:
        return f"{title} в городе нет завершённых проектов."
    told = rounded(facts.headline)
    verb = "завершается" if facts.expected else "завершена"
    more = "более " if told.more else ""
    parts = [f"{digits(number)}\u00a0— {SECTORS[code]}" for code, number in facts.sectors]
    where = f": {', '.join(parts)}" if len(parts) > 1 else f" {SECTORS[facts.sectors[0][0]]}"
    return f"{title} в городе {verb} реализация {more}{of(told.number, PROJECT)}{where}."


def _reach(facts: Facts) -> list[str]:
    if not facts.headline:
        return []
    said = [_whole(facts)]
    if len(facts.origins) > 1:
        parts = [f"{ORIGINS[code]}\u00a0— {digits(number)}" for code, number in facts.origins]
        said.append(f"{capital(', '.join(parts))}.")
    if facts.areas_chosen is not None:
        said.append(_chosen(facts, facts.areas_chosen))
    elif facts.areas == facts.areas_total > 1:
        said.append(f"Проекты есть во всех {within(facts.areas, DISTRICT)} города.")
    elif facts.areas_total > 1:
        said.append(
            f"Проекты есть в {within(facts.areas, DISTRICT)} города из {digits(facts.areas_total)}."
        )
    return said


def _chosen(facts: Facts, chosen: int) -> str:
    about = f"Отчёт охватывает {counted(chosen, DISTRICT)} города из {digits(facts.areas_total)}"
    if chosen == facts.areas:
        return f"{about}."
    return f"{about}, проекты есть в {within(facts.areas, DISTRICT)}."


def _whole(facts: Facts) -> str:
    if not facts.expected:
        verb = choose(facts.completed, "Завершён", "Завершены", "Завершено")
        return f"{verb} {counted(facts.completed, PROJECT)}."
    ready = choose(facts.completed, "завершён", "завершены", "завершено")
    must = choose(
        facts.expected, "должен быть завершён", "должны быть завершены", "должны быть завершены"
    )
    day = full_date(facts.day)
    done = f"{digits(facts.completed)} уже {ready}, ещё " if facts.completed else ""
    return (
        f"Всего {counted(facts.headline, PROJECT)}: {done}{digits(facts.expected)} {must} к {day}."
    )


def _rest(facts: Facts) -> list[str]:
    said = []
    if facts.in_progress:
        said.append(f"Работы продолжаются по {to(facts.in_progress, PROJECT)}.")
    if facts.planned:
        said.append(f"В планах\u00a0— {counted(facts.planned, PROJECT)}.")
    if facts.cancelled:
        verb = choose(facts.cancelled, "Отменён", "Отменены", "Отменено")
        said.append(f"{verb} {counted(facts.cancelled, PROJECT)}.")
    return said


def _honest(facts: Facts) -> list[str]:
    late = (
        f"Позже обещанного срока\u00a0— {counted(facts.late, PROJECT)}."
        if facts.late
        else "Проектов, которые отстают от обещанного срока, нет."
    )
    compared = [_compared(facts.headline, facts.before)] if facts.before else []
    return [*compared, late, f"Данные на {full_date(facts.as_of)}."]


def _compared(now: int, before: Before) -> str:
    had = (
        f"В предыдущем отчёте ({before.title['ru']}, {full_date(before.day)}) "
        f"{choose(before.headline, 'был', 'было', 'было')} {counted(before.headline, PROJECT)}"
    )
    if now == before.headline:
        return f"{had}, теперь столько же."
    word = "больше" if now > before.headline else "меньше"
    return f"{had}, теперь на {digits(abs(now - before.headline))} {word}."
