"""The sample city's expert council: its members, and sittings for the decisions it has taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.proposals.models import Proposal
from pb_portal.review.council import protocol
from pb_portal.review.council.models import AgendaItem, CouncilMember, CouncilSitting
from pb_portal.review.models import CouncilDecision

MEMBERS = (
    ("Асқаров Нұрлан (пример)", "архитектор"),
    ("Бекова Айгүл (пример)", "депутат маслихата"),
    ("Воронцова Ирина (пример)", "инженер-сметчик"),
    ("Ғабдуллин Ермек (пример)", "управление благоустройства"),
    ("Досжанова Сәуле (пример)", "союз инвалидов"),
    ("Ким Виталий (пример)", "эколог"),
    ("Қожахметов Бауыржан (пример)", "водоканал"),
    ("Орлов Андрей (пример)", "совет общественности"),
    ("Тілеубаева Мадина (пример)", "урбанист"),
)
PLACE = "Акимат, малый зал"


def load_council(
    session: Session, cycles: Sequence[Cycle], secretary: Person, at: datetime, chance: Random
) -> None:
    """Seat the members and write a signed protocol for each week in which the council decided."""
    joined = at.date() - timedelta(days=900)
    seats = [
        CouncilMember(name=name, office=office, joined_on=joined, is_sample=True)
        for name, office in MEMBERS
    ]
    session.add_all(seats)
    session.flush()
    for cycle in cycles:
        weeks: dict[tuple[int, int], list[CouncilDecision]] = defaultdict(list)
        for decision in _decisions(session, cycle):
            weeks[decision.sitting_on.isocalendar()[:2]].append(decision)
        for number, key in enumerate(sorted(weeks), start=1):
            _hold(session, cycle, str(number), weeks[key], seats, secretary, chance)


def _decisions(session: Session, cycle: Cycle) -> Sequence[CouncilDecision]:
    return session.scalars(
        select(CouncilDecision)
        .join(CouncilDecision.proposal)
        .where(Proposal.cycle_id == cycle.id)
        .options(joinedload(CouncilDecision.proposal).joinedload(Proposal.area))
        .order_by(CouncilDecision.id)
    ).all()


def _hold(
    session: Session,
    cycle: Cycle,
    number: str,
    decisions: list[CouncilDecision],
    seats: list[CouncilMember],
    secretary: Person,
    chance: Random,
) -> None:
    held_on: date = min(decision.sitting_on for decision in decisions)
    present = sorted(chance.sample(seats, chance.randint(7, 9)), key=lambda one: one.name)
    signed = max(decision.at for decision in decisions)
    sitting = CouncilSitting(
        cycle=cycle,
        cycle_id=cycle.id,
        number=number,
        held_on=held_on,
        place=PLACE,
        chair=chance.choice(present),
        present=present,
        opened_by=secretary.id,
        opened_at=min(decision.at for decision in decisions),
        signed_by=secretary.id,
        signed_at=signed,
        state="signed",
    )
    for place, decision in enumerate(decisions, start=1):
        sitting.items.append(_item(decision, place, present, chance))
        decision.sitting_on, decision.protocol_number = held_on, number
    with session.no_autoflush:
        sitting.protocol = protocol.content(session, sitting)
    sitting.protocol_digest = protocol.digest(sitting.protocol)
    session.add(sitting)
    session.flush()
    for decision in decisions:
        decision.sitting_id = sitting.id


def _item(
    decision: CouncilDecision, place: int, present: list[CouncilMember], chance: Random
) -> AgendaItem:
    conflicted = [chance.choice(present).id] if chance.random() < 0.08 else []
    voters = len(present) - len(conflicted)
    against = chance.choice((0, 0, 0, 1, 2))
    abstained = chance.choice((0, 0, 1))
    decision.votes_for, decision.votes_against = voters - against - abstained, against
    return AgendaItem(
        proposal=decision.proposal,
        sort=place,
        outcome=decision.outcome,
        votes_for=decision.votes_for,
        votes_against=against,
        votes_abstained=abstained,
        conflicted=conflicted,
        grounds=decision.grounds,
        sentence=decision.sentence,
        decision_id=decision.id,
    )
