"""Invented proposals with estimates, history, comments and supports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from shapely.geometry import Point, Polygon
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import find_phase
from pb_portal.demo.city import DISTRICTS, WORKS, District
from pb_portal.demo.cycles import City
from pb_portal.demo.rounds import keep_rounds
from pb_portal.demo.scenes import SCENES
from pb_portal.demo.texts import APPEAL, COMMENTS, EXTRA, PASSED, REJECTIONS, RETURNS
from pb_portal.domain.checklist import CHECKS
from pb_portal.domain.money import MILLI
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import IN_STAFF_HANDS
from pb_portal.domain.review_time import held_by_staff
from pb_portal.proposals.models import (
    Comment,
    EstimateLine,
    Proposal,
    ProposalEvent,
    ProposalFollow,
    Support,
)
from pb_portal.proposals.service import index_words
from pb_portal.review.models import CouncilDecision, ReviewOpinion

USUAL = {names_ru: quantity for _, _, _, _, names_ru, _, quantity in WORKS}
# the way to each state: (action, target, part)
_TAKEN = [("submit", "submitted", "author"), ("take", "in_review", "reviewer")]
_BACK = [("return", "returned", "reviewer")]
_AGAIN = [("resubmit", "resubmitted", "author"), ("take", "in_review", "reviewer")]
WAYS = {
    "submitted": _TAKEN[:1],
    "in_review": _TAKEN,
    "returned": _TAKEN + _BACK,
    "resubmitted": _TAKEN + _BACK + _AGAIN[:1],
    "withdrawn": [_TAKEN[0], ("withdraw", "withdrawn", "author")],
    "admitted": [*_TAKEN, ("admit", "admitted", "secretary")],
    "admitted_again": [*_TAKEN, *_BACK, *_AGAIN, ("admit", "admitted", "secretary")],
    "rejected": [*_TAKEN, ("reject", "rejected", "secretary")],
    "appealed": [
        *_TAKEN,
        ("reject", "rejected", "secretary"),
        ("appeal", "appealed", "author"),
    ],
}


@dataclass(frozen=True)
class Crowd:
    """People who write, support and decide in the sample."""

    authors: list[Person]
    resident: Person
    reviewers: dict[int, Person]
    secretary: Person

    def reviewer_of(self, proposal: Proposal) -> Person:
        """Whoever reviews the proposal's district."""
        assert proposal.area_id is not None
        return self.reviewers[proposal.area_id]


def load_proposals(
    session: Session,
    city: City,
    cycle: Cycle,
    crowd: Crowd,
    plan: dict[str, int],
    at: datetime,
    chance: Random,
) -> list[Proposal]:
    """Make `plan[way]` proposals for each way, spread over districts and categories."""
    ways = [way for way, number in plan.items() for _ in range(number)]
    chance.shuffle(ways)
    made = []
    for number, way in enumerate(ways, start=1):
        district = DISTRICTS[number % len(DISTRICTS)]
        code = list(SCENES)[chance.randrange(len(SCENES))]
        proposal = _write(city, cycle, crowd, district, code, number, way, at, chance)
        session.add(proposal)
        made.append((proposal, way))
    session.flush()
    for proposal, way in made:
        _live(session, cycle, proposal, way, crowd, at, chance)
        keep_rounds(session, proposal, at, Random(proposal.number))
    session.flush()
    return [proposal for proposal, _ in made]


def _write(
    city: City,
    cycle: Cycle,
    crowd: Crowd,
    district: District,
    code: str,
    number: int,
    way: str,
    at: datetime,
    chance: Random,
) -> Proposal:
    language = "kk" if chance.random() < 0.4 else "ru"
    scene = SCENES[code]
    street_ru, street_kk = chance.choice(district.streets)
    house = chance.randint(1, 240)
    place = f"{street_kk} көшесі, {house}" if language == "kk" else f"ул. {street_ru}, {house}"
    lat, lon = point_in(district, chance)
    extra = chance.choice(EXTRA)[language]
    submitted = _submitted_at(cycle, at, chance)
    author = crowd.resident if number % 40 == 7 else chance.choice(crowd.authors)
    proposal = Proposal(
        cycle_id=cycle.id,
        number=number,
        author_id=author.id,
        language=language,
        title=chance.choice(scene.titles)[language].format(place=place),
        problem=f"{chance.choice(scene.problems)[language]}\n\n{extra}",
        solution=chance.choice(scene.solutions)[language],
        address=place,
        lat=lat,
        lon=lon,
        category=city.categories[code],
        area_id=city.areas[district.code].id,
        status=WAYS[way][-1][1],
        created_at=submitted - timedelta(days=2),
        updated_at=submitted,
        submitted_at=submitted,
        is_sample=True,
    )
    _estimate(proposal, city, code, cycle.cap or 92_300_000, chance)
    index_words(proposal)
    return proposal


def _submitted_at(cycle: Cycle, at: datetime, chance: Random) -> datetime:
    """Within the call for applications; two in five in its last four days, as in life."""
    phase = find_phase(cycle, PhaseKind.APPLICATIONS)
    assert phase is not None
    end = min(phase.ends_at, at)
    days = (end - phase.starts_at).total_seconds() / 86_400
    back = chance.uniform(0, 4) if chance.random() < 0.38 else chance.uniform(0, days - 0.2)
    return end - timedelta(days=max(0.05, min(back, days - 0.2)))


def _estimate(proposal: Proposal, city: City, code: str, cap: int, chance: Random) -> None:
    works = city.works[code]
    for sort, work in enumerate(works[: chance.randint(2, len(works))]):
        usual = USUAL[work.names["ru"]]
        quantity = max(1, round(usual * chance.uniform(0.5, 1.5)))
        proposal.lines.append(
            EstimateLine(
                work=work,
                unit=work.unit,
                unit_price=work.unit_price,
                quantity=quantity * MILLI,
                sort=sort,
            )
        )
    proposal.cost = min(cap, sum(line.sum for line in proposal.lines))


def point_in(district: District, chance: Random) -> tuple[float, float]:
    """A random point inside the outline, away from its edge."""
    inside = Polygon(district.ring).buffer(-0.003)
    west, south, east, north = inside.bounds
    while True:
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        if inside.contains(Point(lon, lat)):
            return round(lat, 5), round(lon, 5)


def _live(
    session: Session,
    cycle: Cycle,
    proposal: Proposal,
    way: str,
    crowd: Crowd,
    at: datetime,
    chance: Random,
) -> None:
    """Walk the proposal along its way and let people speak."""
    assert proposal.submitted_at is not None
    moment = proposal.submitted_at
    origin = "draft"
    grounds: list[str] = []
    for action, target, part in WAYS[way]:
        reason = ""
        if action == "return":
            reason = chance.choice(RETURNS)[proposal.language]
        if action == "reject":
            grounds = [chance.choice(list(REJECTIONS))]
            reason = REJECTIONS[grounds[0]][proposal.language]
        if action == "appeal":
            reason = APPEAL[proposal.language]
        proposal.events.append(
            ProposalEvent(
                action=action,
                origin=origin,
                target=target,
                at=moment,
                actor_id=_who(part, proposal, crowd),
                actor_part=part,
                reason=reason,
                grounds=grounds if action == "reject" else [],
                staff_seconds=_held(proposal, moment) if action in ("admit", "reject") else None,
            )
        )
        origin = target
        moment = min(at, moment + timedelta(days=chance.uniform(0.6, 3.5)))
    proposal.updated_at = proposal.events[-1].at
    if origin in IN_STAFF_HANDS:
        proposal.due_at = proposal.submitted_at + timedelta(days=10)
    if origin in ("in_review", "returned", "resubmitted"):
        proposal.reviewer_id = crowd.reviewer_of(proposal).id if chance.random() < 0.7 else None
    if origin == "in_review" and proposal.reviewer_id and (proposal.number or 0) % 2:
        _pass_on(session, proposal, crowd)
    if origin in ("admitted", "rejected", "appealed"):
        _decide(session, proposal, crowd, grounds, chance)
    _speak(session, proposal, crowd, at, chance)


def _held(proposal: Proposal, at: datetime) -> int:
    return int(held_by_staff(proposal.events, at).total_seconds())


def _who(part: str, proposal: Proposal, crowd: Crowd) -> int | None:
    return {
        "author": proposal.author_id,
        "reviewer": crowd.reviewer_of(proposal).id,
        "secretary": crowd.secretary.id,
    }[part]


def _pass_on(session: Session, proposal: Proposal, crowd: Crowd) -> None:
    """The reviewer has finished, so that the council has something to decide on."""
    proposal.reviewed_cost = proposal.cost
    session.add(
        ReviewOpinion(
            proposal_id=proposal.id,
            reviewer_id=crowd.reviewer_of(proposal).id,
            at=proposal.updated_at,
            recommends="admit",
            checklist=dict.fromkeys(CHECKS, "yes"),
            reviewed_cost=proposal.cost,
            remark=PASSED[proposal.language],
        )
    )


def _decide(
    session: Session, proposal: Proposal, crowd: Crowd, grounds: list[str], chance: Random
) -> None:
    last = next(one for one in reversed(proposal.events) if one.actor_part == "secretary")
    if chance.random() < 0.5:
        proposal.reviewed_cost = int(proposal.cost * chance.uniform(0.92, 1.0)) // 10_000 * 10_000
    session.add(
        ReviewOpinion(
            proposal_id=proposal.id,
            reviewer_id=crowd.reviewer_of(proposal).id,
            at=last.at - timedelta(hours=6),
            recommends="reject" if grounds else "admit",
            reviewed_cost=proposal.reviewed_cost,
        )
    )
    session.add(
        CouncilDecision(
            proposal_id=proposal.id,
            secretary_id=crowd.secretary.id,
            at=last.at,
            sitting_on=last.at.date(),
            protocol_number=f"{last.at:%m}-{1 + last.at.day // 7}",
            votes_for=chance.randint(6, 9),
            votes_against=chance.randint(0, 2),
            outcome="reject" if grounds else "admit",
            grounds=grounds,
            sentence=last.reason,
        )
    )


def _speak(
    session: Session, proposal: Proposal, crowd: Crowd, at: datetime, chance: Random
) -> None:
    assert proposal.submitted_at is not None
    people = [person for person in crowd.authors if person.id != proposal.author_id]
    supporters = chance.sample(people, min(len(people), int(chance.paretovariate(1.1) * 3)))
    for person in supporters:
        session.add(Support(proposal_id=proposal.id, person_id=person.id, at=at))
    proposal.supports_count = len(supporters)
    followers = {person.id for person in supporters[:1]} | {proposal.author_id}
    for person_id in followers:
        session.add(ProposalFollow(proposal_id=proposal.id, person_id=person_id, at=at))
    talk = chance.sample(COMMENTS, chance.choice((0, 0, 1, 1, 2, 3, 4)))
    span = max(1.0, (at - proposal.submitted_at).total_seconds())
    moments = sorted(chance.uniform(0, min(span, 20 * 86_400)) for _ in talk)
    for words, seconds in zip(talk, moments, strict=True):
        session.add(
            Comment(
                proposal_id=proposal.id,
                author_id=chance.choice(people).id,
                body=words["kk" if chance.random() < 0.35 else "ru"],
                created_at=proposal.submitted_at + timedelta(seconds=seconds),
                is_sample=True,
            )
        )
    proposal.comments_count = len(talk)
