"""The summary says what the numbers say, in words that agree with them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from pb_portal.domain.project_states import Origin, Sector
from pb_portal.reports.naming import city_day, name_for, suggested
from pb_portal.reports.summary import en, kk, ru
from pb_portal.reports.summary.facts import Before, Facts

DAY = date(2026, 10, 25)
ALMATY = Facts(
    title=name_for(DAY),
    day=DAY,
    as_of=date(2026, 10, 20),
    ahead=True,
    headline=65,
    completed=51,
    expected=14,
    sectors=[("social", 20), ("infrastructure", 32), ("industry", 9), ("utilities", 4)],
    origins=[("participatory", 28), ("city_programme", 37)],
    areas=8,
    areas_total=8,
    in_progress=0,
    planned=0,
    cancelled=0,
    late=3,
    before=None,
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def past(headline: int) -> Facts:
    return replace(
        ALMATY,
        headline=headline,
        completed=headline,
        expected=0,
        sectors=[("social", headline)],
        late=headline,
    )


def test_the_announcement_in_russian() -> None:
    assert plain(ru.text(ALMATY)) == (
        "Ко Дню Республики в городе завершается реализация более 60 проектов: "
        "20 — в социальной сфере, 32 — в инфраструктуре и благоустройстве, "
        "9 — в промышленности и экономике, 4 — в коммунальной модернизации. "
        "Всего 65 проектов: 51 уже завершён, ещё 14 должны быть завершены к 25 октября 2026 года. "
        "По инициативе жителей — 28, по городской программе — 37. "
        "Проекты есть во всех 8 районах города. "
        "Позже обещанного срока — 3 проекта. Данные на 20 октября 2026 года."
    )


def test_the_announcement_in_kazakh() -> None:
    assert plain(kk.text(ALMATY)) == (
        "Республика күніне қалада 60-тан астам жобаны іске асыру аяқталады: "
        "20-сы – әлеуметтік салада, 32-сі – инфрақұрылым және абаттандыру саласында, "
        "9-ы – өнеркәсіп және экономика саласында, 4-і – коммуналдық жаңғырту саласында. "
        "Барлығы 65 жоба: 51-і аяқталды, 14-і 2026 жылғы 25 қазанға дейін аяқталуға тиіс. "
        "Тұрғындардың бастамасымен – 28 жоба, қалалық бағдарлама бойынша – 37 жоба. "
        "Жобалар қаланың барлық 8 ауданын қамтиды. "
        "Уәде етілген мерзімнен кешігіп жатқаны – 3 жоба. "
        "Деректер 2026 жылғы 20 қазандағы жағдай бойынша берілген."
    )


def test_the_announcement_in_english() -> None:
    assert plain(en.text(ALMATY)).startswith(
        "For Republic Day, the city is completing more than 60 projects: 20 in the social sphere, "
        "32 in infrastructure and improvement, 9 in industry and the economy and 4 in the renewal "
        "of utilities. 65 projects in all: 51 are completed already, 14 are to be completed by "
        "25 October 2026. Residents' initiatives account for 28 and the city programme for 37."
    )


@pytest.mark.parametrize(
    ("number", "russian", "kazakh", "english"),
    [
        (1, "завершена реализация 1 проекта", "1 жоба іске", "completed 1 project in"),
        (2, "реализация 2 проектов", "2 жоба іске", "2 projects"),
        (5, "реализация 5 проектов", "5 жоба іске", "5 projects"),
        (11, "реализация 11 проектов", "11 жоба іске", "11 projects"),
        (21, "реализация более 20 проектов", "20-дан астам жоба", "more than 20 projects"),
        (60, "реализация 60 проектов", "60 жоба іске", "completed 60 projects"),
        (61, "реализация более 60 проектов", "60-тан астам жоба", "more than 60 projects"),
        (95, "реализация более 90 проектов", "90-нан астам жоба", "more than 90 projects"),
        (1001, "реализация более 1 000 проектов", "1 000-нан астам жоба", "more than 1,000"),
    ],
)
def test_after_the_date_it_is_done(number: int, russian: str, kazakh: str, english: str) -> None:
    facts = past(number)
    assert russian in plain(ru.text(facts))
    assert kazakh in plain(kk.text(facts))
    assert english in plain(en.text(facts))


@pytest.mark.parametrize("number", [*range(1, 131), 1000, 1001])
def test_no_number_stands_beside_a_form_that_does_not_go_with_it(number: int) -> None:
    said = plain(ru.text(past(number)))
    one = number % 10 == 1 and number % 100 != 11
    few = number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14)
    verb = "Завершён" if one else "Завершены" if few else "Завершено"
    noun = "проект" if one else "проекта" if few else "проектов"
    written = plain(f"{number:,}".replace(",", " "))
    assert f"{verb} {written} {noun}." in said
    assert f"Позже обещанного срока — {written} {noun}." in said
    assert not re.search(r"\d жобалар", plain(kk.text(past(number))))
    assert ("1 projects" in plain(en.text(past(number)))) == bool(re.search(r"\d1$", str(number)))


def test_every_sector_and_source_has_words() -> None:
    for words in (kk, ru, en):
        assert words.SECTORS.keys() == set(Sector)
        assert words.ORIGINS.keys() == set(Origin)


def test_other_states_the_rest_of_the_districts_and_the_report_before() -> None:
    facts = replace(
        ALMATY,
        areas=1,
        in_progress=21,
        planned=1,
        cancelled=2,
        late=0,
        before=Before(name_for(date(2026, 9, 20)), date(2026, 9, 20), 47),
    )
    russian = plain(ru.text(facts))
    assert "Проекты есть в 1 районе города из 8." in russian
    assert "Работы продолжаются по 21 проекту." in russian
    assert "В планах — 1 проект." in russian and "Отменены 2 проекта." in russian
    assert "(ко Дню города, 20 сентября 2026 года) было 47 проектов, теперь на 18 больше" in russian
    assert "которые отстают от обещанного срока, нет" in russian
    kazakh = plain(kk.text(facts))
    assert "47 жоба болған, қазір 18-ге көп" in kazakh
    assert "21 projects" in en.text(facts) and "1 project is planned" in en.text(facts)
    fewer = replace(facts, before=Before(facts.title, DAY, 66))
    assert "теперь на 1 меньше" in plain(ru.text(fewer))
    assert "қазір 1-ге аз" in plain(kk.text(fewer))
    same = replace(facts, before=Before(facts.title, DAY, 65))
    assert "теперь столько же" in ru.text(same) and "as many" in en.text(same)


def test_nothing_completed_is_said_plainly() -> None:
    facts = replace(ALMATY, headline=0, completed=0, expected=0, sectors=[], origins=[], areas=0)
    assert ru.text(facts).startswith("Ко Дню Республики в городе нет завершённых проектов.")
    assert kk.text(facts).startswith("Республика күніне қалада аяқталған жоба жоқ.")
    assert en.text(facts).startswith("For Republic Day, the city has no completed projects.")


def test_dates_have_names() -> None:
    assert name_for(DAY)["ru"] == "ко Дню Республики"
    assert city_day(2026) == date(2026, 9, 20)
    assert name_for(date(2026, 9, 20))["kk"] == "Қала күніне"
    assert plain(name_for(date(2026, 11, 15))["kk"]) == "2026 жылғы 15 қарашаға"
    assert plain(name_for(date(2026, 11, 15))["ru"]) == "к 15 ноября 2026 года"
    near = [day for day, _name in suggested(date(2026, 11, 22))]
    assert near == sorted(near) and DAY in near and date(2026, 12, 16) in near


def test_a_report_of_some_districts_says_so() -> None:
    facts = replace(ALMATY, areas=1, areas_total=5, areas_chosen=2)
    about = "The report is about 2 of the city's 5 districts"
    assert f"{about}; projects are in 1." in en.text(facts)
    assert "Отчёт охватывает 2 района города из 5, проекты есть в 1 районе." in plain(
        ru.text(facts)
    )
    assert (
        "Есеп қаланың 2 ауданын қамтиды (қалада барлығы 5 аудан), жобалар 1 ауданда бар."
        in plain(kk.text(facts))
    )
    every = replace(facts, areas=2)
    assert f"{about}." in en.text(every)
    assert "Отчёт охватывает 2 района города из 5." in plain(ru.text(every))
    assert "Есеп қаланың 2 ауданын қамтиды (қалада барлығы 5 аудан)." in plain(kk.text(every))
