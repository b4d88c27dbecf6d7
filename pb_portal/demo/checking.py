"""Invented signs on the fraud desk of the open vote: one case being looked at, one sign waiting."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from config import Settings
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import rules_of
from pb_portal.demo.people import People
from pb_portal.domain import identity
from pb_portal.domain.signature import Signature
from pb_portal.register.models import PhoneUse
from pb_portal.voting.fraud import cases, looking, traces
from pb_portal.voting.models import FraudFlag, VoteTrace
from pb_portal.voting.service import poll_of

CROWD, HOUSE = 48, 6
NOTE = (
    "Пример: адрес принадлежит жилому дому. Спросим председателя КСК, прежде чем решать.",
    "Пример: председатель о сборе голосов не знает. Ждём второго мнения.",
)


def load_checks(
    session: Session, cycle: Cycle, people: People, settings: Settings, at: datetime, chance: Random
) -> None:
    """Votes from one address with few phones, as the desk of a sample city would meet them."""
    poll = poll_of(cycle.id, rules_of(cycle), settings.ballot_key, settings.register_key)
    keys = looking.Keys(poll, settings.register_key)
    area = cycle.areas[0].area_id
    rows, phones = [], []
    for number in range(CROWD + HOUSE):
        name = f"sample-{area}-{number}"
        voter = identity.voter_key(settings.register_key, cycle.id, name)
        crowd = number < CROWD
        phone = f"sample-{number % 11}" if crowd else "sample-house"
        rows.append(_trace(keys, voter, number, crowd, at, chance))
        phones.append({"cycle_id": cycle.id, "phone_key": phone, "voter_key": voter})
    session.execute(insert(VoteTrace), rows)
    session.execute(insert(PhoneUse), phones)
    looking.look(session, keys, at)
    _open_case(session, cycle, keys, people, at)


def _trace(
    keys: looking.Keys, voter: str, number: int, crowd: bool, at: datetime, chance: Random
) -> dict[str, Any]:
    address, network = traces.places_of(keys.traces, "192.0.2.7" if crowd else "198.51.100.9")
    hour = int((at - timedelta(hours=20 + number % 4)).timestamp()) // 3600
    device = f"sample-device-{number % 3 if crowd else number}"
    body = [voter, hour, address, network, device, chance.choice((0, 1, 2)), "phone"]
    return {
        "cycle_id": keys.poll.cycle_id,
        "name": traces.name_of(keys.traces, voter),
        "on": at.date(),
        "sealed": traces.seal(keys.traces, body),
    }


def _open_case(
    session: Session, cycle: Cycle, keys: looking.Keys, people: People, at: datetime
) -> None:
    flags = session.scalars(select(FraudFlag).where(FraudFlag.cycle_id == cycle.id)).all()
    place = next(flag.subject for flag in flags if flag.kind == "address")
    mine = [flag.id for flag in flags if flag.subject == place]
    registrar = Signature(people.by_role["registrar"].actor(), at - timedelta(hours=5))
    commissioner = Signature(people.by_role["commissioner"].actor(), at - timedelta(hours=2))
    case = cases.open_case(session, registrar, keys, cycle, mine)
    cases.add_note(session, registrar, case, NOTE[0])
    cases.add_note(session, commissioner, case, NOTE[1])
