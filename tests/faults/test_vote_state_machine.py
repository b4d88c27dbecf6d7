"""A vote lived through in any order: register, vote, revote, repeat, paper, void, restore, close,
count, certify. A plain model says what must come of it."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import ExitStack
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from pb_portal.db import database_now, db
from pb_portal.domain import ledger
from pb_portal.domain.polling import Equation
from pb_portal.domain.refusal import Refusal
from pb_portal.register.service import Proved
from pb_portal.results import service as results
from pb_portal.results.models import CountRun, ProposalResult
from pb_portal.voting import queries, service
from pb_portal.voting.fraud import cases, looking, traces, voiding
from pb_portal.voting.models import Ballot, FraudFlag, Participation, VoidedBallot
from pb_portal.voting.paper import queries as papers
from pb_portal.voting.paper import service as paper
from tests.factories import SIGNER
from tests.factories.polling import KEY, Polls
from tests.factories.voting import Voter, make_voter

RUNS = 2_000 if os.environ.get("FAULTS_FULL") else 25
ZONE = ZoneInfo("Asia/Almaty")
MOST_PAPERS = 4
PLACES = st.integers(0, 3)
PERSON = st.integers(0, 7)


class Vote(RuleBasedStateMachine):
    """The city and its model."""

    app: ClassVar[Flask]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(self.app.app_context())
        engine = db.engine
        connection = self.stack.enter_context(engine.connect().execution_options(writes=True))
        outer = connection.begin()
        connection.begin_nested()
        engines = db._app_engines[self.app]
        engines[None] = connection  # type: ignore[assignment]
        self.stack.callback(outer.rollback)
        self.stack.callback(engines.__setitem__, None, engine)
        self.stack.callback(db.session.remove)
        self.session = db.session()

    def teardown(self) -> None:
        self.stack.close()

    @initialize()
    def open_the_vote(self) -> None:
        self.polls = Polls.make(self.session)
        self.ids = [one.id for one in self.polls.papers]
        self.batch = self.polls.issued(MOST_PAPERS + 2)
        self.people: list[Voter] = []
        self.chosen: dict[int, int] = {}
        """Person → proposal of the ballot that counts, sent through the portal."""
        self.last: dict[int, service.Sending] = {}
        self.receipts: dict[int, str] = {}
        self.holding: set[int] = set()
        self.voided: set[int] = set()
        self.restored: set[int] = set()
        self.leaves = self.sent = 0
        self.on_paper: Counter[int] = Counter()
        self.state = "open"

    def someone(self, number: int) -> int:
        return number % len(self.people)

    def refusal(self, action) -> str:
        """The code of the refusal, with everything of the action undone."""
        point = self.session.begin_nested()
        try:
            action()
            point.commit()
            return ""
        except Refusal as refusal:
            point.rollback()
            return refusal.code

    @precondition(lambda self: self.state == "open" and len(self.people) < 8)
    @rule()
    def register(self) -> None:
        self.people.append(make_voter(self.session, self.polls.cycle))

    def send(self, who: int, how: str, place: int) -> str:
        poll, voter = self.polls.poll, self.people[who]
        proved = Proved(voter.key, self.polls.cycle.areas[0].area_id, how=how)
        token = service.open_voter(self.session, poll, proved, database_now(self.session))
        self.sent += 1
        sending = service.Sending(token, (self.ids[place],), f"{self.sent:032x}")
        receipt = service.cast(self.session, poll, sending, zone=ZONE)
        self.last[who] = sending
        return receipt

    def expected(self, who: int, how: str) -> str:
        if who in self.holding:
            return "voting.voted_on_paper"
        if who in self.voided:
            if who not in self.restored:
                return "voting.voided"
            if how != "operator":
                return "voting.in_person"
        return "" if self.state == "open" else "voting.closed"

    @precondition(lambda self: self.people)
    @rule(number=PERSON, place=PLACES, how=st.sampled_from(["phone", "paper_code", "operator"]))
    def vote(self, number: int, place: int, how: str) -> None:
        who = self.someone(number)
        found: list[str] = []
        code = self.refusal(lambda: found.append(self.send(who, how, place)))
        assert code == self.expected(who, how)
        if not code:
            self.receipts[who] = found[0]
            self.chosen[who] = place
            self.leaves += 1
            self.voided.discard(who)
            self.restored.discard(who)

    @precondition(lambda self: self.receipts)
    @rule(number=PERSON)
    def press_again(self, number: int) -> None:
        who = sorted(self.receipts)[number % len(self.receipts)]
        receipt = service.cast(self.session, self.polls.poll, self.last[who], zone=ZONE)
        assert receipt == self.receipts[who]

    @precondition(lambda self: self.people)
    @rule(number=PERSON)
    def ask_for_paper(self, number: int) -> None:
        who = self.someone(number)
        if len(self.holding) >= MOST_PAPERS and who not in self.holding:
            return
        handed = self.polls.hand_out(self.people[who])
        code = handed.refusal.code if handed.refusal else ""
        if self.state != "open":
            assert code == "polling.not_open"
        elif who in self.holding:
            assert code == "polling.has_paper"
        elif who in self.receipts:
            assert code == "polling.voted_on_portal"
        else:
            assert not code
            self.holding.add(who)

    @precondition(lambda self: self.state in ("open", "closed") and self.chosen)
    @rule(number=PERSON)
    def void(self, number: int) -> None:
        who = sorted(self.chosen)[number % len(self.chosen)]
        if who in self.voided:
            return
        keys, now = looking.Keys(self.polls.poll, KEY), database_now(self.session)
        flag = FraudFlag(
            cycle_id=self.polls.cycle.id,
            kind="address",
            subject=f"test-{self.sent}-{self.leaves}-{who}",
            severity="high",
            members=traces.seal(keys.traces, [self.people[who].key]),
            first_seen_at=now,
            last_seen_at=now,
        )
        self.session.add(flag)
        self.session.flush()
        one, two = self.polls.by(3, now), self.polls.by(4, now)
        case = cases.open_case(self.session, one, keys, self.polls.cycle, [flag.id])
        request = voiding.propose_void(
            self.session, one, case, names=None, reason="borrowed_identity", sentence="Borrowed."
        )
        alone = self.refusal(
            lambda: voiding.decide_void(self.session, one, keys, request, approve=True)
        )
        assert alone
        voiding.decide_void(self.session, two, keys, request, approve=True)
        self.voided.add(who)
        self.leaves += 1

    @precondition(lambda self: self.state == "open" and self.voided - self.restored)
    @rule(number=PERSON)
    def restore(self, number: int) -> None:
        waiting = sorted(self.voided - self.restored)
        who = waiting[number % len(waiting)]
        iin = self.people[who].iin
        keys, now = looking.Keys(self.polls.poll, KEY), database_now(self.session)
        request = voiding.propose_restore(
            self.session,
            self.polls.by(3, now),
            keys,
            self.polls.cycle,
            iin,
            "Came.",
        )
        voiding.decide_restore(self.session, self.polls.by(4, now), request, approve=True)
        self.restored.add(who)

    @precondition(lambda self: self.state == "open" and len(self.people) > 1)
    @rule()
    def close(self) -> None:
        self.polls.close()
        self.state = "closed"

    @precondition(lambda self: self.state == "closed")
    @rule(places=st.lists(PLACES, min_size=MOST_PAPERS, max_size=MOST_PAPERS))
    def count_papers(self, places: list[int]) -> None:
        read = [self.polls.marks(place + 1) for place in places[: len(self.holding)]]
        equation = Equation(cast=len(read), spoiled=0, unused=MOST_PAPERS + 2 - len(read))
        paper.give_back(self.session, self.polls.by(0), self.batch, equation)
        batch = papers.get_batch(self.session, self.batch.id)
        numbered = {batch.first + place: marks for place, marks in enumerate(read)}
        for who in (1, 2):
            batch = self.polls.key(batch, who, numbered)
        self.polls.accept(batch)
        self.on_paper.update(places[: len(read)])
        self.leaves += len(read)
        self.state = "keyed"

    def votes(self) -> Counter[int]:
        """What the model counts, by proposal."""
        sure = Counter(place for who, place in self.chosen.items() if who not in self.voided)
        return sure + self.on_paper

    @precondition(lambda self: self.state == "keyed")
    @rule()
    def certify(self) -> None:
        one, two = self.polls.by(3), self.polls.by(4)
        run = results.count(self.session, one, self.polls.cycle, SIGNER)
        request = results.propose_certification(self.session, one, run)
        alone = self.refusal(
            lambda: results.decide_certification(
                self.session, one, request, approve=True, signer=SIGNER
            )
        )
        assert alone
        results.decide_certification(self.session, two, request, approve=True, signer=SIGNER)
        self.assert_counted(run)
        self.state = "certified"

    def assert_counted(self, run: CountRun) -> None:
        rows = self.session.execute(
            select(ProposalResult.proposal_id, ProposalResult.votes).where(
                ProposalResult.run_id == run.id
            )
        )
        told = {proposal_id: votes for proposal_id, votes in rows}
        assert {place: told[one] for place, one in enumerate(self.ids)} == {
            place: self.votes()[place] for place in range(len(self.ids))
        }

    @invariant()
    def one_participation_a_person_and_one_leaf_an_act(self) -> None:
        if not hasattr(self, "state"):
            return
        cycle_id = self.polls.cycle.id
        took_part = self.session.scalar(
            select(func.count())
            .select_from(Participation)
            .where(Participation.cycle_id == cycle_id)
        )
        assert took_part == len(self.receipts) + len(self.holding)
        leaves = [
            leaf
            for table in (Ballot, VoidedBallot)
            for leaf in self.session.scalars(select(table.leaf).where(table.cycle_id == cycle_id))
        ]
        assert len(leaves) == len(set(leaves)) == self.leaves
        for receipt in self.receipts.values():
            assert queries.receipt_included(self.session, cycle_id, receipt)

    @invariant()
    def after_the_close_one_ballot_counts_for_each_person(self) -> None:
        if getattr(self, "state", "open") == "open":
            return
        cycle_id, now = self.polls.cycle.id, database_now(self.session)
        counted = Counter(
            self.ids.index(choices[0])
            for _, choices, _ in queries.counted_ballots(self.session, cycle_id, now)
        )
        assert counted == self.votes()
        head = queries.ledger_root(self.session, cycle_id, now)
        leaves = sorted(queries.ledger_leaves(self.session, cycle_id, now))
        assert (head.root, head.leaves) == (ledger.tree_root(leaves), self.leaves)


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_a_vote_lived_in_any_order_counts_each_person_once(app):
    Vote.app = app
    run_state_machine_as_test(
        Vote,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=25,
            deadline=None,
            derandomize=not os.environ.get("FAULTS_FULL"),
            suppress_health_check=list(HealthCheck),
        ),
    )
