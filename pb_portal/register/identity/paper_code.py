"""A code on paper, together with the data of the person's document.

The first person who uses a code is bound to it, by one conditional update: however many try at the
same moment, one code serves one voter. The same person may come back with it to change the vote.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import false, or_, select, true, update
from sqlalchemy.orm import Session

from pb_portal.domain import identity
from pb_portal.domain.paper_codes import code_key
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.register.identity.base import Desk, Proved, admitted, find_person
from pb_portal.register.identity.models import CodePackage, PaperCode
from pb_portal.register.models import RegisterEntry

ATTEMPTS = 10
"""After so many uses with data that do not fit, a code is worth nothing. Only who holds the code
can use them up, and a new one is handed out at the desk."""


@dataclass(frozen=True)
class Held:
    """Who somebody says they are, and the code they hold (as `read_code` writes it)."""

    iin: str
    born: date
    code: str


class PaperCodes:
    """The code from a letter or from the akimat."""

    code = identity.PAPER_CODE

    def prove(
        self, session: Session, by: Signature, desk: Desk, evidence: Held, rules: RuleBook
    ) -> Proved:
        """The person who holds this code. An unknown person, an unknown or revoked code, one of
        another district and one that somebody else has used are refused by the same words."""
        key = code_key(desk.key, desk.cycle_id, evidence.code)
        entry = find_person(session, desk, evidence.iin, evidence.born)
        taken = _take(session, desk.cycle_id, key, entry)
        if not taken or entry is None:
            _count_failure(session, desk.cycle_id, key)
            raise Refusal("identity.not_matched")
        return admitted(entry, rules, self.code, desk.without_ballot)


def _take(session: Session, cycle_id: int, key: str, entry: RegisterEntry | None) -> bool:
    """Bind the code to the person, or find it bound to the same one. Runs for nobody too, so
    that an unknown person costs the same."""
    voter_key, area_id = (entry.voter_key, entry.area_id) if entry else ("", 0)
    valid = select(CodePackage.id).where(
        CodePackage.cycle_id == cycle_id,
        CodePackage.revoked_at.is_(None),
        or_(CodePackage.area_id.is_(None), CodePackage.area_id == area_id),
    )
    bound = session.execute(
        update(PaperCode)
        .where(
            PaperCode.cycle_id == cycle_id,
            PaperCode.code_key == key,
            PaperCode.attempts < ATTEMPTS,
            or_(PaperCode.voter_key.is_(None), PaperCode.voter_key == voter_key),
            PaperCode.package_id.in_(valid),
            true() if entry else false(),
        )
        .values(voter_key=voter_key)
        .returning(PaperCode.code_key)
    ).scalar_one_or_none()
    return bound is not None


def has_tries_left(session: Session, cycle_id: int, key: str) -> bool:
    """Whether this is a code that was handed out and can still be tried."""
    found = select(PaperCode.code_key).where(
        PaperCode.cycle_id == cycle_id, PaperCode.code_key == key, PaperCode.attempts < ATTEMPTS
    )
    return session.scalar(found) is not None


def _count_failure(session: Session, cycle_id: int, key: str) -> None:
    session.execute(
        update(PaperCode)
        .where(PaperCode.cycle_id == cycle_id, PaperCode.code_key == key)
        .where(PaperCode.attempts < ATTEMPTS)
        .values(attempts=PaperCode.attempts + 1)
    )
