"""Attack: crossing the deadline. A ballot held back, a clock set wrong, a phase moved too late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from pb_portal.cycles import service as cycles
from pb_portal.cycles.models import Phase
from pb_portal.db import database_now, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.voting.models import Ballot
from tests.attacks.test_parallel_submit import ready
from tests.factories import make_person, signed
from tests.faults.test_ballot_races import Town
from tests.unguarded import run_unguarded


def close(town: Town, ago: timedelta) -> None:
    """Let the vote have ended so long ago by the database's clock."""
    with town.app.app_context(), transaction() as work:
        end = database_now(work) - ago
        run_unguarded(
            work,
            "cycles_phase",
            update(Phase)
            .where(Phase.cycle_id == town.cycle_id, Phase.kind == PhaseKind.VOTING)
            .values(ends_at=end),
        )


def send(town: Town, held: tuple[dict, dict]) -> int:  # type: ignore[type-arg]
    data, carried = held
    browser = town.app.test_client()
    with browser.session_transaction() as cookie:
        cookie.update(carried)
    return browser.post(f"/c/{town.slug}/vote/check", data=data).status_code


def count(town: Town) -> int:
    return int(town.read(select(func.count()).select_from(Ballot))[0][0])


@pytest.mark.parametrize("clock", [-1, 0, 1], ids=["an hour slow", "right", "an hour fast"])
def test_attack_crossing_the_deadline_with_a_ballot_held_back(own_app: Flask, clock: int) -> None:
    town = Town(own_app, 2)
    held = [ready(town, voter, town.papers[0]) for voter in town.voters]
    own_app.config["CLOCK_OFFSET"] = timedelta(hours=clock)
    close(town, timedelta(milliseconds=1))
    for one in held:
        assert send(town, one) != 500
    assert count(town) == 0, "the database's clock decides, whatever the server's says"


@pytest.mark.parametrize("clock", [-1, 1], ids=["an hour slow", "an hour fast"])
def test_attack_crossing_the_deadline_a_wrong_clock_turns_nobody_away(
    own_app: Flask, clock: int
) -> None:
    town = Town(own_app, 1)
    close(town, -timedelta(minutes=30))
    token = town.token(town.voters[0])
    own_app.config["CLOCK_OFFSET"] = timedelta(hours=clock)
    assert len(town.cast(token, (town.papers[0],), "a" * 32)) == 29
    assert count(town) == 1


def test_attack_crossing_the_deadline_by_moving_a_phase_that_is_over(own_app: Flask) -> None:
    town = Town(own_app, 1)
    with own_app.app_context():
        with transaction() as work:
            phase = work.scalars(
                select(Phase).where(Phase.cycle_id == town.cycle_id, Phase.kind == PhaseKind.VOTING)
            ).one()
            one, two = make_person(work, "commissioner"), make_person(work, "commissioner")
            by, other = signed(one), signed(two)
            request_id = cycles.propose_extension(
                work, by, phase, ends_at=phase.ends_at + timedelta(days=9), reason="Late"
            ).id
        close(town, timedelta(milliseconds=1))
        with pytest.raises(Refusal, match=r"phase\.over"), transaction() as work:
            request = cycles.get_extension(work, request_id)
            cycles.decide_extension(work, other, request, approve=True)
