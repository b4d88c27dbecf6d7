"""The ballot as cards, list and map; a proposal in full; two or three side by side."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.factories import make_proposal
from tests.factories.voting import make_vote, make_voter, post, prove, token_on

HEAVIEST = 100 * 1024
"""Bytes of a ballot's page as it travels (gzip): a few seconds over a poor connection."""


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


@pytest.fixture
def booth(client, session):
    cycle, papers = make_vote(session, proposals=30)
    for index, paper in enumerate(papers):
        paper.lat, paper.lon = 43.2 + index / 500, 76.9
        paper.solution = f"Twelve lamps on the way from the stop to gate {index}. " * 20
    prove(client, session, cycle.slug, make_voter(session, cycle))
    return cycle, papers, f"/c/{cycle.slug}/vote/"


def go(client, path, value, choices=(), **more):
    """Press a button of the ballot that leads elsewhere."""
    page = client.get(path).text
    data = {"choice": list(choices), "go": value, "csrf_token": token_on(page), **more}
    action = re.search(r'class="ballot[^"]*" method="post" action="([^"]+)"', page)
    assert action
    answer = client.post(action[1].replace("&amp;", "&"), data=data)
    assert answer.status_code == 302, answer.text
    return answer.location


def marked(page):
    return {int(found) for found in re.findall(r'value="(\d+)" checked', page)}


def test_marks_survive_every_view_and_page_without_scripts(client, booth):
    _, papers, vote = booth
    here, ids = vote + "ballot", [papers[0].id, papers[17].id]
    for step in ("page-2", "view-list", "view-map", "filter", "all", "view-cards"):
        here = go(client, here, step, ids, q="gate" if step == "filter" else "")
        page = client.page(here)
        assert marked(page) == set(ids), (step, here)
    assert "view=" not in here


def test_the_view_stands_in_the_address_and_filters_stay_when_it_changes(client, booth):
    _, papers, vote = booth
    here = go(client, vote + "ballot", "filter", q=str(papers[3].number))
    assert f"q={papers[3].number}" in here
    here = go(client, here, "view-map")
    assert f"q={papers[3].number}" in here and "view=map" in here
    page = client.page(here)
    assert 'data-module="map"' in page and f'"label":{papers[3].number}' in page.replace(" ", "")


def test_a_proposal_opens_in_full_is_chosen_there_and_leads_back_to_its_place(client, booth):
    _, papers, vote = booth
    here = go(client, vote + "ballot", "view-list")
    paper = papers[9]
    full = go(client, here, f"proposal-{paper.number}", [papers[0].id])
    page = client.page(full)
    assert paper.solution[:60] in page and marked(page) == {papers[0].id}
    back = go(client, full, f"back-{paper.number}", [papers[0].id, paper.id])
    assert "view=list" in back and back.endswith(f"#paper-{paper.number}")
    assert marked(client.page(back.partition("#")[0])) == {papers[0].id, paper.id}


def test_only_proposals_of_the_ballot_open_inside_it(client, session, booth):
    cycle, _, vote = booth
    rejected = make_proposal(session, cycle, status="rejected")
    for number in (rejected.number, 999999):
        here = go(client, vote + "ballot", f"proposal-{number}")
        answer = client.get(here)
        assert answer.status_code == 302 and answer.location.endswith("/vote/ballot")


def test_two_or_three_stand_side_by_side_and_are_chosen_there(app, client, booth):
    _, papers, vote = booth
    ids = [one.id for one in papers[:4]]
    here = go(client, vote + "ballot?view=list", "compare", [ids[3]], compare=ids)
    page = client.page(here)
    assert page.count('class="ballot-compare__one"') == 3
    assert marked(page) == {ids[3]}
    back = go(client, here, "back", [ids[0], ids[3]])
    assert marked(client.page(back.partition("#")[0])) == {ids[0], ids[3]}
    other = app.test_client()
    assert other.get(vote + "compare").status_code == 302


def test_no_address_tells_what_a_voter_looks_at(client, booth):
    _, papers, vote = booth
    for value in (f"proposal-{papers[0].number}", "compare"):
        here = go(client, vote + "ballot?view=list", value, compare=[papers[1].id])
        assert here.endswith(("/vote/proposal?view=list", "/vote/compare?view=list"))


def test_too_many_marks_are_told_whatever_button_was_pressed(client, booth):
    _, papers, vote = booth
    data = {"choice": [one.id for one in papers[:5]], "go": "page-2"}
    answer = post(client, vote + "ballot", data)
    assert answer.status_code == 422 and "at most 3" in answer.text
    assert len(marked(answer.text)) == 5


@pytest.mark.parametrize("page", ["ballot", "ballot?view=list", "ballot?view=map"])
@pytest.mark.parametrize("locale", ["kk", "ru"])
def test_the_views_are_whole_in_other_languages(client, booth, page, locale):
    _, papers, vote = booth
    client.set_cookie("language", locale)
    client.page(vote + page, locale=locale)
    for value in (f"proposal-{papers[0].number}", "compare"):
        here = go(client, vote + "ballot?view=list", value, compare=[papers[0].id, papers[1].id])
        client.page(here, locale=locale)


@pytest.mark.parametrize("view", ["cards", "list", "map"])
def test_three_hundred_proposals_stay_light_on_an_old_phone(client, session, view):
    cycle, papers = make_vote(session, proposals=300)
    for index, paper in enumerate(papers):
        paper.title = f"Освещение дорожек и дворов по улице Жандосова, дом {index}"
        paper.address = f"микрорайон Аксай-{index % 9}, улица Момышулы, {index}"
        paper.lat, paper.lon = 43.2 + index / 5000, 76.9 - index / 7000
        paper.problem = paper.solution = f"Дети возвращаются домой в темноте, {index}. " * 40
    prove(client, session, cycle.slug, make_voter(session, cycle))
    page = client.get(f"/c/{cycle.slug}/vote/ballot?view={view}").text
    weight = len(gzip.compress(page.encode(), 6))
    assert weight < HEAVIEST, (weight, len(page))
    assert len(page) < 8 * HEAVIEST
