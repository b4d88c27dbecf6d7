"""A void against a changed vote sent at the same moment, and against the count."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import update

from pb_portal.accounts.models import Person
from pb_portal.approvals import service as approvals
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import database_now, db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.results import service as results
from pb_portal.voting import queries
from pb_portal.voting.fraud import cases, looking, traces, voiding
from pb_portal.voting.models import FraudFlag
from tests.factories import SIGNER, make_person, signed
from tests.factories.voting import KEY
from tests.faults.test_ballot_races import Town
from tests.unguarded import run_unguarded

ROUNDS = 3


class Raided(Town):
    """A town whose voters' ballots somebody asks to declare void."""

    def ask(self) -> None:
        """Two commissioners; the first has asked."""
        keys = looking.Keys(self.poll, KEY)
        with self.app.app_context(), transaction() as work:
            one, two = (make_person(work, "commissioner") for _ in range(2))
            now, cycle = database_now(work), work.get_one(Cycle, self.cycle_id)
            flag = FraudFlag(
                cycle_id=cycle.id, kind="quick", subject="all", severity="low", figures={},
                members=traces.seal(keys.traces, [voter.key for voter in self.voters]),
                first_seen_at=now, last_seen_at=now,
            )  # fmt: skip
            work.add(flag)
            work.flush()
            case = cases.open_case(work, signed(one), keys, cycle, [flag.id])
            asked = voiding.propose_void(
                work, signed(one), case, names=None, reason="machine", sentence="By a program."
            )
            self.first, self.second, self.asked = one.id, two.id, asked.id

    def void(self) -> str:
        """The second commissioner agrees."""
        with self.app.app_context():
            try:
                with transaction() as work:
                    by, keys = (
                        signed(work.get_one(Person, self.second)),
                        looking.Keys(self.poll, KEY),
                    )
                    asked = approvals.get_request(work, self.asked)
                    voiding.decide_void(work, by, keys, asked, approve=True)
                return "void"
            except Refusal as refusal:
                return refusal.code
            finally:
                db.session.remove()

    def count(self) -> tuple[int, bool]:
        """Ballots counted, and whether all checks but the second engine hold."""
        with self.app.app_context(), transaction() as work:
            by, cycle = signed(work.get_one(Person, self.first)), work.get_one(Cycle, self.cycle_id)
            run = results.count(work, by, cycle, SIGNER)
            return run.turnout["ballots"], all(run.checks[name]["holds"] for name in run.checks)

    def close(self) -> None:
        """The vote is over."""
        with self.app.app_context(), transaction() as work:
            over = database_now(work) - timedelta(seconds=1)
            run_unguarded(
                work,
                "cycles_phase",
                update(Phase)
                .where(Phase.cycle_id == self.cycle_id, Phase.kind == PhaseKind.VOTING)
                .values(ends_at=over),
            )


def together(*jobs) -> list:
    """Run the jobs at the same moment; their answers."""
    ready, answers = Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int) -> None:
        ready.wait()
        answers[place] = jobs[place]()

    threads = [Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_changed_vote_at_the_moment_of_the_void_never_counts(own_app, number) -> None:
    town = Raided(own_app, 4)
    for place, voter in enumerate(town.voters):
        town.cast(town.token(voter), (town.papers[0],), f"{place:032x}")
    town.ask()
    tokens = [town.token(voter) for voter in town.voters]
    jobs = [
        lambda token=token, place=place: town.cast(token, (town.papers[1],), f"{place + 100:032x}")
        for place, token in enumerate(tokens)
    ]
    answers = together(town.void, *jobs)
    assert answers[0] == "void"
    town.close()
    with own_app.app_context():
        now = database_now(db.session())
        assert list(queries.counted_ballots(db.session(), town.cycle_id, now)) == []
        assert queries.voided(db.session(), town.cycle_id, now) == {"machine": 4}
        db.session.remove()
    for token in tokens:
        assert town.cast(token, (town.papers[2],), "f" * 32) in (
            "voting.voided", "voting.closed", "voting.session_over",
        )  # fmt: skip
    assert town.count() == (0, True)


def test_a_void_at_the_moment_of_the_count_is_in_it_or_asks_for_another(own_app) -> None:
    town = Raided(own_app, 4)
    for place, voter in enumerate(town.voters):
        town.cast(town.token(voter), (town.papers[0],), f"{place:032x}")
    town.ask()
    town.close()
    void, counted = together(town.void, town.count)
    assert void == "void" and counted in ((0, True), (4, True))
    assert town.count() == (0, True)
