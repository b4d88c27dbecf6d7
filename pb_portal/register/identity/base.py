"""What every way of proving an identity shares: one small interface, one look into the register.

A provider turns evidence into a proved voter or raises `Refusal`. All of them look a person up by
`find_person`, so that an unknown person and one whose data do not fit cost the same statements.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.domain import identity
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.register import queries
from pb_portal.register.models import RegisterEntry

log = logging.getLogger(__name__)
Evidence_contra = TypeVar("Evidence_contra", contravariant=True)


@dataclass(frozen=True)
class Caps:
    """How many messages with codes may go out: the settings `CODES_PER_…` of an installation."""

    per_phone_and_address_hour: int = 3
    per_phone_hour: int = 10
    per_phone_day: int = 20
    per_address_hour: int = 200
    per_cycle_minute: int = 600


@dataclass(frozen=True)
class Desk:
    """Where the question is asked: the cycle, the register's key, and from which address."""

    cycle_id: int
    key: str
    address: str
    locale: str
    caps: Caps = field(default_factory=Caps)
    without_ballot: frozenset[int] = frozenset()
    """Areas whose residents have nothing to choose: no code is sent to them."""

    @property
    def address_key(self) -> str:
        """The address as a keyed hash."""
        return identity.phone_key(self.key, self.cycle_id, "address " + self.address)


@dataclass(frozen=True)
class Proved:
    """A proved identity: the voter's key and area, and by which provider."""

    voter_key: str
    area_id: int
    how: str = identity.PHONE


class Provider(Protocol[Evidence_contra]):
    """One way of proving an identity; `code` names it in rule books and visits."""

    @property
    def code(self) -> str: ...

    def prove(
        self,
        session: Session,
        by: Signature,
        desk: Desk,
        evidence: Evidence_contra,
        rules: RuleBook,
    ) -> Proved:
        """The person of this evidence. Failed attempts may be counted, so the caller commits
        whether it returns or refuses."""
        ...


def find_person(session: Session, desk: Desk, iin: str, born: date | None) -> RegisterEntry | None:
    """The resident with this IIN and birth date; one lookup whether or not there is such a person.

    Without `born` somebody else vouches for it, as a login service does.
    """
    voter_key = identity.voter_key(desk.key, desk.cycle_id, iin)
    entry = find_known(session, desk, voter_key)
    if born is None:
        return entry
    proof = identity.birth_proof(desk.key, desk.cycle_id, iin, born)
    fits = identity.same(entry.proof if entry else voter_key, proof)
    return entry if fits else None


def find_known(session: Session, desk: Desk, voter_key: str) -> RegisterEntry | None:
    """The resident of this key, as the portal entered them: an altered row is nobody's."""
    entry = queries.find_entry(session, desk.cycle_id, voter_key)
    if entry is None or queries.is_intact(session, desk.key, entry):
        return entry
    log.error("a row of the register of cycle %s was altered", desk.cycle_id)
    return None


def admitted(
    entry: RegisterEntry, rules: RuleBook, how: str, without_ballot: Collection[int] = ()
) -> Proved:
    """The resident as a proved voter; refuses people whom the rule book leaves out, and those for
    whom there is no ballot."""
    if not entry.old_enough:
        raise Refusal("identity.too_young", age=rules.min_age)
    if rules.permanent_only and not entry.permanent:
        raise Refusal("identity.temporary")
    if entry.area_id in without_ballot:
        raise Refusal("identity.no_ballot")
    return Proved(entry.voter_key, entry.area_id, how)


def hold(session: Session, key: str) -> None:
    """Let one request at a time count what this hash names. SQLite's writers are alone anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(int(key[:15], 16))))
