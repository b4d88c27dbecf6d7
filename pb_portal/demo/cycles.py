"""The three cycles of the sample city: in delivery, in voting, taking applications."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from pb_portal.cycles import service
from pb_portal.cycles.models import Category, Cycle, CycleArea, Phase, TypicalWork
from pb_portal.demo.city import CATEGORIES, CITY, DISTRICTS, DRAWINGS, WORKS, outline
from pb_portal.domain.identity import WAYS
from pb_portal.domain.money import cap_from_mci
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.places.models import Area

MCI = {2024: 3_692, 2025: 3_932, 2026: 4_325}
CAP_MULTIPLIER = 25_000
# kind, first day and last day counted from the first day of voting
CALENDAR = (
    (PhaseKind.APPLICATIONS, -56, -27),
    (PhaseKind.REVIEW, -26, -15),
    (PhaseKind.REWORK, -14, -8),
    (PhaseKind.SECOND_REVIEW, -7, -1),
    (PhaseKind.VOTING, 0, 13),
    (PhaseKind.RESULTS, 14, 20),
    (PhaseKind.DELIVERY, 65, 429),
)


@dataclass(frozen=True)
class City:
    """Rows of the city that others refer to."""

    areas: dict[str, Area]
    categories: dict[str, Category]
    works: dict[str, list[TypicalWork]]


def load_city(session: Session) -> City:
    """Districts, categories and the catalogue of works."""
    areas = {
        district.code: Area(
            city=CITY,
            code=district.code,
            names={"kk": district.kk, "ru": district.ru, "en": district.en},
            sort=sort,
            outline=outline(district),
        )
        for sort, district in enumerate(DISTRICTS)
    }
    categories = {
        code: Category(code=code, names={"kk": kk, "ru": ru, "en": en}, sort=sort)
        for sort, (code, kk, ru, en) in enumerate(CATEGORIES)
    }
    session.add_all([*areas.values(), *categories.values()])
    session.flush()
    works: dict[str, list[TypicalWork]] = {code: [] for code in categories}
    for sort, (code, unit, price, kk, ru, en, _) in enumerate(WORKS):
        work = TypicalWork(
            category_id=categories[code].id,
            names={"kk": kk, "ru": ru, "en": en},
            unit=unit,
            unit_price=price,
            picture=DRAWINGS[sort],
            sort=sort,
        )
        works[code].append(work)
        session.add(work)
    session.flush()
    return City(areas, categories, works)


def load_cycle(
    session: Session,
    city: City,
    year: int,
    first_voting_day: date,
    zone: ZoneInfo,
    at: datetime,
) -> Cycle:
    """One cycle with the usual calendar around its vote, and rules still to be frozen."""
    title = {"kk": f"ХҚБ-{year}", "ru": f"БНУ-{year}", "en": f"PB {year}"}
    cycle = Cycle(
        slug=f"bnu-{year}",
        names=title,
        year=year,
        city=CITY,
        cap=cap_from_mci(CAP_MULTIPLIER, MCI.get(year - 1, MCI[2026])),
        is_sample=True,
        created_at=at,
    )
    for kind, first, last in CALENDAR:
        starts = datetime.combine(first_voting_day + timedelta(days=first), time(), zone)
        ends = datetime.combine(first_voting_day + timedelta(days=last + 1), time(), zone)
        cycle.phases.append(Phase(kind=kind, starts_at=starts, ends_at=ends))
    for district in DISTRICTS:
        cycle.areas.append(CycleArea(area=city.areas[district.code], budget=district.budget))
    session.add(cycle)
    session.flush()
    service.write_rules(
        session, cycle, RuleBook(max_choices=3, options=_options(first_voting_day, at))
    )
    return cycle


def freeze_begun(session: Session, cycle: Cycle, at: datetime) -> None:
    """Freeze the rules of a cycle whose vote has begun, once everything on its ballot is there."""
    begins = next(phase.starts_at for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    if begins <= at:
        service.freeze_rules(session, Signature(SYSTEM, begins - timedelta(days=1)), cycle)


_SHARES = "equal-shares/add1-exhaustive:step=1000"
SHARED = {
    "bostandyk": f"{_SHARES},topup=greedy",
    "medeu": _SHARES,
    "turksib": f"{_SHARES},topup=greedy",
}
"""Districts whose past vote was counted by equal shares, to show how that looks."""


def _options(first_voting_day: date, at: datetime) -> dict[str, Any]:
    past = first_voting_day < at.date() - timedelta(days=60)
    ways: dict[str, Any] = {"identity": list(WAYS)}
    return {**ways, "area_rules": SHARED} if past else ways
