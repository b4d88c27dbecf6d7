"""Where voters stop: counted by day and step, without persons, sealed until the close."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from pb_portal.db import db
from pb_portal.domain.phases import PhaseKind
from pb_portal.voting.models import StepCount
from pb_portal.voting.views.progress import TALLY
from tests.conftest import sign_in
from tests.factories import make_person, move_phase
from tests.factories.voting import make_vote, make_voter, post, prove, vote


@pytest.fixture(autouse=True)
def fresh(app):
    app.config["IDENTITY_PACE"] = 0.0
    app.extensions.pop(TALLY, None)
    yield
    app.config.pop("IDENTITY_PACE")
    app.extensions.pop(TALLY, None)


def written(app, session) -> dict[str, int]:
    app.extensions[TALLY].write()
    rows = session.execute(
        select(StepCount.step, func.sum(StepCount.people)).group_by(StepCount.step)
    )
    return {step: int(people) for step, people in rows}


def journey(client, session, cycle, papers):
    client.page(f"/c/{cycle.slug}/vote")
    prove(client, session, cycle.slug, make_voter(session, cycle))
    client.page(f"/c/{cycle.slug}/vote/ballot")
    vote(client, cycle.slug, [papers[0].id])


def test_every_step_counts_a_person_once_whatever_is_opened_again(app, client, session):
    cycle, papers = make_vote(session)
    for _ in range(3):
        client.page(f"/c/{cycle.slug}/vote")
    prove(client, session, cycle.slug, make_voter(session, cycle))
    for _ in range(3):
        client.page(f"/c/{cycle.slug}/vote/ballot")
    vote(client, cycle.slug, [papers[0].id])
    everybody = dict.fromkeys(["start", "asked", "proved", "opened", "kept", "checked", "sent"], 1)
    assert written(app, session) == everybody
    ways = set(map(tuple, session.execute(select(StepCount.step, StepCount.how))))
    assert ("start", "") in ways and ("sent", "phone") in ways
    journey(client, session, cycle, papers)
    assert written(app, session) == {step: 2 for step in everybody}


def test_a_robot_is_nobody(app, client, session):
    cycle, _ = make_vote(session)
    client.get(f"/c/{cycle.slug}/vote", headers={"User-Agent": "Googlebot/2.1"})
    assert TALLY not in app.extensions


def test_the_sending_of_a_ballot_writes_no_step(app, client, session):
    cycle, papers = make_vote(session)
    statements: list[str] = []

    def note(connection, cursor, statement, *rest):
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        journey(client, session, cycle, papers)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert not [one for one in statements if "voting_step" in one]


def test_the_table_has_no_room_for_a_person_or_a_moment(session):
    assert {column.name for column in StepCount.__table__.columns} == {
        "cycle_id", "on", "step", "how", "shard", "people",
    }  # fmt: skip


def close(session, cycle):
    phase = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    starts_at = phase.starts_at - timedelta(days=30)
    move_phase(session, phase, starts_at=starts_at, ends_at=starts_at + timedelta(days=14))
    session.commit()


def test_the_funnel_is_sealed_until_the_close_and_then_names_the_largest_loss(app, client, session):
    cycle, papers = make_vote(session)
    journey(client, session, cycle, papers)
    client.page(f"/c/{cycle.slug}/vote")
    post(client, f"/c/{cycle.slug}/vote", make_voter(session, cycle).form)
    app.extensions[TALLY].write()
    sign_in(client, make_person(session, "commissioner"))
    path = f"/desk/cycles/{cycle.slug}/count/steps"
    sealed = client.page(path)
    assert "Sealed until the close" in sealed and "<table" not in sealed
    close(session, cycle)
    page = client.page(path)
    assert "The largest loss: Proved who they are" in page
    assert "50 %" in page.replace(" ", " ") and "Shares only" in page


def test_a_database_that_does_not_answer_costs_no_count(app, client, session, monkeypatch):
    cycle, _ = make_vote(session)
    client.page(f"/c/{cycle.slug}/vote")
    monkeypatch.setattr("pb_portal.voting.steps.add", lambda *_: 1 / 0)
    app.extensions[TALLY].write()
    monkeypatch.undo()
    assert written(app, session) == {"start": 1}
