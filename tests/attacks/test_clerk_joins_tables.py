"""Attack: a clerk takes a dump of every table, without the keys, and joins people with ballots.

By value, by the beginning of a value, through any chain of tables, and by the order of rows.
"""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import inspect, text

from pb_portal.db import db, transaction
from pb_portal.domain import ledger
from pb_portal.voting import service
from tests.attacks.test_parallel_submit import ready
from tests.faults.test_ballot_races import Town

PEOPLE = 40
RARE = 4
"""A value in more rows than this names a group and nobody in it."""
Rows = list[dict[str, Any]]


def dump(app: Flask) -> dict[str, Rows]:
    """Every table as the engine gives it out."""
    with app.app_context():
        found = {}
        for table in inspect(db.engine).get_table_names():
            rows = db.session.execute(text(f'SELECT * FROM "{table}"')).mappings().all()
            found[table] = [dict(row) for row in rows]
        db.session.remove()
    return found


def words(value: Any) -> set[str]:
    """The text of a value and of everything inside it, whole and its beginning."""
    if isinstance(value, dict):
        return {word for part in value.values() for word in words(part)}
    if isinstance(value, list):
        return {word for part in value for word in words(part)}
    said = value.hex() if isinstance(value, bytes) else str(value)
    if len(said) < 8:
        return set()
    return {said, f"begins {said[:12]}"} if len(said) >= 20 else {said}


class Groups:
    """Rows that hang together through any chain of rare values."""

    def __init__(self) -> None:
        self.above: dict[Any, Any] = {}

    def of(self, one: Any) -> Any:
        self.above.setdefault(one, one)
        while self.above[one] != one:
            self.above[one] = self.above[self.above[one]]
            one = self.above[one]
        return one

    def join(self, one: Any, other: Any) -> None:
        self.above[self.of(one)] = self.of(other)


def joined(tables: dict[str, Rows]) -> Groups:
    holders: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for table, rows in tables.items():
        for number, row in enumerate(rows):
            for word in words(list(row.values())):
                holders[word].add((table, number))
    groups = Groups()
    for places in holders.values():
        if 1 < len(places) <= RARE:
            first, *others = sorted(places)
            for other in others:
                groups.join(first, other)
    return groups


def voted(app: Flask) -> tuple[Town, dict[str, str]]:
    """A town whose people have voted over HTTP, and who cast which ballot."""
    town = Town(app, PEOPLE)
    voters = list(enumerate(town.voters))
    random.Random(3).shuffle(voters)
    for number, voter in voters:
        data, carried = ready(town, voter, town.papers[number % len(town.papers)])
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie.update(carried)
        assert browser.post(f"/c/{town.slug}/vote/check", data=data).status_code == 302
    box = ledger.cycle_key("test-ballot", town.cycle_id)
    with app.app_context(), transaction() as work:
        service.mix(work)
    return town, {voter.key: ledger.ballot_key(box, voter.key) for voter in town.voters}


def places_of(rows: Rows, wanted: set[str]) -> list[tuple[int, str]]:
    """Rows of a table that name one of these, with the name."""
    return [
        (number, name)
        for number, row in enumerate(rows)
        for name in wanted & {str(value) for value in row.values()}
    ]


def orders(rows: Rows) -> list[list[int]]:
    """Row numbers as they lie and sorted by each column."""
    found = [list(range(len(rows)))]
    for column in rows[0]:
        found.append(sorted(found[0], key=lambda n, c=column: str(rows[n][c])))  # type: ignore[misc]
    return found


def test_attack_clerk_joining_tables_finds_no_chain_of_values(own_app: Flask) -> None:
    _town, truth = voted(own_app)
    tables = dump(own_app)
    groups = joined(tables)
    ballots = {
        groups.of(("voting_ballot", number)): row["ballot_key"]
        for number, row in enumerate(tables["voting_ballot"])
    }
    assert len(tables["voting_ballot"]) == PEOPLE
    looked_at = 0
    for table, rows in tables.items():
        if table == "voting_ballot":
            continue
        for number, _key in places_of(rows, set(truth)):
            assert groups.of((table, number)) not in ballots, (table, rows[number])
            looked_at += 1
    assert looked_at >= PEOPLE, "the register and who took part were looked at"


def test_attack_clerk_joining_tables_sees_a_link_that_is_there(own_app: Flask) -> None:
    """The attack itself is sharp: a careless copy of a key would be found."""
    _town, truth = voted(own_app)
    tables = dump(own_app)
    key, ballot = next(iter(truth.items()))
    tables["careless"] = [{"who": f"{key}", "note": {"see": ballot[:12] + "0" * 20}}]
    groups = joined(tables)
    mine = next(
        number for number, row in enumerate(tables["voting_ballot"]) if row["ballot_key"] == ballot
    )
    assert groups.of(("careless", 0)) == groups.of(("voting_ballot", mine))


def test_attack_clerk_joining_tables_learns_nothing_from_their_order(own_app: Flask) -> None:
    _town, truth = voted(own_app)
    tables = dump(own_app)
    ballots = tables["voting_ballot"]
    worst = 0
    for table, rows in tables.items():
        places = dict(places_of(rows, set(truth)))
        if len(places) < PEOPLE or table == "voting_ballot":
            continue
        for people, papers in product(orders(rows), orders(ballots)):
            named = [places[number] for number in people if number in places]
            pairs = zip(named, papers, strict=False)
            fits = sum(ballots[paper]["ballot_key"] == truth[key] for key, paper in pairs)
            worst = max(worst, fits)
    assert worst <= 8, "chance alone joins about one in forty"
