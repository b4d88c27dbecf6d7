"""What the reviewers of the sample city have on their desks."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.demo.city import DISTRICTS
from pb_portal.demo.cycles import City
from pb_portal.demo.people import People
from pb_portal.demo.proposals import point_in
from pb_portal.domain.proposal_states import ProposalState
from pb_portal.domain.signature import Signature
from pb_portal.proposals import service
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service.drafts import Place
from pb_portal.review.models import ReviewNote, SavedFilter

NOTES = [
    "Звонила в «Алматы Су»: магистраль проходит в четырёх метрах, охранная зона не задета.",
    "Смотрел на месте: двор общий, забора нет. Фото сделал, приложу к протоколу.",
    "Құрылыс бөлімі бұл көшені келесі жылдың жоспарына енгізбеген, хатпен растады.",
]
PAPERS = [
    (
        "Скамейки со спинками у поликлиники",
        "Пожилые люди ждут автобус стоя: у поликлиники нет ни одной скамейки.",
        "Поставить шесть скамеек со спинками вдоль дорожки и урну возле каждой второй.",
    ),
    (
        "Пандус к аптеке",
        "Крыльцо аптеки высокое, с коляской на него не подняться.",
        "Сделать пандус с поручнями по обе стороны и нескользким покрытием.",
    ),
]


def load_desk(
    session: Session, city: City, cycle: Cycle, people: People, at: datetime, zone: ZoneInfo
) -> None:
    """Files in the sample reviewer's hands, notes, kept views, and two papers."""
    chance = Random(17)
    reviewer, head = people.by_role["reviewer"], people.by_role["head"]
    district = city.areas["almaly"].id
    files = session.scalars(
        select(Proposal)
        .where(
            Proposal.cycle_id == cycle.id,
            Proposal.area_id == district,
            Proposal.status == ProposalState.IN_REVIEW,
        )
        .order_by(Proposal.id)
    ).all()
    for place, file in enumerate(files):
        file.reviewer_id = reviewer.id
        note = ReviewNote(
            proposal_id=file.id,
            author_id=(head if place % 2 else reviewer).id,
            at=at - timedelta(hours=3 + place),
            body=NOTES[place % len(NOTES)],
        )
        session.add(note)
    views = {"Мои со сроком": {"view": "mine"}, "Алмалинский: ничьи": {"view": "unassigned"}}
    for name, query in views.items():
        area = {} if query["view"] == "mine" else {"area": str(district)}
        session.add(SavedFilter(person_id=reviewer.id, name=name, query={**query, **area}))
    session.add(SavedFilter(person_id=head.id, name="Горит", query={"view": "overdue"}))
    by = Signature(people.by_role["registrar"].actor(), at)
    _enter_papers(session, city, cycle, by, zone, chance)
    session.flush()


def _enter_papers(
    session: Session,
    city: City,
    cycle: Cycle,
    by: Signature,
    zone: ZoneInfo,
    chance: Random,
) -> None:
    if not service.accepts_paper(cycle, by):
        return
    works = city.works["gazebos_benches"][:2]
    for number, (title, problem, solution) in enumerate(PAPERS, start=1):
        lat, lon = point_in(DISTRICTS[number], chance)
        paper = service.Paper(
            paper_number=f"Б-{number:03d}",
            received_on=by.at.astimezone(zone).date(),
            name=f"Заявитель {number} (пример)",
            title=title,
            problem=problem,
            solution=solution,
            address=f"{DISTRICTS[number].streets[0][0]}, {10 * number}",
            category_id=city.categories["gazebos_benches"].id,
            place=Place(lat, lon),
            lines=[service.PaperLine(work.id, str(4 * number)) for work in works],
        )
        proposal = service.enter_paper(session, by, cycle, paper, zone).proposal
        proposal.is_sample = True
