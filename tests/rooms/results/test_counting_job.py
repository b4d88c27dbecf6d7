"""A count is asked for, watched, and survives the death of its worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.db import db
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.results import queries, service, worker
from pb_portal.results.models import CountJob, CountRun
from pb_portal.results.service import requests
from pb_portal.signing import Signer, holds
from pb_portal.voting import heads
from tests.conftest import sign_in
from tests.factories import SIGNER, make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient

NOW = datetime.now(UTC)


@pytest.fixture
def first(session: Session) -> Person:
    return make_person(session, "commissioner")


def ask(session: Session, person: Person, cycle: Cycle) -> CountJob:
    job = service.ask_for_count(session, signed(person), cycle)
    session.commit()
    return job


def run_worker(app: Flask, at: datetime = NOW) -> bool:
    return worker.count_next(app, lambda: at, SIGNER)


def test_a_request_is_counted_by_the_worker_in_the_name_of_the_one_who_asked(
    app: Flask, session: Session, voted: Cycle, first: Person
) -> None:
    job = ask(session, first, voted)
    assert run_worker(app)
    assert (job.state, job.progress, job.attempts) == ("done", 100, 1)
    run = queries.get_counted(session, voted.id)
    assert (job.run_id, run.counted_by) == (run.id, first.id)
    assert run.turnout == {"voters": 5, "ballots": 5, "blank": 0, "channels": {"portal": 5}}
    assert not run_worker(app)


def test_the_jobs_process_counts_and_seals(session: Session, voted: Cycle, first: Person) -> None:
    job = ask(session, first, voted)
    assert jobs.tick(NOW, hourly=False) == 0
    assert job.state == "done"
    head = heads.newest(session, voted.id)
    assert head is not None
    assert (head.size, heads.kept(head, voted.slug)) == (5, True)


def test_asking_twice_is_one_count(session: Session, voted: Cycle, first: Person) -> None:
    job = ask(session, first, voted)
    assert ask(session, make_person(session, "commissioner"), voted) is job
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(CountJob(cycle_id=voted.id, asked_at=NOW))
        session.flush()


def test_only_a_commissioner_of_the_city_asks_and_only_after_the_vote(
    session: Session, voted: Cycle, first: Person
) -> None:
    for role in ("administrator", "auditor", "registrar"):
        with pytest.raises(Forbidden):
            service.ask_for_count(session, signed(make_person(session, role)), voted)
    with pytest.raises(Refusal, match="vote_open"):
        service.ask_for_count(session, signed(first), make_cycle(session, PhaseKind.VOTING))


def test_a_dead_workers_count_is_taken_up_when_its_lease_runs_out(
    app: Flask, session: Session, voted: Cycle, first: Person
) -> None:
    job = ask(session, first, voted)
    dead = requests.claim(session, NOW)
    assert dead is job
    former = job.worker
    assert not run_worker(app, NOW + timedelta(seconds=20)), "still held"
    assert run_worker(app, NOW + timedelta(seconds=31))
    assert (job.state, job.attempts) == ("done", 2)
    with pytest.raises(requests.LostLease):
        requests.hold(session, job.id, former)
    assert session.scalar(select(func.count()).select_from(CountRun)) == 1


def test_a_worker_that_lost_its_lease_stores_nothing(
    app: Flask, session: Session, voted: Cycle, first: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ask(session, first, voted)
    tally = worker.counting.tally

    def slow(*known: object) -> object:
        counted = tally(*known)  # type: ignore[arg-type]
        assert requests.claim(session, NOW + timedelta(minutes=1)) is job
        session.commit()
        return counted

    monkeypatch.setattr(worker.counting, "tally", slow)
    assert run_worker(app)
    assert queries.find_counted(session, voted.id) is None
    assert (job.state, job.attempts) == ("running", 2)


def test_a_count_that_kills_its_workers_is_given_up_and_said(
    app: Flask, client: StrictClient, session: Session, voted: Cycle, first: Person
) -> None:
    job = ask(session, first, voted)
    for number in range(requests.MOST_ATTEMPTS):
        assert requests.claim(session, NOW + timedelta(minutes=number)) is job
    assert not run_worker(app, NOW + timedelta(hours=1))
    assert (job.state, job.error) == ("failed", "result.gave_up")
    session.commit()
    sign_in(client, first)
    page = client.page(f"/desk/cycles/{voted.slug}/count")
    assert "never came to its end" in page
    assert "Count the ballots" in page


def test_a_rule_that_does_not_fit_is_told_on_the_page(
    app: Flask, client: StrictClient, session: Session, first: Person, cast
) -> None:
    rules = RuleBook(counting_rule="greedy:scoring=borda")
    cycle = make_cycle(session, PhaseKind.RESULTS, rules=rules)
    cast(cycle, "a", [make_proposal(session, cycle, status="admitted")])
    ask(session, first, cycle)
    assert run_worker(app)
    sign_in(client, first)
    page = client.page(f"/desk/cycles/{cycle.slug}/count")
    assert "“greedy:scoring=borda” does not fit these ballots" in page


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_the_desk_shows_how_far_the_count_is(
    client: StrictClient, session: Session, voted: Cycle, first: Person, locale: str
) -> None:
    job = ask(session, first, voted)
    requests.claim(session, NOW)
    requests.show_progress(job, "counting", 52, 1, 2)
    session.commit()
    sign_in(client, first)
    page = client.page(f"/desk/cycles/{voted.slug}/count", locale=locale)
    assert "52 %" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "action=" + f'"/desk/cycles/{voted.slug}/count"' not in page, "nothing to press"


def test_each_area_may_have_a_rule_of_its_own(
    session: Session, voted: Cycle, first: Person
) -> None:
    row, code = voted.rule_book, voted.areas[0].area.code
    assert row is not None
    session.execute(
        text(
            "DROP TRIGGER protect_cycles_rule_book_update"
            + (" ON cycles_rule_book" if db.engine.dialect.name == "postgresql" else "")
        )
    )
    rules = RuleBook.from_dict(row.content)
    rules.options["area_rules"] = {code: "equal-shares/add1-exhaustive"}
    row.content, row.digest = rules.to_dict(), rules.digest()
    session.flush()
    run = service.count(session, signed(first), voted, SIGNER)
    assert [area.rule for area in run.areas] == ["equal-shares/add1-exhaustive", "greedy"]
    assert run.rule == "equal-shares/add1-exhaustive; greedy"
    assert run.areas[0].figures["voters"] == 4


def test_a_changed_box_gets_a_head_of_its_own_and_heads_cannot_be_rewritten(
    session: Session, voted: Cycle, first: Person, cast
) -> None:
    system = signed(first)
    one = heads.seal(session, system, voted, SIGNER)
    assert heads.seal(session, system, voted, SIGNER) is one
    cast(voted, "late", [make_proposal(session, voted, status="admitted")])
    two = heads.seal(session, system, voted, SIGNER)
    assert (two.number, two.size) == (2, 6)
    told = heads.statement(voted.slug, two.size, two.root, two.signed_at)
    assert holds(SIGNER.public_key, told, two.signature)
    assert not holds(Signer("other").public_key, told, two.signature)
    assert not holds(SIGNER.public_key, told + b" ", two.signature)
    for change in ("UPDATE voting_head SET size = 1", "DELETE FROM voting_head"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(change))


def test_no_head_is_signed_while_the_vote_is_open(session: Session, first: Person) -> None:
    cycle = make_cycle(session, PhaseKind.VOTING)
    assert cycle not in heads.due(session, NOW)
    with pytest.raises(Refusal, match="still_open"):
        heads.seal(session, signed(first), cycle, SIGNER)


def test_a_sealed_row_that_somebody_changed_stops_the_certification(
    session: Session, voted: Cycle, first: Person
) -> None:
    run = service.count(session, signed(first), voted, SIGNER)
    request = service.propose_certification(session, signed(first), run)
    session.execute(text("UPDATE results_proposal SET votes = votes + 1"))
    session.expire_all()
    other = make_person(session, "commissioner")
    with pytest.raises(Refusal, match="changed"):
        service.decide_certification(session, signed(other), request, approve=True, signer=SIGNER)
