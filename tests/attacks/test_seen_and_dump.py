"""Attack: a bystander sees something of a visit, and a clerk looks for it in a dump.

What is seen must fit no row, whichever way it is made of what the row holds.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator

from flask import Flask

from pb_portal.domain import identity
from tests.attacks.test_clerk_joins_tables import dump
from tests.faults.test_ballot_races import Town

PEOPLE, CARDS, SEEN = 60, 12, 5


def keyed(key: str, text: str, name: str = "sha256") -> bytes:
    return hmac.digest(key.encode(), text.encode(), name)


def hashed(text: str, name: str = "sha256") -> bytes:
    return hashlib.new(name, text.encode()).digest()


WAYS: list[Callable[[str, str], bytes]] = [
    *(
        lambda value, one, join=join, name=name: hashed(value + join + one, name)
        for join in (":", "", "|", "\x1f", "/", "-")
        for name in ("sha256", "sha1", "md5")
    ),
    *(lambda value, one, join=join: hashed(one + join + value) for join in (":", "", "|", "\x1f")),
    *(
        lambda value, one, said=said: keyed(value, said + one)
        for said in ("", "order\x1f", "cards\x1f", "card:", "order:")
    ),
    lambda value, one: keyed(keyed(value, "cards").hex(), one),
    lambda value, one: keyed(keyed(value, "order").hex(), one),
]


def values(tables: dict[str, list[dict[str, object]]]) -> set[str]:
    """Every text of every table that could be a key, whole and its beginning."""
    texts = {text for rows in tables.values() for row in rows for text in texts_in(row)}
    return {part for text in texts for part in (text, text[:16], text[:32])}


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_in(part)
    elif isinstance(value, bytes):
        yield value.hex()
    elif isinstance(value, str) and 12 <= len(value) <= 200:
        yield value


def fitting(seen: list[int], cards: list[int], candidates: set[str]) -> Iterator[str]:
    """Values that give an order of cards beginning as the one that was seen."""
    for value in candidates:
        for way in WAYS:
            order = sorted(cards, key=lambda one: way(value, str(one)))
            if order[: len(seen)] == seen:
                yield value
                break


def seen_by(town: Town, number: int) -> list[int]:
    """The first cards on a voter's ballot, as they stand on the page."""
    client = town.app.test_client()
    with client.session_transaction() as cookie:
        cookie["vote_token"] = town.token(town.voters[number])
    page = client.get(f"/c/{town.slug}/vote/ballot").get_data(as_text=True)
    marks = re.findall(r'<input[^>]*name="choice"[^>]*>', page)
    return [int(re.findall(r'value="(\d+)"', one)[0]) for one in marks]


def crowded(app: Flask) -> Town:
    town = Town(app, PEOPLE, proposals=CARDS)
    for number, voter in enumerate(town.voters):
        token = town.token(voter)
        assert town.cast(token, (town.papers[number % CARDS],), f"{number:032x}")
    return town


def test_attack_order_of_cards_fits_no_ballot_in_a_dump(own_app: Flask) -> None:
    town = crowded(own_app)
    seen = [seen_by(town, number) for number in range(3)]
    assert all(sorted(order) == sorted(town.papers) for order in seen), "all cards on one page"
    assert seen[0] != seen[1] != seen[2], "each voter has an order of the own"
    assert seen_by(town, 0) == seen[0], "and keeps it"
    tables = dump(own_app)
    candidates = values(tables)
    names = {town.poll.name(voter.key) for voter in town.voters[:3]}
    assert names <= candidates, "the dump holds the ballots"
    for order in seen:
        fits = set(fitting(order[:SEEN], town.papers, candidates))
        assert len(fits) <= len(candidates) * len(WAYS) / 1000, "no more than chance"
        assert not fits & names


def test_attack_order_of_cards_would_be_found_when_made_of_a_stored_name(own_app: Flask) -> None:
    """The attack itself is sharp."""
    town = crowded(own_app)
    name = town.poll.name(town.voters[7].key)
    order = sorted(town.papers, key=lambda one: hashed(f"{name}:{one}"))
    assert name in set(fitting(order[:SEEN], town.papers, values(dump(own_app))))


def test_attack_names_on_the_page_of_helpers_are_no_part_of_a_stored_key(own_app: Flask) -> None:
    town = crowded(own_app)
    stored = values(dump(own_app))
    for voter in town.voters:
        alias = identity.alias("test-register", voter.key)
        assert not any(alias in value for value in stored)
        assert alias == identity.alias("test-register", voter.key)
        made = {way(value, "")[:6].hex() for value in (voter.key,) for way in WAYS}
        assert alias not in made
