"""Russian: which form of a word follows a number, in which case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

NO_BREAK = "\u00a0"
NARROW = "\u202f"

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
    "октября", "ноября", "декабря",
)  # fmt: skip


@dataclass(frozen=True)
class Noun:
    """Forms of a noun that stand beside numbers.

    one, few, many: 1 проект, 2 проекта, 5 проектов. `of_one`, `of_many` are the genitive after
    «более», «реализация»: более 21 проекта, более 2 проектов. `to_one`, `to_many` the dative (по
    1 проекту, по 2 проектам); `in_one`, `in_many` the prepositional (в 1 районе, в 2 районах).
    """

    one: str
    few: str
    many: str
    to_one: str
    to_many: str
    in_one: str
    in_many: str

    @property
    def of_one(self) -> str:
        """Genitive singular: the form of 2, 3, 4."""
        return self.few

    @property
    def of_many(self) -> str:
        """Genitive plural: the form of 5."""
        return self.many


PROJECT = Noun("проект", "проекта", "проектов", "проекту", "проектам", "проекте", "проектах")
DISTRICT = Noun("район", "района", "районов", "району", "районам", "районе", "районах")


def digits(number: int) -> str:
    """The number by thousands, which no line breaks apart."""
    return f"{number:,}".replace(",", NARROW)


def ends_in_one(number: int) -> bool:
    """1, 21, 101, but not 11 and not 111: the number governs the singular."""
    return number % 10 == 1 and number % 100 != 11


def choose(number: int, one: str, few: str, many: str) -> str:
    """The form that agrees with the number: завершён 21, завершены 22, завершено 25."""
    if ends_in_one(number):
        return one
    if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14:
        return few
    return many


def counted(number: int, noun: Noun) -> str:
    """Nominative and accusative: 1 проект, 2 проекта, 5 проектов."""
    form = choose(number, noun.one, noun.few, noun.many)
    return f"{digits(number)}{NO_BREAK}{form}"


def of(number: int, noun: Noun) -> str:
    """Genitive: (реализация, более) 1 проекта, 2 проектов, 21 проекта."""
    form = noun.of_one if ends_in_one(number) else noun.of_many
    return f"{digits(number)}{NO_BREAK}{form}"


def to(number: int, noun: Noun) -> str:
    """Dative: (по) 1 проекту, 2 проектам, 21 проекту."""
    form = noun.to_one if ends_in_one(number) else noun.to_many
    return f"{digits(number)}{NO_BREAK}{form}"


def within(number: int, noun: Noun) -> str:
    """Prepositional: (в) 1 районе, 2 районах, 21 районе."""
    form = noun.in_one if ends_in_one(number) else noun.in_many
    return f"{digits(number)}{NO_BREAK}{form}"


def listed(parts: list[str]) -> str:
    """«а», «а и б», «а, б и в»."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} и {parts[-1]}"


def full_date(day: date) -> str:
    """25 октября 2026 года."""
    return f"{day.day}{NO_BREAK}{MONTHS[day.month - 1]} {day.year}{NO_BREAK}года"
