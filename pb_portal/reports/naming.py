"""Names a city gives to a date: «ко Дню Республики»."""

from __future__ import annotations

from datetime import date, timedelta

from pb_portal.domain.grammar import english, kazakh, russian

Name = dict[str, str]


def _name(kk: str, ru: str, en: str) -> Name:
    return {"kk": kk, "ru": ru, "en": en}


CITY_DAY = _name("Қала күніне", "ко Дню города", "for City Day")
HOLIDAYS: dict[tuple[int, int], Name] = {
    (3, 22): _name("Наурыз мейрамына", "к празднику Наурыз", "for Nauryz"),
    (5, 1): _name("Бірлік күніне", "ко Дню единства", "for Unity Day"),
    (5, 9): _name("Жеңіс күніне", "ко Дню Победы", "for Victory Day"),
    (7, 6): _name("Астана күніне", "ко Дню столицы", "for Capital Day"),
    (10, 25): _name("Республика күніне", "ко Дню Республики", "for Republic Day"),
    (12, 16): _name("Тәуелсіздік күніне", "ко Дню Независимости", "for Independence Day"),
    (12, 31): _name("Жыл соңына", "к концу года", "by the end of the year"),
}


def city_day(year: int) -> date:
    """The third Sunday of September."""
    first = date(year, 9, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 14)


def name_for(day: date) -> Name:
    """The holiday of that day, else the date itself as the beginning of a sentence."""
    if day == city_day(day.year):
        return CITY_DAY
    return HOLIDAYS.get((day.month, day.day)) or _name(
        kazakh.full_date(day, kazakh.Case.DATIVE),
        f"к {russian.full_date(day)}",
        f"by {english.full_date(day)}",
    )


def suggested(today: date) -> list[tuple[date, Name]]:
    """The holidays of the half year before today and the half year after it, in order."""
    days = [
        (day, name)
        for year in (today.year - 1, today.year, today.year + 1)
        for day, name in [
            *((date(year, month, number), name) for (month, number), name in HOLIDAYS.items()),
            (city_day(year), CITY_DAY),
        ]
        if abs((day - today).days) <= 183
    ]
    return sorted(days, key=lambda pair: pair[0])
