"""Evenings of a vote planted in the box as it would keep them."""

from __future__ import annotations

from random import Random
from typing import Any

from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import rules_of
from pb_portal.db import database_now
from pb_portal.domain import identity, ledger, roll
from pb_portal.domain.fraud import Trace
from pb_portal.proposals.models import Proposal
from pb_portal.register.models import PhoneUse, RegisterEntry
from pb_portal.voting import service
from pb_portal.voting.fraud import looking, traces
from pb_portal.voting.models import Ballot, Participation, VoterSession, VoteTrace
from pb_portal.voting.service.statements import participation_row
from tests.factories.voting import KEY


def poll_of(cycle: Cycle) -> service.Poll:
    """The poll of a cycle under the test installation's key."""
    return service.poll_of(cycle.id, rules_of(cycle), "test-ballot", "test-register")


def keys_of(cycle: Cycle) -> looking.Keys:
    """What opens the traces of a cycle."""
    return looking.Keys(poll_of(cycle), KEY)


def plant(session: Session, cycle: Cycle, papers: list[Proposal], evening: list[Trace]) -> None:
    """An evening as the box would keep it: register, phones, participation, traces, ballots."""
    poll, area = poll_of(cycle), cycle.areas[0].area_id
    key, today = traces.trace_key(poll.box), database_now(session).date()
    rows: dict[Any, list[dict[str, Any]]] = {
        RegisterEntry: [],
        PhoneUse: [],
        Participation: [],
        VoteTrace: [],
    }
    own = roll.cycle_key(KEY, cycle.id)
    visits = [
        {
            "token_hash": f"planted {one.voter}", "cycle_id": cycle.id, "voter_key": one.voter,
            "area_id": area, "expires_at": database_now(session), "how": "phone",
        }
        for one in evening
    ]  # fmt: skip
    session.execute(VoterSession.__table__.insert(), visits)
    for one in evening:
        rows[RegisterEntry].append(
            {
                "cycle_id": cycle.id, "voter_key": one.voter, "proof": "", "phone_key": one.phone,
                "area_id": area, "permanent": True, "old_enough": True,
                "masked_year": identity.masked_year(KEY, one.voter, one.year),
            }
        )  # fmt: skip
        rows[PhoneUse].append(
            {"cycle_id": cycle.id, "phone_key": one.phone, "voter_key": one.voter}
        )
        rows[Participation].append(participation_row(own, cycle.id, one.voter, "portal", today))
        body = [
            one.voter, one.hour, one.address, one.network, one.device, one.bucket, one.how,
        ]  # fmt: skip
        rows[VoteTrace].append(
            {
                "cycle_id": cycle.id, "name": traces.name_of(key, one.voter), "on": today,
                "sealed": traces.seal(key, body),
            }
        )  # fmt: skip
    for table, values in rows.items():
        session.execute(table.__table__.insert(), values)
    session.execute(VoterSession.__table__.delete())
    _plant_ballots(session, cycle, poll, papers, [one.voter for one in evening])


def _plant_ballots(
    session: Session, cycle: Cycle, poll: service.Poll, papers: list[Proposal], voters: list[str]
) -> None:
    """The voters of Wrocław choose alike, the others as they like."""
    chance, area = Random(5), cycle.areas[0].area_id
    rows = []
    for voter in voters:
        ids = [paper.id for paper in papers]
        choices = ids[:3] if voter.startswith("bad") else sorted(chance.sample(ids, 2))
        name = poll.name(voter)
        once = ledger.nonce(poll.box, name, "planted")
        sheet = ledger.canonical(cycle.id, name, 1, area, choices)
        rows.append(
            {
                "cycle_id": cycle.id, "ballot_key": name, "revision": 1, "area_id": area,
                "choices": choices, "points": [], "nonce": once, "leaf": ledger.leaf(sheet, once),
            }
        )  # fmt: skip
    session.execute(Ballot.__table__.insert(), rows)
    session.flush()
