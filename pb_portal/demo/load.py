"""Loads the whole sample city in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from pb_portal.cycles.models import Cycle
from pb_portal.demo import projects, reports, votes
from pb_portal.demo.catalogues import load_catalogues
from pb_portal.demo.checking import load_checks
from pb_portal.demo.codes import load_codes
from pb_portal.demo.council import load_council
from pb_portal.demo.cycles import freeze_begun, load_city, load_cycle
from pb_portal.demo.delivery import load_delivery
from pb_portal.demo.desk import load_desk
from pb_portal.demo.help_desks import load_help_desks
from pb_portal.demo.people import LOGINS, People, load_people, write_private
from pb_portal.demo.polling import load_polling
from pb_portal.demo.proposals import Crowd, load_proposals
from pb_portal.demo.talk import load_talk, load_words
from pb_portal.domain.signature import Signature

VOTERS = "demo-voters.json"
DELIVERY = {"admitted": 74, "admitted_again": 14, "rejected": 14, "withdrawn": 3}
VOTING = {"admitted": 88, "admitted_again": 16, "rejected": 18, "withdrawn": 3}
APPLYING = {
    "submitted": 40,
    "in_review": 26,
    "returned": 16,
    "resubmitted": 10,
    "admitted": 6,
    "rejected": 5,
    "appealed": 2,
    "withdrawn": 3,
}


@dataclass(frozen=True)
class Sample:
    """What was made, for the command to print."""

    people: People
    cycles: list[Cycle]


def is_loaded(session: Session) -> bool:
    """Whether the sample city is there."""
    return session.scalar(select(Cycle.id).where(Cycle.is_sample).limit(1)) is not None


def load(session: Session, by: Signature, settings: Settings, today: date) -> Sample:
    """Make the sample city around `today`; the logins and voters go to the instance folder."""
    chance = Random(7)
    at = by.at
    zone = ZoneInfo(settings.city_timezone)
    city = load_city(session)
    load_help_desks(session, city.areas)
    people = load_people(session, city.areas, at, chance)
    crowd = Crowd(
        people.residents,
        people.by_role["resident"],
        people.reviewers,
        people.by_role["secretary"],
    )
    starts = {
        today.year - 1: (today - timedelta(days=390), DELIVERY),
        today.year: (today - timedelta(days=6), VOTING),
        today.year + 1: (today + timedelta(days=45), APPLYING),
    }
    cycles = []
    for year, (first_day, plan) in starts.items():
        cycle = load_cycle(session, city, year, first_day, zone, at)
        made = load_proposals(session, city, cycle, crowd, plan, at, chance)
        load_talk(session, made, people.residents, crowd.resident, at, Random(year))
        freeze_begun(session, cycle, at)
        cycles.append(cycle)
    load_words(session, people.by_role["administrator"], at)
    load_council(session, cycles, people.by_role["secretary"], at, Random(11))
    past, voting, taking = cycles
    load_desk(session, city, taking, people, at, zone)
    votes.load_past_vote(session, past, people, settings, at, chance)
    voters = votes.load_open_vote(session, voting, settings, at, chance)
    load_checks(session, voting, people, settings, at, Random(17))
    load_codes(session, voting, people, voters, settings, at)
    load_polling(session, voting, people, at)
    root = Path(settings.pb_instance) / "files"
    album = projects.load_projects(session, city, past, people, root, at, chance)
    reports.load_reports(session, city, people, album, root, reports.Calendar(at, zone), chance)
    load_delivery(session, people, at, chance)
    load_catalogues(session, city, cycles[-1], people.by_role["administrator"], by)
    write_private(Path(settings.pb_instance) / LOGINS, people.logins)
    write_private(Path(settings.pb_instance) / VOTERS, voters)
    return Sample(people, cycles)
