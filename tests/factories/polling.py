"""Polling points, batches and their way to the box, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.cycles.queries import rules_of
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.polling import BatchState, Equation, Marks, Verdict
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Proposal
from pb_portal.voting import service as voting
from pb_portal.voting.paper import queries, service
from pb_portal.voting.paper.models import Batch, PollingPoint
from pb_portal.voting.paper.service.requests import Keys
from tests.factories import make_person, signed
from tests.factories.voting import Voter, make_vote, make_voter
from tests.unguarded import run_unguarded

ZONE = ZoneInfo("Asia/Almaty")
KEY = "test-register"
TEXTS = {"kk": "5-мектеп", "ru": "Школа № 5", "en": "School 5"}


@dataclass
class Polls:
    """An open vote with one polling point and the people who run it."""

    session: Session
    cycle: Cycle
    papers: list[Proposal]
    staff: list[Person]
    """Three registrars in charge, then two commissioners."""
    point: PollingPoint

    @classmethod
    def make(cls, session: Session, **values: Any) -> Polls:
        cycle, papers = make_vote(session, **values)
        staff = [make_person(session, "registrar") for _ in range(3)]
        staff += [make_person(session, "commissioner") for _ in range(2)]
        data = service.PointData(
            area_id=cycle.areas[0].area_id,
            names=TEXTS,
            addresses=TEXTS,
            hours=TEXTS,
            place=(43.205, 76.905),
            in_charge=[person.id for person in staff[:3]],
        )
        point = service.save_point(session, signed(staff[0]), cycle, data)
        return cls(session, cycle, papers, staff, point)

    def another_point(self) -> PollingPoint:
        """One more point of the same district, with the same people in charge."""
        data = service.PointData(
            area_id=self.point.area_id,
            names=TEXTS,
            addresses=TEXTS,
            hours=TEXTS,
            place=None,
            in_charge=[person.id for person in self.staff[:3]],
        )
        return service.save_point(self.session, self.by(0), self.cycle, data)

    def by(self, number: int, at: datetime | None = None) -> Signature:
        """The signature of one of the staff."""
        return signed(self.staff[number], at)

    @property
    def poll(self) -> voting.Poll:
        return voting.poll_of(self.cycle.id, rules_of(self.cycle), "test-ballot", "test-register")

    @property
    def keys(self) -> Keys:
        return Keys(self.poll, KEY)

    def hand_out(self, voter: Voter, by: int = 0) -> service.Handed:
        """What the desk answers about a voter."""
        document = service.Document(voter.iin, voter.born)
        return service.hand_out(
            self.session, self.by(by), self.point, document, self.poll.rules, key=KEY, zone=ZONE
        )

    def voters(self, count: int) -> list[Voter]:
        """People who were handed a paper."""
        made = [make_voter(self.session, self.cycle) for _ in range(count)]
        for voter in made:
            assert self.hand_out(voter).refusal is None
        return made

    def issued(self, count: int) -> Batch:
        """A batch at the polling point."""
        batch = service.print_batch(self.session, self.by(3), self.point, self.poll.rules, count)
        service.issue(self.session, self.by(3), batch, self.poll.rules, self.staff[0].id)
        return batch

    def returned(self, count: int, cast: int, **values: Any) -> Batch:
        """A batch that came back with so many ballots cast and the others unused."""
        batch = self.issued(count)
        equation = Equation(**{"cast": cast, "spoiled": 0, "unused": count - cast, **values})
        reason = "Вынес посетитель" if equation.missing else ""
        service.give_back(self.session, self.by(0), batch, equation, reason=reason)
        return queries.get_batch(self.session, batch.id)

    def key(self, batch: Batch, who: int, read: dict[int, Marks]) -> Batch:
        """One person types the whole batch."""
        service.take_round(self.session, self.by(who), batch)
        batch = queries.get_batch(self.session, batch.id)
        for serial, marks in read.items():
            service.key_sheet(self.session, self.by(who), batch, self.poll.rules, serial, marks)
        return service.finish_round(self.session, self.by(who), batch)

    def marks(self, *places: int) -> Marks:
        """A valid ballot for the proposals at these places of the paper."""
        return Marks(Verdict.VALID, tuple(sorted(self.papers[p - 1].id for p in places)))

    def agreed(self, count: int, read: list[Marks]) -> Batch:
        """A batch read alike by two people; the first numbers were cast."""
        batch = self.returned(count, len(read))
        numbered = {batch.first + place: marks for place, marks in enumerate(read)}
        for who in (1, 2):
            batch = self.key(batch, who, numbered)
        assert batch.state == BatchState.AGREED
        return batch

    def close(self) -> None:
        """The vote is over."""
        now = datetime.now(UTC)
        run_unguarded(
            self.session,
            "cycles_phase",
            update(Phase)
            .where(Phase.cycle_id == self.cycle.id, Phase.kind == PhaseKind.VOTING)
            .values(starts_at=now - timedelta(days=9), ends_at=now - timedelta(minutes=1)),
        )
        self.session.expire_all()

    def accept(self, batch: Batch, first: int = 0, second: int = 3) -> Batch:
        """Two people put the batch into the box."""
        request = service.propose_accept(self.session, self.by(first), batch)
        service.decide(self.session, self.by(second), request, self.keys, approve=True)
        return queries.get_batch(self.session, batch.id)
