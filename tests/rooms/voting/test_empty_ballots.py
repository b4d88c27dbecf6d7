"""Who has nothing to choose hears it before the identity is proved, and pays for no code."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from pb_portal.cycles.queries import rules_of
from pb_portal.db import database_now
from pb_portal.domain.rule_book import RuleBook
from pb_portal.outbox.models import Letter
from pb_portal.register.models import IdentityCode
from pb_portal.register.service import Proved
from pb_portal.voting import service
from pb_portal.voting.models import VoterSession
from tests.conftest import sign_in
from tests.factories import make_person
from tests.factories.voting import (
    KEY,
    make_codes,
    make_vote,
    make_voter,
    open_at_desk,
    post,
    prove,
    prove_by_paper,
)

WAYS = ("phone", "paper_code", "operator")


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def sent(session) -> int:
    return session.scalar(select(func.count()).select_from(Letter)) or 0


def two_districts(session, ways=WAYS, **rules):
    """Proposals stand in the first district; the voter lives in the second."""
    book = RuleBook(options={"identity": list(ways)}, **rules)
    cycle, papers = make_vote(session, areas=2, rules=book)
    voter = make_voter(session, cycle, area_id=cycle.areas[1].area_id)
    session.commit()
    return cycle, papers, voter


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_page_before_the_proof_names_the_districts(client, session, locale):
    cycle, _papers, _voter = two_districts(session)
    empty = cycle.areas[1].area.names[locale]
    for page in ("vote", "vote/phone", "vote/paper-code"):
        text = client.page(f"/c/{cycle.slug}/{page}", locale=locale)
        assert empty in text, page
        assert cycle.areas[0].area.names[locale] not in text, page


def test_no_code_is_sent_for_an_empty_ballot_and_the_page_says_nothing_new(client, session):
    cycle, _papers, voter = two_districts(session)
    answer = post(client, f"/c/{cycle.slug}/vote/phone", voter.form)
    assert answer.status_code == 302 and sent(session) == 0
    page = client.page(f"/c/{cycle.slug}/vote/code")
    assert cycle.areas[1].area.names["en"] in page and "no code is sent" in page
    assert session.scalars(select(IdentityCode.voter_key)).all() == [None]
    post(client, f"/c/{cycle.slug}/vote/code/again", {}, at=f"/c/{cycle.slug}/vote/code")
    assert sent(session) == 0
    neighbour = make_voter(session, cycle)
    post(client, f"/c/{cycle.slug}/vote/phone", neighbour.form)
    assert sent(session) == 1, "the other district's voters get theirs"


def test_the_other_ways_end_with_a_clear_page_and_no_visit(client, session):
    cycle, _papers, voter = two_districts(session)
    (code,) = make_codes(session, cycle)
    session.commit()
    answer = prove_by_paper(client, cycle.slug, voter, code)
    assert answer.status_code == 422
    assert "In your district no proposals stand" in answer.get_data(as_text=True)
    sign_in(client, make_person(session, "registrar"))
    answer = open_at_desk(client, cycle.slug, voter)
    assert "In your district no proposals stand" in answer.get_data(as_text=True)
    assert session.scalars(select(VoterSession)).all() == []


def test_an_empty_ballot_speaks_of_no_search(client, session):
    cycle, _papers, voter = two_districts(session)
    poll = service.poll_of(cycle.id, rules_of(cycle), "test-ballot", KEY)
    proved = Proved(voter.key, cycle.areas[1].area_id)
    token = service.open_voter(session, poll, proved, database_now(session))
    session.commit()
    with client.session_transaction() as cookie:
        cookie["vote_token"] = token
    answer = client.get(f"/c/{cycle.slug}/vote/ballot")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "In your district no proposals stand" in page
    assert "No proposal fits" not in page


def test_with_one_more_district_to_choose_the_ballot_is_not_empty(client, session):
    cycle, _papers, voter = two_districts(session, ways=("phone",), scope="own_and_one")
    assert "no code is sent" not in client.page(f"/c/{cycle.slug}/vote")
    prove(client, session, cycle.slug, voter)
    page = client.page(f"/c/{cycle.slug}/vote/ballot")
    assert "Pick another district above" in page and "Try other words" not in page


def test_too_few_proposals_for_a_ballot_are_none(client, session):
    cycle, _papers = make_vote(session, 1, rules=RuleBook(min_choices=2, max_choices=3))
    page = client.page(f"/c/{cycle.slug}/vote", status=422)
    assert "No proposals stand in this vote" in page


def test_a_vote_without_any_proposal_has_no_form(client, session):
    cycle, _papers = make_vote(session, 0)
    page = client.page(f"/c/{cycle.slug}/vote", status=422)
    assert "<form" not in page.split("<main")[1].split("</main")[0]
