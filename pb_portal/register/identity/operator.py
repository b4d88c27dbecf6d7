"""Help on the spot: an operator looks at the document and opens the ballot for its owner.

Both are kept, with the day: who helped whom is read after the close and never before, since the
number of the helped would be a part of the turnout. Nothing goes into the log of acts, whose
entries have a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.domain import identity
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import Signature
from pb_portal.register.identity.base import Desk, Proved, admitted, find_person
from pb_portal.register.identity.models import Assistance


@dataclass(frozen=True)
class Seen:
    """Whose document the operator looked at, and on which day of the city."""

    iin: str
    born: date
    on: date


class OperatorDesk:
    """The operator's eyes. The signature of the command is the operator's."""

    code = identity.OPERATOR

    def prove(
        self, session: Session, by: Signature, desk: Desk, evidence: Seen, rules: RuleBook
    ) -> Proved:
        """The resident whose document it is; keeps who helped."""
        demand(by.actor, P.HELP_VOTERS)
        entry = find_person(session, desk, evidence.iin, evidence.born)
        if entry is None:
            raise Refusal("identity.not_matched")
        proved = admitted(entry, rules, self.code, desk.without_ballot)
        session.merge(
            Assistance(
                cycle_id=desk.cycle_id,
                voter_key=proved.voter_key,
                operator_id=by.actor.person_id,
                on=evidence.on,
            )
        )
        return proved


def assisted(session: Session, by: Signature, cycle: Cycle) -> Sequence[Assistance]:
    """Who was helped by whom on which day; refuses while the vote is open."""
    demand(by.actor, P.REVIEW_HELP)
    if not cycles.phase_over(cycle, PhaseKind.VOTING, by.at):
        raise Refusal("help.sealed")
    query = select(Assistance).where(Assistance.cycle_id == cycle.id)
    return session.scalars(
        query.order_by(Assistance.operator_id, Assistance.on, Assistance.voter_key)
    ).all()
