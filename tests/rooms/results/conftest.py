"""A cycle whose vote is over, with ballots in the box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import pytest
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook
from pb_portal.proposals.models import Proposal
from pb_portal.voting.models import Ballot
from tests.factories import make_cycle, make_person, make_proposal
from tests.factories.voting import mark_participation

TELLS_ALL = {"smallest_group": 1}
"""Options of a rule book that publishes figures of however few, for tests that read them."""
Cast = Callable[[Cycle, str, Sequence[Proposal]], None]


@pytest.fixture
def cast(session: Session) -> Cast:
    """Put one ballot into the box, with its voter's participation."""

    def put(cycle: Cycle, voter: str, chosen: Sequence[Proposal], revision: int = 1) -> None:
        area_id, choices = chosen[0].area_id, [one.id for one in chosen]
        assert area_id is not None
        name, nonce = f"box-{voter}", sha256(f"{voter}{revision}".encode()).hexdigest()[:32]
        written = ledger.canonical(cycle.id, name, revision, area_id, choices, [])
        session.add(
            Ballot(
                cycle_id=cycle.id, ballot_key=name, revision=revision, area_id=area_id,
                choices=choices, points=[], nonce=nonce, leaf=ledger.leaf(written, nonce),
            )
        )  # fmt: skip
        if revision == 1:
            mark_participation(session, cycle, voter)
        session.flush()

    return put


@pytest.fixture
def voted(session: Session, cast: Cast) -> Cycle:
    """Two districts of 100; in the first: 3 votes for 60, 2 for 60, 1 and 1 for 40 (a tie)."""
    rules = RuleBook(max_choices=2, options=TELLS_ALL)
    cycle = make_cycle(session, PhaseKind.RESULTS, areas=2, budget=100, rules=rules)
    first, second = (part.area for part in cycle.areas)
    author = make_person(session)

    def proposal(number: int, cost: int, area: object = first) -> Proposal:
        return make_proposal(
            session, cycle, number=number, cost=cost, area=area, status="admitted",
            title=f"Idea {number}", author_id=author.id,
        )  # fmt: skip

    best, dear, one, other = proposal(1, 60), proposal(2, 60), proposal(3, 40), proposal(4, 40)
    proposal(5, 10)
    only = proposal(6, 100, second)
    for voter, chosen in enumerate([[best, dear], [best, dear], [best, one], [other], [only]]):
        cast(cycle, f"voter-{voter}", chosen)
    return cycle
