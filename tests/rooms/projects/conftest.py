"""A certified cycle with winners, and projects out of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.signature import Signature
from pb_portal.files.models import StoredFile
from pb_portal.projects import service
from pb_portal.projects.models import Project, ProjectPhoto
from pb_portal.proposals.models import EstimateLine, Proposal, ProposalFollow
from pb_portal.results.models import CountRun, ProposalResult, ResultBundle
from tests.factories import make_category, make_cycle, make_person, make_proposal, signed
from tests.unguarded import unguarded

BIN = "990140000017"
TODAY = datetime.now(UTC).date()


def jpeg() -> BytesIO:
    """A small photo."""
    file = BytesIO()
    Image.new("RGB", (60, 40), "green").save(file, "JPEG")
    file.seek(0)
    return file


@dataclass
class Winners:
    """A certified cycle and its people."""

    session: Session
    cycle: Cycle
    author: Person
    follower: Person
    secretary: Person
    manager: Person
    proposals: list[Proposal]

    @property
    def by(self) -> Signature:
        """The manager now."""
        return signed(self.manager)

    def start(self) -> list[Project]:
        """Make projects of the winners."""
        return service.start_from_winners(self.session, signed(self.secretary), self.cycle)

    def add_more(self, count: int) -> None:
        """So many winners more in the certified result."""
        query = select(CountRun).where(CountRun.cycle_id == self.cycle.id)
        run = self.session.scalars(query).one()
        more = [make_proposal(self.session, self.cycle, status="selected") for _ in range(count)]
        self.proposals += more
        with unguarded(self.session, "results_proposal"):
            self.session.add_all(result_of(run, proposal) for proposal in more)

    def contract(self, project: Project, **changes: Any) -> None:
        """A contract that keeps the promise."""
        values = {
            "contractor": "Jol LLP",
            "contractor_bin": BIN,
            "number": "17-2026",
            "sum": project.promised_sum,
            "signed_on": TODAY,
            **changes,
        }
        entry = {name: values.pop(name) for name in ("kind", "reason") if name in values}
        terms = service.Terms(**values)
        service.record_contract(self.session, self.by, project, terms, **entry)

    def accept(self, project: Project) -> None:
        """Everything as promised."""
        service.record_acceptance(
            self.session,
            self.by,
            project,
            accepted_on=TODAY,
            act="A-1",
            delivered={line.id: (line.promised, "") for line in project.lines},
        )

    def photo(self, project: Project, stage: str = "after") -> None:
        """A row of a photo without its file."""
        now = datetime.now(UTC)
        stored = StoredFile(
            key=f"key-{stage}-{project.id}-{len(project.photos)}",
            media_type="image/jpeg",
            size=1,
            width=60,
            height=40,
            public=True,
            created_at=now,
        )
        project.photos.append(ProjectPhoto(file=stored, stage=stage, at=now))
        self.session.flush()

    def bring_to(self, project: Project, target: str) -> None:
        """Walk the usual path up to a state."""
        path = ["procurement", "contracted", "works", "acceptance", "completed"]
        for state in path[: path.index(target) + 1]:
            if state == "contracted":
                self.contract(project)
            if state == "completed":
                self.accept(project)
                self.photo(project)
            service.change_status(self.session, self.by, project, state)


@pytest.fixture
def winners(session: Session) -> Winners:
    """A certified cycle with two winners, one loser and their people."""
    return make_winners(session)


def result_of(run: CountRun, proposal: Proposal) -> ProposalResult:
    """What a proposal got, by its state."""
    won = proposal.status == "selected"
    assert proposal.area_id is not None
    return ProposalResult(
        run_id=run.id,
        proposal_id=proposal.id,
        area_id=proposal.area_id,
        votes=9 if won else 1,
        score=9 if won else 1,
        rank=1,
        cost=proposal.price,
        selected=won,
        reason="won" if won else "lost",
    )


def make_winners(session: Session, *, certified: bool = True) -> Winners:
    """The same for tests that make their own."""
    cycle = make_cycle(session, PhaseKind.DELIVERY)
    area = cycle.areas[0].area
    author = make_person(session, locale="kk")
    follower = make_person(session, locale="ru")
    category = make_category(session, sector="social")
    proposals = [
        make_proposal(
            session, cycle, status=status, author_id=author.id, category_id=category.id, cost=cost
        )
        for status, cost in (
            ("selected", 10_000_000),
            ("selected", 20_000_000),
            ("not_selected", 5_000_000),
        )
    ]
    proposals[0].lines = [
        EstimateLine(title="Скамья", unit="piece", unit_price=100_000, quantity=50_000),
        EstimateLine(title="Плитка", unit="m2", unit_price=5_000, quantity=1_000_000),
    ]
    session.add(
        ProposalFollow(proposal_id=proposals[0].id, person_id=follower.id, at=datetime.now(UTC))
    )
    run = CountRun(
        cycle_id=cycle.id,
        state="certified" if certified else "counted",
        counted_at=datetime.now(UTC) - timedelta(days=3),
        certified_at=datetime.now(UTC) - timedelta(days=2) if certified else None,
        first_commissioner_id=author.id,
        second_commissioner_id=follower.id,
        rule="greedy",
        input_digest="0" * 64,
    )
    with unguarded(session, "results_count_run", "results_proposal"):
        session.add(run)
        session.flush()
        session.add_all(result_of(run, proposal) for proposal in proposals)
        session.add(ResultBundle(run_id=run.id, sha256="", public_key="", data=b""))
    return Winners(
        session,
        cycle,
        author,
        follower,
        make_person(session, "secretary"),
        make_person(session, "manager", area=area),
        proposals,
    )


@pytest.fixture
def project(winners: Winners) -> Project:
    """The first winner as a project."""
    return winners.start()[0]
