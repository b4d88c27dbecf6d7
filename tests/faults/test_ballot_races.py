"""Ballots under fire: many presses at once, one counted per person; nothing after the close."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from pb_portal.cycles.models import Cycle, Phase
from pb_portal.cycles.queries import rules_of
from pb_portal.db import database_now, db, transaction
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.outbox.models import Letter
from pb_portal.register import service as register
from pb_portal.register.identity.phone import PhoneCode, Typed
from pb_portal.register.models import IdentityCode
from pb_portal.register.service import Proved
from pb_portal.voting import queries, service
from pb_portal.voting.models import Ballot, Participation
from tests.factories.voting import Voter, make_vote, make_voter, submission_on, token_on
from tests.unguarded import run_unguarded

PEOPLE, PRESSES = 50, 8
ZONE = ZoneInfo("Asia/Almaty")


class Town:
    """An open vote in a database that really commits."""

    def __init__(self, app: Flask, people: int, **values) -> None:
        self.app = app
        with app.app_context(), transaction() as work:
            cycle, papers = make_vote(work, **values)
            self.cycle_id, self.slug = cycle.id, cycle.slug
            self.area_id = cycle.areas[0].area_id
            self.papers = [paper.id for paper in papers]
            self.poll = service.poll_of(cycle.id, rules_of(cycle), "test-ballot", "test-register")
            self.voters = [make_voter(work, cycle) for _ in range(people)]

    def token(self, voter: Voter) -> str:
        """A proved identity, as after the code."""
        with self.app.app_context(), transaction() as work:
            proved = Proved(voter.key, self.area_id)
            return service.open_voter(work, self.poll, proved, database_now(work))

    def cast(self, token: str, choices: tuple[int, ...], submission: str) -> str:
        """A receipt, or the code of the refusal."""
        with self.app.app_context():
            try:
                with transaction() as work:
                    sending = service.Sending(token, choices, submission)
                    return service.cast(work, self.poll, sending, zone=ZONE)
            except Refusal as refusal:
                return refusal.code
            finally:
                db.session.remove()

    def read(self, query):
        with self.app.app_context():
            found = db.session.execute(query).all()
            db.session.remove()
            return found


def at_once(jobs: list) -> list:
    """Run all jobs at the same moment."""
    barrier = Barrier(len(jobs))

    def run(job):
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result() for done in [pool.submit(run, job) for job in jobs]]


def test_fifty_people_pressing_eight_times_at_once_vote_once_each(own_app):
    town = Town(own_app, PEOPLE)
    statuses: Counter[int] = Counter()
    for number, voter in enumerate(town.voters):
        client = own_app.test_client()
        with client.session_transaction() as cookie:
            cookie["vote_token"] = town.token(voter)
        paper = town.papers[number % len(town.papers)]
        page = client.get(f"/c/{town.slug}/vote/ballot").get_data(as_text=True)
        data = {"choice": [paper], "csrf_token": token_on(page)}
        assert client.post(f"/c/{town.slug}/vote/ballot", data=data).status_code == 302
        page = client.get(f"/c/{town.slug}/vote/check").get_data(as_text=True)
        data |= {"submission": submission_on(page), "csrf_token": token_on(page)}
        with client.session_transaction() as cookie:
            carried = dict(cookie)

        def press(data=data, carried=carried) -> tuple[int, str]:
            browser = own_app.test_client()
            with browser.session_transaction() as cookie:
                cookie.update(carried)
            answer = browser.post(f"/c/{town.slug}/vote/check", data=data)
            with browser.session_transaction() as cookie:
                return answer.status_code, cookie.get("vote_receipt", "")

        answers = at_once([press] * PRESSES)
        statuses.update(status for status, _ in answers)
        assert len({receipt for _, receipt in answers}) == 1
    assert statuses == {302: PEOPLE * PRESSES}
    assert town.read(select(func.count()).select_from(Participation)) == [(PEOPLE,)]
    assert town.read(select(func.count(), func.max(Ballot.revision))) == [(PEOPLE, 1)]


def test_one_person_on_eight_devices_counts_once_with_the_last_ballot(own_app):
    town = Town(own_app, 6)
    for voter in town.voters:
        tokens = [town.token(voter) for _ in range(PRESSES)]
        jobs = [
            lambda t=token, n=number: town.cast(t, (town.papers[n % 4],), f"{n:032x}")
            for number, token in enumerate(tokens)
        ]
        receipts = at_once(jobs)
        assert len(set(receipts)) == PRESSES and all(len(r) == 29 for r in receipts)
        name = town.poll.name(voter.key)
        rows = town.read(
            select(Ballot.revision, Ballot.leaf)
            .where(Ballot.ballot_key == name)
            .order_by(Ballot.revision)
        )
        assert [row.revision for row in rows] == list(range(1, PRESSES + 1))
    assert town.read(select(func.count()).select_from(Participation)) == [(6,)]
    with own_app.app_context():
        after = database_now(db.session()) + timedelta(days=30)
        assert len(list(queries.counted_ballots(db.session(), town.cycle_id, after))) == 6


def test_where_votes_are_final_exactly_one_of_eight_devices_is_accepted(own_app):
    town = Town(own_app, 6, rules=RuleBook(changeable=False))
    for voter in town.voters:
        tokens = [town.token(voter) for _ in range(PRESSES)]
        answers = at_once(
            [
                lambda t=token, n=number: town.cast(t, (town.papers[0],), f"{n:032x}")
                for number, token in enumerate(tokens)
            ]
        )
        assert Counter(answers)["voting.already_voted"] == PRESSES - 1
    assert town.read(select(func.count()).select_from(Ballot)) == [(6,)]


@pytest.mark.slow
def test_no_ballot_is_added_after_the_count_has_read_the_box(own_app):
    town = Town(own_app, 120)
    tokens = [town.token(voter) for voter in town.voters]
    with own_app.app_context(), transaction() as work:
        end = database_now(work) + timedelta(seconds=0.4)
        run_unguarded(
            work,
            "cycles_phase",
            update(Phase)
            .where(Phase.cycle_id == town.cycle_id, Phase.kind == PhaseKind.VOTING)
            .values(ends_at=end),
        )

    def count() -> int:
        with own_app.app_context():
            while True:
                try:
                    with transaction() as work:
                        now = database_now(work)
                        return len(list(queries.counted_ballots(work, town.cycle_id, now)))
                except Refusal as refusal:
                    assert refusal.code == "voting.still_open"

    with ThreadPoolExecutor(5) as pool:
        counting = pool.submit(count)
        answers = list(
            pool.map(
                lambda pair: town.cast(pair[1], (town.papers[0],), f"{pair[0]:032x}"),
                enumerate(tokens),
            )
        )
        counted = counting.result()
    accepted = [answer for answer in answers if answer != "voting.closed"]
    assert all(len(answer) == 29 for answer in accepted)
    assert counted == len(accepted)
    assert town.read(select(func.count()).select_from(Ballot)) == [(counted,)]


def test_every_receipt_given_is_in_the_box_and_in_the_root(own_app):
    town = Town(own_app, 20)
    tokens = [town.token(voter) for voter in town.voters]
    receipts = at_once(
        [
            lambda t=token, n=number: town.cast(t, (town.papers[0],), f"{n:032x}")
            for number, token in enumerate(tokens)
        ]
    )
    with own_app.app_context():
        session = db.session()
        assert all(queries.receipt_included(session, town.cycle_id, r) for r in receipts)
        after = database_now(session) + timedelta(days=30)
        head = queries.ledger_root(session, town.cycle_id, after)
        rows = session.execute(select(Ballot)).scalars().all()
        leaves = []
        for row in rows:
            ballot = ledger.canonical(
                row.cycle_id, row.ballot_key, row.revision, row.area_id, row.choices, row.points
            )
            leaves.append(ledger.leaf(ballot, row.nonce))
        assert head == queries.Ledger(ledger.tree_root(sorted(leaves)), 20)
        assert {ledger.receipt_of(leaf) for leaf in leaves} == set(receipts)


def test_one_code_lets_in_one_of_many_who_type_it_at_once(own_app):
    town = Town(own_app, 1)
    desk = register.Desk(town.cycle_id, "test-register", "127.0.0.1", "en")
    voter = town.voters[0]
    with own_app.app_context(), transaction() as work:
        by = Signature(ANYONE, datetime.now(UTC))
        claim = register.Claim(voter.iin, voter.born, voter.phone)
        question = register.ask_code(work, by, desk, claim)
        code = work.scalars(select(Letter)).one().data["code"]

    def prove(typed: str) -> str:
        with own_app.app_context():
            try:
                with transaction() as work:
                    try:
                        by = Signature(ANYONE, datetime.now(UTC))
                        PhoneCode().prove(work, by, desk, Typed(question, typed), town.poll.rules)
                        return "in"
                    except Refusal as refusal:
                        return refusal.code
            finally:
                db.session.remove()

    wrong = f"{(int(code) + 1) % 10**6:06d}"
    answers = Counter(at_once([lambda: prove(wrong)] * 12))
    assert answers["identity.code_wrong"] == 4
    assert answers["identity.code_spent"] == 8
    assert prove(code) == "identity.code_spent"
    with own_app.app_context(), transaction() as work:
        work.execute(update(IdentityCode).values(attempts=0))
    answers = Counter(at_once([lambda: prove(code)] * 12))
    assert answers["in"] == 1
    assert town.read(select(Cycle.id)) == [(town.cycle_id,)]
