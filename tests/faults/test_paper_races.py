"""Paper and portal at the same moment, in both orders: exactly one of them wins, nothing breaks."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from pb_portal.cycles.queries import rules_of
from pb_portal.db import database_now, db, transaction
from pb_portal.domain.polling import Equation
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.register.service import Proved
from pb_portal.voting import service as voting
from pb_portal.voting.models import Ballot, Participation
from pb_portal.voting.paper import queries, service
from pb_portal.voting.paper.models import HandedOut, Keyer
from pb_portal.voting.paper.service.requests import Keys
from tests.factories.polling import KEY, ZONE, Polls
from tests.factories.voting import make_voter

PEOPLE, DESKS = 12, 4


class Town:
    """An open vote with a polling point, in a database that really commits."""

    def __init__(self, app, people, *, closed_with=0) -> None:
        self.app = app
        with app.app_context(), transaction() as work:
            polls = Polls.make(work)
            self.cycle_id, self.point_id = polls.cycle.id, polls.point.id
            self.area_id, self.papers = polls.cycle.areas[0].area_id, [p.id for p in polls.papers]
            self.rules = rules_of(polls.cycle)
            self.poll = polls.poll
            self.staff = [(person.id, polls.by(n)) for n, person in enumerate(polls.staff)]
            self.voters = [make_voter(work, polls.cycle) for _ in range(people)]
            self.batch_id = self.request_id = 0
            if closed_with:
                polls.voters(closed_with)
                batch = polls.agreed(closed_with, [polls.marks(1)] * closed_with)
                polls.close()
                request = service.propose_accept(work, polls.by(0), batch)
                self.batch_id, self.request_id = batch.id, request.id

    def run(self, act) -> str:
        with self.app.app_context():
            try:
                with transaction() as work:
                    return act(work)
            except Refusal as refusal:
                return refusal.code
            finally:
                db.session.remove()

    def by(self, work, number) -> Signature:
        return Signature(self.staff[number][1].actor, database_now(work))

    def hand_out(self, voter, desk) -> str:
        def act(work):
            point = queries.get_point(work, self.point_id)
            document = service.Document(voter.iin, voter.born)
            by = self.by(work, desk % 3)
            answer = service.hand_out(work, by, point, document, self.rules, key=KEY, zone=ZONE)
            return answer.refusal.code if answer.refusal else "paper"

        return self.run(act)

    def token(self, voter) -> str:
        def act(work):
            proved = Proved(voter.key, self.area_id)
            return voting.open_voter(work, self.poll, proved, database_now(work))

        return self.run(act)

    def cast(self, token, submission) -> str:
        def act(work):
            sending = voting.Sending(token, (self.papers[0],), submission)
            return voting.cast(work, self.poll, sending, zone=ZONE)

        return self.run(act)

    def count(self, query):
        with self.app.app_context():
            found = db.session.execute(query).all()
            db.session.remove()
            return [tuple(row) for row in found]


def at_once(jobs):
    barrier = Barrier(len(jobs))

    def run(job):
        barrier.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result() for done in [pool.submit(run, job) for job in jobs]]


def test_paper_and_portal_at_the_same_moment_give_one_vote(own_app):
    town = Town(own_app, PEOPLE)
    channels = Counter()
    for number, voter in enumerate(town.voters):
        token = town.token(voter)
        jobs = [lambda t=token: town.cast(t, "a" * 32)]
        jobs += [lambda v=voter, d=desk: town.hand_out(v, d) for desk in range(DESKS)]
        if number % 2:
            jobs.reverse()
        answers = at_once(jobs)
        won = [one for one in answers if one == "paper" or len(one) == 29]
        assert len(won) == 1, answers
        lost = {one for one in answers if one not in won}
        told = {"polling.has_paper", "voting.voted_on_paper", "polling.voted_on_portal"}
        assert lost <= told, lost
        channels["paper" if won == ["paper"] else "portal"] += 1
    people = dict(
        town.count(select(Participation.channel, func.count()).group_by(Participation.channel))
    )
    assert people == dict(channels)
    assert town.count(select(func.count()).select_from(Ballot)) == [(channels["portal"],)]
    handed = town.count(select(HandedOut.handed))
    assert sum(row[0] for row in handed) == channels["paper"]


def test_in_either_order_the_second_is_stopped(own_app):
    town = Town(own_app, 2)
    first, second = town.voters
    token = town.token(first)
    assert town.hand_out(first, 0) == "paper"
    assert town.cast(token, "a" * 32) == "voting.voted_on_paper"
    assert len(town.cast(town.token(second), "b" * 32)) == 29
    assert town.hand_out(second, 0) == "polling.voted_on_portal"


def test_a_paper_taken_back_while_its_owner_votes_gives_at_most_one_vote(own_app):
    town = Town(own_app, PEOPLE)
    for voter in town.voters:
        token = town.token(voter)
        assert town.hand_out(voter, 0) == "paper"

        def ask(work, voter=voter):
            point = queries.get_point(work, town.point_id)
            document = service.Document(voter.iin, voter.born)
            by = town.by(work, 0)
            answer = service.hand_out(work, by, point, document, town.rules, key=KEY, zone=ZONE)
            asked = service.propose_take_back(work, by, point, answer.token, key=KEY, reason="Ушёл")
            return str(asked.id)

        request_id = int(town.run(ask))

        def agree(work, request_id=request_id):
            request = service.lock_request(work, request_id)
            service.decide(work, town.by(work, 1), request, Keys(town.poll, KEY), approve=True)
            return "back"

        answers = at_once([lambda a=agree: town.run(a), lambda t=token: town.cast(t, "a" * 32)])
        assert answers[0] == "back"
        assert answers[1] == "voting.voted_on_paper" or len(answers[1]) == 29
        name = town.poll.name(voter.key)
        ballots = town.count(select(Ballot.revision).where(Ballot.ballot_key == name))
        took_part = town.count(
            select(Participation.channel).where(Participation.voter_key == voter.key)
        )
        assert (len(ballots), took_part) in ((0, []), (1, [("portal",)]))


def test_a_batch_accepted_by_many_at_once_enters_the_box_once(own_app):
    town = Town(own_app, 0, closed_with=6)

    def accept(who):
        def act(work):
            request = service.lock_request(work, town.request_id)
            service.decide(work, town.by(work, who), request, Keys(town.poll, KEY), approve=True)
            return "in"

        return lambda: town.run(act)

    answers = Counter(at_once([accept(3), accept(4)] * 3))
    assert answers["in"] == 1
    assert set(answers) <= {"in", "approval.decided", "polling.batch_moved"}
    assert town.count(select(func.count()).select_from(Ballot)) == [(6,)]


def test_two_people_who_begin_to_type_at_once_get_two_rounds_and_a_third_none(own_app):
    town = Town(own_app, 0)

    def batch(work):
        point = queries.get_point(work, town.point_id)
        made = service.print_batch(work, town.by(work, 3), point, town.rules, 3)
        service.issue(work, town.by(work, 3), made, town.rules, town.staff[0][0])
        service.give_back(work, town.by(work, 0), made, Equation(1, 0, 2))
        return str(made.id)

    batch_id = int(town.run(batch))

    def begin(who):
        def act(work):
            held = queries.lock_batch(work, batch_id)
            return str(service.take_round(work, town.by(work, who), held).round)

        return lambda: town.run(act)

    answers = at_once([begin(0), begin(1), begin(2)])
    assert sorted(answers) == ["1", "2", "polling.rounds_taken"]
    assert town.count(select(func.count()).select_from(Keyer)) == [(2,)]
