"""The index of words: in step with the proposals, a range and never a scan; suggestions from it."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.proposals import queries
from pb_portal.proposals.models import Proposal, ProposalWord, SaidWord
from pb_portal.proposals.queries import SORTS, Filters
from pb_portal.proposals.queries import counts as counting
from pb_portal.proposals.service import index_words, word_index
from tests.factories import make_category, make_cycle, make_proposal
from tests.strict import StrictClient

DAY = date(2026, 9, 1)


def say(session: Session, cycle: Cycle, number: int | None, title: str, **values: Any) -> Proposal:
    proposal = make_proposal(session, cycle, number=number, title=title, **values)
    index_words(proposal)
    session.flush()
    return proposal


def stems_of(session: Session, proposal: Proposal) -> set[str]:
    rows = session.scalars(
        select(ProposalWord.stem).where(ProposalWord.proposal_id == proposal.id)
    ).all()
    assert len(rows) == len(set(rows))
    return set(rows)


def test_the_index_follows_what_a_proposal_says(session: Session) -> None:
    cycle = make_cycle(session)
    proposal = say(session, cycle, 1, "Озеленение двора")
    assert stems_of(session, proposal) == set(proposal.search_text.split())
    proposal.title = "Освещение арыка"
    index_words(proposal)
    session.flush()
    assert stems_of(session, proposal) == set(proposal.search_text.split())
    assert "арык" in stems_of(session, proposal)
    draft = say(session, cycle, None, "Черновик о фонтане", status="draft")
    assert stems_of(session, draft) == set()
    session.delete(proposal)
    session.flush()
    assert not session.scalar(select(func.count()).select_from(ProposalWord))


def test_a_price_is_listed_as_it_is(session: Session) -> None:
    proposal = make_proposal(session, make_cycle(session), cost=7)
    assert proposal.listed_price == 7
    proposal.reviewed_cost = 5
    session.flush()
    assert proposal.listed_price == proposal.price == 5


def test_the_index_made_anew_is_the_same(session: Session) -> None:
    cycle = make_cycle(session)
    for number, title in ((1, "Озеленение"), (2, "Көгалдандыру"), (3, "Ёлка")):
        say(session, cycle, number, title)
    rows = select(ProposalWord.stem, ProposalWord.proposal_id).order_by(
        ProposalWord.proposal_id, ProposalWord.stem
    )
    said = select(SaidWord.word).order_by(SaidWord.word)
    before = session.execute(rows).all(), session.scalars(said).all()
    assert word_index.rebuild(session, cycle.id) == 3
    assert (session.execute(rows).all(), session.scalars(said).all()) == before


def test_words_common_and_rare_find_the_same(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    cycle = make_cycle(session)
    for number in range(1, 31):
        say(session, cycle, number, "Двор и арык" if number % 3 else "Двор")
    found = []
    for common in (0, 10_000):
        monkeypatch.setattr(counting, "COMMON", common)
        monkeypatch.setattr("pb_portal.proposals.queries.listing.COMMON", common)
        for typed in ("двор", "арыки двора", "арык"):
            page = queries.list_page(session, cycle.id, Filters(words=typed, sort="new"), DAY)
            found.append([card.number for card in page.cards])
    assert found[:3] == found[3:]
    assert len(found[1]) == len(found[2]) == 20


def fill(session: Session, cycle: Cycle, count: int) -> None:
    """Many submitted proposals at once, some with a rare word."""
    now = cycle.created_at
    rows = [
        {
            "cycle_id": cycle.id,
            "number": number,
            "title": "Двор",
            "search_text": f" {number} двор {'фонтан ' if number % 500 == 0 else ''}",
            "area_id": cycle.areas[number % len(cycle.areas)].area_id,
            "lat": 43.2 + number % 100 / 1000,
            "lon": 76.8 + number % 77 / 1000,
            "cost": number * 1000,
            "listed_price": number * 1000,
            "lot": number * 7919 % 1_000_000,
            "supports_count": number % 50,
            "status": "submitted",
            "created_at": now,
            "updated_at": now,
        }
        for number in range(1, count + 1)
    ]
    session.execute(insert(Proposal), rows)
    word_index.rebuild(session, cycle.id)
    session.execute(text("ANALYZE"))


def plans(session: Session, ask: Any) -> list[str]:
    """What the database would do for each statement `ask` makes."""
    seen: list[tuple[str, Any]] = []
    bind = session.connection()

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(bind, "before_cursor_execute", note)
    ask()
    event.remove(bind, "before_cursor_execute", note)
    postgres = bind.dialect.name == "postgresql"
    how = "EXPLAIN (FORMAT JSON) " if postgres else "EXPLAIN QUERY PLAN "
    found = []
    for statement, parameters in seen:
        rows = bind.exec_driver_sql(how + statement, parameters).all()
        found.append(_nodes(rows[0][0][0]["Plan"]) if postgres else _lines(rows))
    return found


def _nodes(plan: dict[str, Any]) -> str:
    """The nodes of PostgreSQL's plan but not of its subplans, which fetch a picture each."""
    own = f"{plan['Node Type']} {plan.get('Relation Name', '')}\n"
    parts = [part for part in plan.get("Plans", []) if part["Parent Relationship"] != "SubPlan"]
    return own + "".join(_nodes(part) for part in parts)


def _lines(rows: Any) -> str:
    return "\n".join(str(row[3]) for row in rows).split("CORRELATED SCALAR")[0]


SCANS = re.compile(r"SCAN proposals_(proposal|word)\b(?! USING COVERING)|Seq Scan proposals_")
SORTS_ALL = re.compile(r"TEMP B-TREE FOR ORDER BY|^Sort", re.M)


def test_no_page_of_the_list_reads_every_proposal(session: Session) -> None:
    cycle = make_cycle(session, areas=4)
    fill(session, cycle, 4000)
    area = cycle.areas[0].area_id
    asked = [Filters(sort=sort) for sort in SORTS]
    asked += [
        Filters(sort="cheap", after="2000000-1"),
        Filters(after="500000-500001-3"),
        Filters(sort="supported", area_id=area),
        Filters(words="фонтан"),
        Filters(words="двор", sort="dear"),
    ]
    counting._cells.forget()
    counting._facets.forget()
    for one in asked:
        queries.facets(session, cycle.id, one, 60)
        for plan in plans(session, partial(queries.list_page, session, cycle.id, one, DAY, 60)):
            assert not SCANS.search(plan), (one, plan)
            if not one.words and one.area_id is None:
                assert not SORTS_ALL.search(plan), (one, plan)
    counting._cells.forget()
    counting._facets.forget()


@pytest.fixture
def told(session: Session) -> Cycle:
    cycle = make_cycle(session)
    for number, title, address in (
        (1, "Озеленение двора", "ул. Абая, 12"),
        (2, "Озеленение сквера", "пр. Достык, 5"),
        (3, "Көгалдандыру", "Абай даңғылы, 3"),
        (4, "Освещение арыка", "ул. Озёрная, 1"),
    ):
        say(session, cycle, number, title, address=address, supports_count=number)
    say(session, cycle, None, "Озонатор", status="draft")
    return cycle


def test_suggestions_continue_what_is_typed(session: Session, told: Cycle) -> None:
    found = queries.suggest(session, told.id, "озел")
    assert found.words == ["озеленение"]
    assert [title.number for title in found.titles] == [2, 1]
    found = queries.suggest(session, told.id, "ОЗ")
    assert found.words == ["озеленение", "озерная"]
    assert found.addresses == ["ул. Озёрная, 1"]
    assert set(queries.suggest(session, told.id, "двор аб").words) == {"двор абай", "двор абая"}
    assert [t.number for t in queries.suggest(session, told.id, "көгалдандыруды").titles] == [3]
    for nothing in ("", "о", " ", "%", "\0", "ы" * 500, "озон"):
        assert not queries.suggest(session, told.id, nothing).words


@pytest.mark.parametrize(
    ("typed", "better"),
    [
        ("озилинение", "озеленение"),
        ("когалдандыру", "көгалдандыру"),
        ("освящение арыка", "освещение арыка"),
        ("озеленения", None),
        ("йцукен", None),
        ("", None),
    ],
)
def test_a_word_nobody_said_is_answered_with_a_near_one(
    session: Session, told: Cycle, typed: str, better: str | None
) -> None:
    assert queries.meant(session, told.id, typed) == better


def test_the_page_asks_whether_another_word_was_meant(client: StrictClient, told: Cycle) -> None:
    page = client.page(f"/c/{told.slug}/proposals?q=озилинение&sort=new")
    assert re.search(r'Did you mean <a href="[^"]*q=[^"]*sort=new[^"]*">озеленение</a>', page)


def test_suggestions_are_an_answer_that_browsers_may_keep(
    client: StrictClient, told: Cycle
) -> None:
    path = f"/c/{told.slug}/proposals/suggest.json?q=озел"
    answer = client.get(path)
    options = answer.get_json()["options"]
    assert options[0] == {"text": "озеленение", "kind": "Search", "q": "озеленение"}
    assert options[1]["url"] == f"/c/{told.slug}/proposals/2"
    assert client.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "box", ["", "1", "a,b,c,d", "nan,1,2,3", "9,9,1,1", "76.7,43.0,77.1,43.4", "0,0,1e309,5"]
)
def test_whatever_part_of_the_map_is_asked_for_it_answers(
    client: StrictClient, told: Cycle, box: str
) -> None:
    for zoom in ("11", "x", "-4", "99999999999999999999"):
        answer = client.get(f"/c/{told.slug}/proposals/points.json?z={zoom}&box={box}")
        assert answer.status_code == 200
        assert answer.get_json()["total"] == 4 or box == "76.7,43.0,77.1,43.4"


@pytest.mark.parametrize("view", ["cards", "list", "map"])
def test_each_view_keeps_the_filters_in_its_address(
    client: StrictClient, session: Session, view: str
) -> None:
    cycle = make_cycle(session, areas=2)
    kind = make_category(session)
    say(session, cycle, 1, "Двор", category_id=kind.id, cost=6_000_000)
    query = f"view={view}&phase=review&cost=5000000-15000000&category={kind.id}&sort=new"
    page = client.page(f"/c/{cycle.slug}/proposals?{query}")
    assert "1 proposal" in page
    for other in {"list", "map"} - {view}:
        tab = re.search(rf'href="([^"]*view={other}[^"]*)"', page)
        assert tab and "cost=5000000-15000000" in tab[1] and "phase=review" in tab[1]
    assert ("Двор" in page) == (view != "map")
