"""The summary in Kazakh."""

from __future__ import annotations

from pb_portal.domain.grammar import rounded
from pb_portal.domain.grammar.kazakh import (
    Case,
    as_of,
    counted,
    digits,
    full_date,
    with_ending,
)
from pb_portal.reports.summary.facts import Before, Facts, capital

SECTORS = {
    "social": "әлеуметтік салада",
    "infrastructure": "инфрақұрылым және абаттандыру саласында",
    "industry": "өнеркәсіп және экономика саласында",
    "utilities": "коммуналдық жаңғырту саласында",
}
ORIGINS = {
    "participatory": "тұрғындардың бастамасымен",
    "city_programme": "қалалық бағдарлама бойынша",
    "investor": "инвесторлардың қаражатына",
}


def text(facts: Facts) -> str:
    """A paragraph for the press."""
    return " ".join([_headline(facts), *_reach(facts), *_rest(facts), *_honest(facts)])


def _headline(facts: Facts) -> str:
    title = capital(facts.title["kk"])
    if not facts.headline:
        return f"{title} қалада аяқталған жоба жоқ."
    told = rounded(facts.headline)
    number = (
        f"{with_ending(told.number, Case.ABLATIVE)} астам" if told.more else digits(told.number)
    )
    done = "жобаны іске асыру аяқталады" if facts.expected else "жоба іске асырылды"
    if len(facts.sectors) == 1:
        return f"{title} қалада {SECTORS[facts.sectors[0][0]]} {number}\u00a0{done}."
    parts = [
        f"{with_ending(count, Case.POSSESSIVE)}\u00a0– {SECTORS[code]}"
        for code, count in facts.sectors
    ]
    return f"{title} қалада {number}\u00a0{done}: {', '.join(parts)}."


def _reach(facts: Facts) -> list[str]:
    if not facts.headline:
        return []
    said = [_whole(facts)]
    if len(facts.origins) > 1:
        parts = [
            f"{ORIGINS[code]}\u00a0– {counted(number, 'жоба')}" for code, number in facts.origins
        ]
        said.append(f"{capital(', '.join(parts))}.")
    if facts.areas_chosen is not None:
        said.append(_chosen(facts, facts.areas_chosen))
    elif facts.areas == facts.areas_total > 1:
        said.append(f"Жобалар қаланың барлық {digits(facts.areas)}\u00a0ауданын қамтиды.")
    elif facts.areas_total > 1:
        said.append(
            f"Жобалар қаланың {digits(facts.areas)}\u00a0ауданын қамтиды "
            f"(қалада барлығы {digits(facts.areas_total)}\u00a0аудан)."
        )
    return said


def _chosen(facts: Facts, chosen: int) -> str:
    about = f"Есеп қаланың {digits(chosen)}\u00a0ауданын қамтиды"
    total = f"(қалада барлығы {digits(facts.areas_total)}\u00a0аудан)"
    if chosen == facts.areas:
        return f"{about} {total}."
    return f"{about} {total}, жобалар {digits(facts.areas)}\u00a0ауданда бар."


def _whole(facts: Facts) -> str:
    if not facts.expected:
        return f"Барлығы {counted(facts.completed, 'жоба')} аяқталды."
    day = full_date(facts.day, Case.DATIVE)
    ready = f"{with_ending(facts.completed, Case.POSSESSIVE)} аяқталды, " if facts.completed else ""
    return (
        f"Барлығы {counted(facts.headline, 'жоба')}: {ready}"
        f"{with_ending(facts.expected, Case.POSSESSIVE)} {day} дейін аяқталуға тиіс."
    )


def _rest(facts: Facts) -> list[str]:
    said = []
    if facts.in_progress:
        said.append(f"{counted(facts.in_progress, 'жоба')} бойынша жұмыс жалғасуда.")
    if facts.planned:
        said.append(f"{counted(facts.planned, 'жоба')} жоспарда тұр.")
    if facts.cancelled:
        said.append(f"{counted(facts.cancelled, 'жоба')} жойылды.")
    return said


def _honest(facts: Facts) -> list[str]:
    late = (
        f"Уәде етілген мерзімнен кешігіп жатқаны\u00a0– {counted(facts.late, 'жоба')}."
        if facts.late
        else "Уәде етілген мерзімнен кешігіп жатқан жоба жоқ."
    )
    compared = [_compared(facts.headline, facts.before)] if facts.before else []
    return [*compared, late, f"Деректер {as_of(facts.as_of)} жағдай бойынша берілген."]


def _compared(now: int, before: Before) -> str:
    had = (
        f"Алдыңғы есепте ({before.title['kk']}, {full_date(before.day)}) "
        f"{counted(before.headline, 'жоба')} болған, қазір"
    )
    if now == before.headline:
        return f"{had} сонша."
    word = "көп" if now > before.headline else "аз"
    return f"{had} {with_ending(abs(now - before.headline), Case.DATIVE)} {word}."
