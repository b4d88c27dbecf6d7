"""Invented voters and ballots: a past vote, counted and certified, and one still open."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from config import Settings
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import find_phase
from pb_portal.demo.city import DISTRICTS
from pb_portal.demo.people import People
from pb_portal.domain import identity, ledger
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.roll import cycle_key
from pb_portal.domain.signature import Signature
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.queries import on_ballot
from pb_portal.register.models import RegisterEntry, RegisterState
from pb_portal.register.service import roll
from pb_portal.register.service.intake import coded
from pb_portal.results import bundles
from pb_portal.results import service as results
from pb_portal.signing import Signer
from pb_portal.voting.ledger import batches, sealing
from pb_portal.voting.models import Ballot, Participation, VoterSession
from pb_portal.voting.service.statements import participation_row

VOTERS_PER_AREA = 40
FIRST_PHONE = 77_000_000_000
"""Numbers of the shape +7 700 000 00 00, which no operator gives out."""


def load_past_vote(
    session: Session,
    cycle: Cycle,
    people: People,
    settings: Settings,
    at: datetime,
    chance: Random,
) -> None:
    """Cast some three thousand ballots, then count and certify as commissioners would."""
    for part in cycle.areas:
        _cast(session, cycle, part.area_id, chance.randint(320, 440), settings, chance)
    voting = find_phase(cycle, PhaseKind.VOTING)
    assert voting is not None
    freeze_register(session, cycle, settings, voting.starts_at)
    first = people.by_role["commissioner"].actor()
    second = people.by_role["commissioner2"].actor()
    noon = voting.ends_at + timedelta(hours=12)
    signer = Signer(settings.signing_key)
    run = results.count(session, Signature(first, noon), cycle, signer)
    request = results.propose_certification(session, Signature(first, noon), run)
    results.decide_certification(
        session,
        Signature(second, noon + timedelta(hours=3)),
        request,
        approve=True,
        signer=signer,
    )
    bundles.keep(session, run.id, signer, ZoneInfo(settings.city_timezone))
    _end_ledger(session, cycle, settings, signer)


def _end_ledger(session: Session, cycle: Cycle, settings: Settings, signer: Signer) -> None:
    """Seal what was cast, as the worker would have done after the close."""
    keys = batches.keys_of(cycle.id, settings.ballot_key)
    closed = sealing.Round(cycle.id, cycle.slug, open=False)
    for _ in range(sealing.CLOSING):
        sealing.store(session, sealing.prepare(session, closed, keys, signer))


def load_open_vote(
    session: Session, cycle: Cycle, settings: Settings, at: datetime, chance: Random
) -> list[dict[str, str]]:
    """Load a small register, cast a share of its ballots; returns people who have not voted."""
    voting = find_phase(cycle, PhaseKind.VOTING)
    assert voting is not None
    free: list[dict[str, str]] = []
    rows: list[dict[str, Any]] = []
    number = 0
    for district, part in zip(DISTRICTS, cycle.areas, strict=True):
        for _ in range(VOTERS_PER_AREA):
            voter = _invent(number, chance)
            number += 1
            rows.append(entry(cycle, part.area_id, voter, settings.register_key))
            if len(free) <= DISTRICTS.index(district) * 3 + 2:
                free.append({**voter, "district": district.code})
        _cast(session, cycle, part.area_id, chance.randint(60, 120), settings, chance)
    session.execute(insert(RegisterEntry), rows)
    freeze_register(session, cycle, settings, voting.starts_at)
    return free


def freeze_register(session: Session, cycle: Cycle, settings: Settings, begins: datetime) -> None:
    """Freeze the rows that are there a week before the vote begins, as two people would have."""
    frozen_at = begins - timedelta(days=7)
    digest, entries = roll.digest_rows(session, cycle.id, settings.register_key)
    state = RegisterState(
        cycle_id=cycle.id,
        entries=entries,
        loaded_at=begins - timedelta(days=9),
        frozen_at=frozen_at,
        digest=digest,
    )
    session.add(state)
    session.flush()
    keys = roll.RollKeys(settings.register_key, Signer(settings.signing_key))
    roll.sign_freeze(session, cycle, state, keys, frozen_at)


def _invent(number: int, chance: Random) -> dict[str, str]:
    """A person who cannot exist: a birth date, an IIN made for it, an impossible phone."""
    born = date(1946, 1, 1) + timedelta(days=chance.randint(0, 58 * 365))
    while True:
        century = "3" if born.year < 2000 else "5"
        body = f"{born:%y%m%d}{century}9{chance.randint(0, 999):03d}"
        digit = identity.check_digit(body)
        if digit is not None:
            phone = f"+{FIRST_PHONE + number}"
            return {"iin": f"{body}{digit}", "birth_date": born.isoformat(), "phone": phone}


def entry(cycle: Cycle, area_id: int, voter: dict[str, str], key: str) -> dict[str, Any]:
    """A person as the register keeps them: keyed hashes only."""
    born = date.fromisoformat(voter["birth_date"])
    return _row(cycle, area_id, key, (voter["iin"], born, voter["phone"]))


def _row(cycle: Cycle, area_id: int, key: str, person: tuple[str, date, str]) -> dict[str, Any]:
    name, born, phone = person
    voter_key = identity.voter_key(key, cycle.id, name)
    return coded(
        cycle_key(key, cycle.id),
        {
            "cycle_id": cycle.id,
            "voter_key": voter_key,
            "proof": identity.birth_proof(key, cycle.id, name, born),
            "phone_key": identity.phone_key(key, cycle.id, phone),
            "area_id": area_id,
            "permanent": True,
            "old_enough": True,
            "masked_year": identity.masked_year(key, voter_key, born.year),
        },
    )


def _cast(
    session: Session,
    cycle: Cycle,
    area_id: int,
    voters: int,
    settings: Settings,
    chance: Random,
) -> None:
    """Put ballots into the box of an area: some ideas are simply better liked than others."""
    proposals: list[Proposal] = list(on_ballot(session, cycle.id, area_id))
    if not proposals:
        return
    liking = [0.6 + min(6.0, chance.paretovariate(1.3)) for _ in proposals]
    box = ledger.cycle_key(settings.ballot_key, cycle.id)
    voting = find_phase(cycle, PhaseKind.VOTING)
    assert voting is not None
    own = cycle_key(settings.register_key, cycle.id)
    ballots, taking_part, visits, known = [], [], [], []
    for number in range(voters):
        name = f"sample-{area_id}-{number}"
        voter = identity.voter_key(settings.register_key, cycle.id, name)
        choices: list[int] = []
        for _ in range(chance.choice((1, 2, 3, 3, 3))):
            chosen = chance.choices(proposals, liking)[0].id
            if chosen not in choices:
                choices.append(chosen)
        key = ledger.ballot_key(box, voter)
        once = ledger.nonce(box, key, "sample")
        sheet = ledger.canonical(cycle.id, key, 1, area_id, choices)
        ballots.append(
            {
                "cycle_id": cycle.id,
                "ballot_key": key,
                "revision": 1,
                "area_id": area_id,
                "choices": choices,
                "points": [],
                "nonce": once,
                "leaf": ledger.leaf(sheet, once),
            }
        )
        on = (voting.starts_at + timedelta(days=chance.randint(0, 5))).date()
        taking_part.append(participation_row(own, cycle.id, voter, "portal", on))
        person = (name, date(1950 + number % 50, 1, 1), f"no phone {name}")
        known.append(_row(cycle, area_id, settings.register_key, person))
        visits.append(
            {
                "token_hash": name,
                "cycle_id": cycle.id,
                "voter_key": voter,
                "area_id": area_id,
                "expires_at": voting.starts_at,
            }
        )
    session.execute(insert(RegisterEntry), known)
    session.execute(insert(VoterSession), visits)
    session.execute(insert(Ballot), ballots)
    session.execute(insert(Participation), taking_part)
    session.execute(delete(VoterSession).where(VoterSession.cycle_id == cycle.id))
