"""Rows for tests, with sensible values where the test does not care."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.cycles import service as cycles
from pb_portal.cycles.models import Category, Cycle, CycleArea, Phase
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ON_BALLOT
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.places.models import Area
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service import open_revision
from pb_portal.signing import Signer
from tests.unguarded import unguarded

NUMBERS = count(1)
PASSWORD = "three blue benches"
HASH = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$"
WEST, SOUTH = 76.90, 43.20
ORDER = tuple(PhaseKind)
SIGNER = Signer("test-signing")


def make_person(
    session: Session, *roles: str, area: Area | None = None, confirmed: bool = True, **values: Any
) -> Person:
    """An account; `roles` are granted for the city, or for `area`."""
    number = next(NUMBERS)
    now = datetime.now(UTC)
    person = Person(
        **{
            "email": f"person{number}@example.kz",
            "name": f"Person {number}",
            "password_hash": HASH,
            "locale": "en",
            "created_at": now,
            "confirmed_at": now if confirmed else None,
            **values,
        }
    )
    person.grants = [RoleGrant(role=role, area_id=area.id if area else None) for role in roles]
    session.add(person)
    session.flush()
    return person


def signed(person: Person, at: datetime | None = None) -> Signature:
    """The person's signature, now unless told otherwise."""
    return Signature(person.actor(), at or datetime.now(UTC))


def make_area(session: Session, city: str = "almaty", **values: Any) -> Area:
    """A square district of about one kilometre, beside the ones made before."""
    number = next(NUMBERS)
    west = WEST + 0.02 * (number % 20)
    ring = [
        [west, SOUTH],
        [west + 0.015, SOUTH],
        [west + 0.015, SOUTH + 0.015],
        [west, SOUTH + 0.015],
        [west, SOUTH],
    ]
    area = Area(
        **{
            "city": city,
            "code": f"area-{number}",
            "names": {"en": f"Area {number}", "ru": f"Район {number}", "kk": f"Аудан {number}"},
            "sort": number,
            "outline": {"type": "Polygon", "coordinates": [ring]},
            **values,
        }
    )
    session.add(area)
    session.flush()
    return area


def make_category(session: Session, code: str = "", **values: Any) -> Category:
    """A category."""
    number = next(NUMBERS)
    category = Category(
        **{
            "code": code or f"category-{number}",
            "names": {"en": f"Category {number}", "ru": "Озеленение", "kk": "Көгалдандыру"},
            **values,
        }
    )
    session.add(category)
    session.flush()
    return category


def make_cycle(
    session: Session,
    phase: PhaseKind | None = PhaseKind.APPLICATIONS,
    *,
    areas: int = 1,
    budget: int = 100_000_000,
    rules: RuleBook | None = None,
    frozen: bool | None = None,
    **values: Any,
) -> Cycle:
    """A cycle of ten-day phases whose `phase` is open now (None: all are over); its rules are
    frozen from the vote on unless told otherwise."""
    number = next(NUMBERS)
    now = datetime.now(UTC)
    city = f"city-{number}"
    cycle = Cycle(
        **{
            "slug": f"cycle-{number}",
            "names": {"en": f"Cycle {number}", "ru": f"Цикл {number}", "kk": f"Цикл {number}"},
            "year": now.year,
            "city": city,
            "cap": 92_300_000,
            "created_at": now - timedelta(days=100),
            **values,
        }
    )
    place = ORDER.index(phase) if phase else len(ORDER)
    for index, kind in enumerate(ORDER):
        start = now + timedelta(days=10 * (index - place) - 5)
        cycle.phases.append(Phase(kind=kind, starts_at=start, ends_at=start + timedelta(days=10)))
    for _ in range(areas):
        area = make_area(session, cycle.city)
        cycle.areas.append(CycleArea(area=area, budget=budget))
    session.add(cycle)
    session.flush()
    row = cycles.write_rules(session, cycle, rules or RuleBook())
    if frozen is None:
        frozen = place >= ORDER.index(PhaseKind.VOTING)
    if frozen:
        row.frozen_at = now - timedelta(days=1)
        row.digest = RuleBook.from_dict(row.content).digest()
        session.flush()
    return cycle


def make_proposal(session: Session, cycle: Cycle, **values: Any) -> Proposal:
    """A proposal in the cycle's first area, submitted unless told otherwise."""
    number = next(NUMBERS)
    now = datetime.now(UTC)
    area = values.pop("area", None) or cycle.areas[0].area
    proposal = Proposal(
        **{
            "cycle_id": cycle.id,
            "number": number,
            "language": "ru",
            "title": f"Proposal {number}",
            "problem": "There is no shade in the yard.",
            "solution": "Plant thirty elms along the path.",
            "address": "Abay avenue 10",
            "lat": SOUTH + 0.007,
            "lon": WEST + 0.02 * (area.sort % 20) + 0.007,
            "area_id": area.id,
            "cost": 10_000_000,
            "status": "submitted",
            "created_at": now,
            "updated_at": now,
            "submitted_at": now,
            **values,
        }
    )
    if proposal.status in ON_BALLOT:
        with unguarded(session, "proposals_proposal"):
            session.add(proposal)
    session.add(proposal)
    session.flush()
    if proposal.status == "returned":
        open_revision(session, proposal, now)
    return proposal


def move_phase(session: Session, phase: Phase, **dates: datetime) -> None:
    """Give a phase other dates, past the guard that asks for two people."""
    with unguarded(session, "cycles_phase"):
        for name, moment in dates.items():
            setattr(phase, name, moment)
