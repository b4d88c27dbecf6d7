"""A clerk with a copy of the database and without its keys cannot join people with choices."""

from __future__ import annotations

import random
import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Date, DateTime, event, inspect, select, text

from pb_portal import jobs
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.queries import rules_of
from pb_portal.db import UtcDateTime, database_now, db, transaction
from pb_portal.domain import ledger
from pb_portal.domain.refusal import Refusal
from pb_portal.register.service import Proved
from pb_portal.voting import service
from pb_portal.voting.models import Ballot, BallotDraft, Participation
from tests.factories.voting import make_vote, make_voter, prove, vote

ZONE = ZoneInfo("Asia/Almaty")


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def cast_for(session, cycle, voter, choices, submission="a" * 32):
    poll = service.poll_of(cycle.id, rules_of(cycle), "test-ballot", "test-register")
    proved = Proved(voter.key, cycle.areas[0].area_id)
    token = service.open_voter(session, poll, proved, database_now(session))
    return service.cast(
        session, poll, service.Sending(token, tuple(choices), submission), zone=ZONE
    )


def ranks_agree(first: list[int], second: list[int]) -> float:
    """How many pairs stand in the same order in both, from 0 to 1; one half is chance."""
    pairs = [(a, b) for a in range(len(first)) for b in range(a)]
    same = sum((first[a] < first[b]) == (second[a] < second[b]) for a, b in pairs)
    return same / len(pairs)


def test_the_order_of_rows_joins_nobody_with_a_ballot(session):
    cycle, papers = make_vote(session)
    voters = [make_voter(session, cycle) for _ in range(120)]
    random.Random(7).shuffle(voters)
    for voter in voters:
        cast_for(session, cycle, voter, [papers[0].id])
    session.flush()
    service.mix(session)
    box = ledger.cycle_key("test-ballot", cycle.id)
    people = session.scalars(text("SELECT voter_key FROM voting_participation")).all()
    names = session.scalars(text("SELECT ballot_key FROM voting_ballot")).all()
    order = {name: place for place, name in enumerate(names)}
    where = [order[ledger.ballot_key(box, key)] for key in people]
    cast = {voter.key: place for place, voter in enumerate(voters)}
    assert 0.4 < ranks_agree(list(range(120)), where) < 0.6
    assert 0.4 < ranks_agree([cast[key] for key in people], where) < 0.6


def test_no_value_of_one_table_stands_in_the_other(client, session):
    cycle, papers = make_vote(session)
    for number in range(5):
        prove(client, session, cycle.slug, make_voter(session, cycle))
        vote(client, cycle.slug, [papers[number % 4].id])
    session.commit()
    jobs.seal_batches(database_now(session))  # until then a leaf waits among those to be sealed

    def words(table: str, skip: set[str]) -> set[str]:
        rows = session.execute(text(f"SELECT * FROM {table}")).mappings().all()
        return {str(v) for row in rows for k, v in row.items() if k not in skip}

    common = {"cycle_id", "area_id", "channel", "on", "revision", "choices", "points"}
    ballots = words("voting_ballot", common)
    for table in inspect(session.connection()).get_table_names():
        if table not in ("voting_ballot", "alembic_version"):
            assert not (words(table, common) & ballots), table


def test_the_tables_of_the_box_keep_no_time_finer_than_a_day():
    for table in (Ballot.__table__, Participation.__table__, BallotDraft.__table__):
        for column in table.columns:
            assert not isinstance(column.type, DateTime | UtcDateTime), column
            assert column.name not in ("id", "number", "sort") and column.autoincrement is not True
            if isinstance(column.type, Date):
                assert (table.name, column.name) == ("voting_participation", "on")


def test_the_log_of_acts_says_nothing_of_any_ballot(client, session):
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    before = session.scalars(select(AuditEntry.id)).all()
    vote(client, cycle.slug, [papers[0].id])
    assert session.scalars(select(AuditEntry.id)).all() == before


def test_neither_person_nor_choice_is_written_to_the_servers_log(client, session, caplog):
    caplog.set_level("DEBUG")
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    vote(client, cycle.slug, [papers[0].id])
    receipt = re.search(r'receipt-code">([^<]+)', client.page(f"/c/{cycle.slug}/vote/done"))[1]
    for secret in (voter.iin, voter.phone[2:], voter.key, receipt):
        assert secret not in caplog.text


def test_no_address_of_the_vote_holds_anything_personal(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("voting."):
            assert rule.arguments <= {"slug"}


def test_a_receipt_says_nothing_of_the_choice(session):
    cycle, papers = make_vote(session, proposals=2)
    voters = [make_voter(session, cycle) for _ in range(8)]
    receipts = [
        cast_for(session, cycle, voter, [papers[n % 2].id]) for n, voter in enumerate(voters)
    ]
    assert len(set(receipts)) == 8
    area = cycle.areas[0].area_id
    guesses = {
        ledger.receipt_of(
            ledger.leaf(ledger.canonical(cycle.id, "", 1, area, [paper.id]), "00" * 16)
        )
        for paper in papers
    }
    assert not guesses & set(receipts)


def test_a_ballot_cannot_be_altered_or_taken_out(session):
    cycle, papers = make_vote(session)
    cast_for(session, cycle, make_voter(session, cycle), [papers[0].id])
    session.commit()
    for attack in ("UPDATE voting_ballot SET choices = '[]'", "DELETE FROM voting_ballot"):
        with pytest.raises(Exception, match="append-only"):
            session.execute(text(attack))
        session.rollback()
    assert session.scalars(select(Ballot.choices)).all() == [[papers[0].id]]


def test_participation_keeps_the_day_of_the_city(session):
    cycle, papers = make_vote(session)
    cast_for(session, cycle, make_voter(session, cycle), [papers[0].id])
    day = session.scalars(select(Participation.on)).one()
    assert isinstance(day, date)
    assert day == database_now(session).astimezone(ZONE).date()


def test_a_ballot_costs_the_same_few_statements_whatever_the_box_holds(app, own_app):
    with own_app.app_context():
        with transaction() as work:
            cycle, papers = make_vote(work)
            poll = service.poll_of(cycle.id, rules_of(cycle), "test-ballot", "test-register")
            voters = [make_voter(work, cycle) for _ in range(30)]
            tokens = [
                service.open_voter(
                    work, poll, Proved(v.key, cycle.areas[0].area_id), database_now(work)
                )
                for v in voters
            ]
            paper = papers[0].id
        made: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *a: made.append(a[2]))
        costs = []
        for number, token in enumerate(tokens):
            made.clear()
            with transaction() as work:
                service.cast(
                    work, poll, service.Sending(token, (paper,), f"{number:032x}"), zone=ZONE
                )
            costs.append(len(made))
        assert max(costs) <= 12
        assert costs[-1] == costs[0]


def test_a_sending_of_another_voter_is_no_retry(session):
    cycle, papers = make_vote(session)
    first, second = (make_voter(session, cycle) for _ in range(2))
    receipts = {cast_for(session, cycle, voter, [papers[0].id]) for voter in (first, second)}
    assert len(receipts) == 2


def test_under_another_key_of_the_box_nobody_votes_twice(session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    cast_for(session, cycle, voter, [papers[0].id])
    poll = service.poll_of(cycle.id, rules_of(cycle), "another-key", "test-register")
    proved = Proved(voter.key, cycle.areas[0].area_id)
    token = service.open_voter(session, poll, proved, database_now(session))
    with pytest.raises(Refusal) as refused:
        service.cast(session, poll, service.Sending(token, (papers[0].id,), "b" * 32), zone=ZONE)
    assert refused.value.code == "voting.former_lost"


def test_repeated_choices_and_empty_ballots_are_refused(session):
    cycle, papers = make_vote(session)
    for choices, code in (
        ([], "ballot.too_few"),
        ([papers[0].id] * 2, "ballot.repeated"),
        ([10**9], "ballot.not_on_ballot"),
        ([paper.id for paper in papers], "ballot.too_many"),
    ):
        with pytest.raises(Refusal) as refused:
            cast_for(session, cycle, make_voter(session, cycle), choices)
        assert refused.value.code == code
