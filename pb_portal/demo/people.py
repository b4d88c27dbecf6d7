"""Accounts of the sample city: one for each role with a random password, and residents."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person, RoleGrant
from pb_portal.accounts.service import HASHER
from pb_portal.demo.texts import FIRST_NAMES
from pb_portal.places.models import Area

LOGINS = "demo-logins.json"
RESIDENTS = 90
COLLEAGUES = {
    "alatau": "Ерлан, Алатауский район (пример)",
    "auezov": "Сауле, Ауэзовский район (пример)",
    "bostandyk": "Марат, Бостандыкский район (пример)",
    "zhetysu": "Динара, Жетысуский район (пример)",
    "medeu": "Тимур, Медеуский район (пример)",
    "nauryzbay": "Гульнара, Наурызбайский район (пример)",
    "turksib": "Руслан, Турксибский район (пример)",
}
"""Reviewers of the other districts; nobody signs in as one."""
_WORDS = [
    "almond",
    "apple",
    "arch",
    "bench",
    "birch",
    "bridge",
    "canal",
    "cedar",
    "cloud",
    "clover",
    "dawn",
    "elm",
    "fern",
    "field",
    "garden",
    "harbor",
    "hazel",
    "island",
    "juniper",
    "lamp",
    "linden",
    "maple",
    "meadow",
    "mint",
    "orchard",
    "pear",
    "pine",
    "plum",
    "poplar",
    "quince",
    "river",
    "rose",
    "saffron",
    "spruce",
    "stone",
    "tulip",
    "valley",
    "walnut",
    "willow",
]

# role → (staff role or None, display name, district or None)
STAFF = {
    "resident": (None, "Айгуль (пример)", None),
    "reviewer": ("reviewer", "Специалист Алмалинского района (пример)", "almaly"),
    "head": ("reviewer", "Руководитель проверки (пример)", None),
    "secretary": ("secretary", "Секретарь совета (пример)", None),
    "registrar": ("registrar", "Регистратор (пример)", None),
    "registrar2": ("registrar", "Второй регистратор (пример)", None),
    "registrar3": ("registrar", "Третий регистратор (пример)", None),
    "commissioner": ("commissioner", "Первый член комиссии (пример)", None),
    "commissioner2": ("commissioner", "Второй член комиссии (пример)", None),
    "manager": ("manager", "Руководитель проектов (пример)", None),
    "manager2": ("manager", "Руководитель проектов Бостандыка (пример)", "bostandyk"),
    "delivery_head": ("head", "Руководитель реализации (пример)", None),
    "auditor": ("auditor", "Аудитор (пример)", None),
    "administrator": ("administrator", "Администратор (пример)", None),
}


@dataclass(frozen=True)
class People:
    """The accounts by role, the residents, and the logins to print."""

    by_role: dict[str, Person]
    residents: list[Person]
    reviewers: dict[int, Person]
    """By the district they review."""
    logins: dict[str, dict[str, str]]


def _password() -> str:
    return "-".join(secrets.choice(_WORDS) for _ in range(3)) + f"-{secrets.randbelow(90) + 10}"


def load_people(session: Session, areas: dict[str, Area], at: datetime, chance: Random) -> People:
    """Make an account for each role, and residents whose passwords nobody knows."""
    by_role: dict[str, Person] = {}
    logins: dict[str, dict[str, str]] = {}
    for role, (grant, name, district) in STAFF.items():
        password = _password()
        logins[role] = {"email": f"{role}@sample.example", "password": password}
        person = Person(
            email=logins[role]["email"],
            name=name,
            password_hash=HASHER.hash(password),
            created_at=at - timedelta(days=400),
            confirmed_at=at - timedelta(days=400),
            is_sample=True,
        )
        if grant:
            scope = areas[district].id if district else None
            person.grants = [RoleGrant(role=grant, area_id=scope)]
        by_role[role] = person
    nobody = HASHER.hash(secrets.token_hex(16))
    home = [area.id for area in areas.values()]
    residents = [
        Person(
            email=f"resident{number}@sample.example",
            name=f"{FIRST_NAMES[number % len(FIRST_NAMES)]} (пример)",
            password_hash=nobody,
            locale="kk" if number % 3 == 0 else "ru",
            area_id=home[number % len(home)],
            created_at=at - timedelta(days=chance.randint(20, 380)),
            confirmed_at=at - timedelta(days=19),
            is_sample=True,
        )
        for number in range(RESIDENTS)
    ]
    reviewers = _colleagues(areas, nobody, at)
    session.add_all([*by_role.values(), *residents, *reviewers.values()])
    session.flush()
    reviewers[areas["almaly"].id] = by_role["reviewer"]
    return People(by_role, residents, reviewers, logins)


def _colleagues(areas: dict[str, Area], nobody: str, at: datetime) -> dict[int, Person]:
    """A reviewer for each of the other districts."""
    made = {}
    for code, name in COLLEAGUES.items():
        person = Person(
            email=f"{code}@sample.example",
            name=name,
            password_hash=nobody,
            created_at=at - timedelta(days=400),
            confirmed_at=at - timedelta(days=400),
            is_sample=True,
        )
        person.grants = [RoleGrant(role="reviewer", area_id=areas[code].id)]
        made[areas[code].id] = person
    return made


def write_private(path: Path, content: object) -> None:
    """Write JSON that only the owner of the installation may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=2)
