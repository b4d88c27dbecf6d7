"""The catalogues as data: checklists per cycle, grounds, prices of a cycle."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from pb_portal.cycles import queries
from pb_portal.cycles.models import ReviewQuestion, TypicalWork, WorkPrice
from pb_portal.domain.checklist import CHECKS, unanswered
from pb_portal.domain.proposal_states import Ground
from tests.factories import make_category, make_cycle


def test_a_cycle_asks_the_usual_questions_until_it_has_its_own(
    session: Session, at: datetime
) -> None:
    cycle, other = make_cycle(session), make_cycle(session)
    assert [asked.code for asked in queries.checklist(session, cycle.id)] == list(CHECKS)
    for part, code, retired in (
        ("merit", "shade", None),
        ("formal", "complete", None),
        ("merit", "gone", at),
    ):
        names = {"ru": f"Вопрос {code}?"}
        session.add(
            ReviewQuestion(cycle_id=cycle.id, part=part, code=code, names=names, retired_at=retired)
        )
    session.flush()
    asked = queries.checklist(session, cycle.id)
    assert [(one.code, one.part) for one in asked] == [("complete", "formal"), ("shade", "merit")]
    assert unanswered({"complete": "yes"}, asked) == ["shade"]
    assert len(queries.checklist(session, other.id)) == len(CHECKS)


def test_the_published_grounds_stand_in_the_catalogue_from_the_first(session: Session) -> None:
    rows = queries.grounds(session)
    assert [row.code for row in rows] == [str(ground) for ground in Ground]
    assert all({"kk", "ru", "en"} <= row.names.keys() for row in rows)


def test_a_cycle_may_have_a_price_of_its_own(session: Session) -> None:
    cycle, other = make_cycle(session), make_cycle(session)
    kind = make_category(session)
    work = TypicalWork(category_id=kind.id, names={"ru": "Вяз"}, unit="piece", unit_price=9_000)
    session.add(work)
    session.flush()
    session.add(WorkPrice(cycle_id=cycle.id, work_id=work.id, unit_price=12_000))
    session.flush()
    assert queries.price_in(session, cycle.id, work) == 12_000
    assert queries.price_in(session, other.id, work) == 9_000
    assert queries.prices_in(session, cycle.id) == {work.id: 12_000}
