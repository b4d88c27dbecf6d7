"""A vote as the ballot box knows it: its rules, the key of the box, what may be chosen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast as typing_cast

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from pb_portal.db import Base
from pb_portal.domain import ledger, roll
from pb_portal.domain.ballots import MOST_LINES, Ballot, check_ballot
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.voting import queries


@dataclass(frozen=True)
class Poll:
    """The vote of one cycle: its rules, and the key of its ballot box."""

    cycle_id: int
    rules: RuleBook
    box: str
    roll: str
    """The key of the cycle's roll (`domain.roll`)."""

    def name(self, voter_key: str) -> str:
        """Under which name a voter's ballots and draft lie."""
        return ledger.ballot_key(self.box, voter_key)

    def card_order(self, voter_key: str, ids: Iterable[int]) -> list[int]:
        """The order in which this voter sees the cards of these proposals."""
        return ledger.card_order(self.box, voter_key, ids)


def poll_of(cycle_id: int, rules: RuleBook, key: str, register_key: str) -> Poll:
    """The poll of a cycle; the keys are the installation's from the settings: the ballots' and
    the register's."""
    box, own = ledger.cycle_key(key, cycle_id), roll.cycle_key(register_key, cycle_id)
    return Poll(cycle_id, rules, box, own)


def digest(token: str) -> str:
    """How a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def insert(session: Session, table: type[Base]) -> Insert:
    """INSERT … ON CONFLICT, which both engines spell alike."""
    return insert_on(session.get_bind().dialect.name, table)


def insert_on(dialect: str, table: type[Base] | Table) -> Insert:
    """The same for an engine of this name."""
    if dialect == "postgresql":
        return typing_cast(Insert, postgresql_insert(table))
    return sqlite_insert(table)


def demand_valid(session: Session, poll: Poll, ballot: Ballot, *, part: bool = False) -> None:
    """Refuse a ballot that the rules do not allow. A list far longer than any page of ours sends
    is refused before the database is asked about every line of it."""
    if len(ballot.choices) > MOST_LINES:
        raise Refusal("ballot.too_many", most=poll.rules.max_choices, chosen=len(ballot.choices))
    papers = queries.papers_among(session, poll.cycle_id, ballot.choices)
    check_ballot(poll.rules, ballot, papers, part=part)
