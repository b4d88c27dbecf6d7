"""The pages of the fraud desk: who may, what they show, and what they never show."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, update

from pb_portal.cycles.models import Phase
from pb_portal.db import database_now
from pb_portal.domain.fraud import Trace
from pb_portal.domain.fraud_case import told
from pb_portal.domain.phases import PhaseKind
from pb_portal.results import service as results
from pb_portal.voting.fraud import looking
from pb_portal.voting.models import FraudCase, FraudFlag, FraudSettings, VoidedBallot
from tests.conftest import sign_in
from tests.factories import SIGNER, make_person, signed
from tests.factories.evenings import wroclaw
from tests.factories.fraud import keys_of, plant
from tests.factories.voting import make_vote, make_voter, post, prove, vote
from tests.unguarded import run_unguarded

VOTER = re.compile(r"\bbad\d+\b")
GROUPED = re.compile(r"(?<![\w-])7[\s,.'\u00a0\u202f\u2009]?919(?![\w-])")


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


@pytest.fixture
def raided(session):
    cycle, papers = make_vote(session, frozen_register=False)
    plant(session, cycle, papers, wroclaw(Random(1)))
    looking.look(session, keys_of(cycle), database_now(session))
    return cycle, papers


def open_case(client, session, cycle):
    ids = session.scalars(select(FraudFlag.id)).all()
    answer = post(client, f"/desk/cycles/{cycle.slug}/fraud", {"flag": ids})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return session.scalars(select(FraudCase)).one()


VOID = {"which": "all", "reason": "borrowed_identity", "sentence": "One hand sent all of them."}


def ask_void(client, case, **changes):
    return post(
        client, f"/desk/fraud/{case.id}/void", {**VOID, **changes}, at=f"/desk/fraud/{case.id}"
    )


def test_the_desk_tells_each_sign_in_a_sentence(client, session, raided):
    cycle, _ = raided
    sign_in(client, make_person(session, "registrar"))
    page = client.page(f"/desk/cycles/{cycle.slug}/fraud")
    assert "320 votes from one network address with 65 phones, in 5 hours" in page
    assert "of people born in the same year within five hours" in page
    assert "almost all the same" in page and "Three signs or more" in page
    assert not VOTER.search(page)


def test_a_case_goes_from_its_signs_to_void_votes_by_two_people(client, session, raided):
    cycle, _ = raided
    first, second = (make_person(session, "commissioner") for _ in range(2))
    sign_in(client, first)
    case = open_case(client, session, cycle)
    path = f"/desk/fraud/{case.id}"
    assert post(client, f"{path}/note", {"text": "Asked the owner.", "action": "note"}, at=path)
    assert "Asked the owner." in client.page(path)
    assert ask_void(client, case, sentence="").status_code == 422
    assert ask_void(client, case).status_code == 302
    request_id = int(re.search(r"fraud/requests/(\d+)", _as(client, second, path))[1])
    decide = f"/desk/fraud/requests/{request_id}"
    sign_in(client, first)
    assert "You have asked for this yourself" in client.page(decide)
    sign_in(client, second)
    assert post(client, decide, {"decision": "approve"}).status_code == 302
    assert len(session.scalars(select(VoidedBallot)).all()) == 320
    page = client.page(path)
    assert "Votes are void" in page and not VOTER.search(page)


def _as(client, person, path):
    sign_in(client, person)
    return client.page(path)


def test_an_auditor_reads_and_cannot_act(client, session, raided):
    cycle, _ = raided
    sign_in(client, make_person(session, "auditor"))
    page = client.page(f"/desk/cycles/{cycle.slug}/fraud")
    assert "320 votes" in page and "Open a case" not in page and "Look at the votes now" not in page


def test_the_voter_reads_what_happened_and_where_to_appeal(client, session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    vote(client, cycle.slug, [papers[0].id])
    receipt = re.search(r'receipt-code">([^<]+)', client.page(f"/c/{cycle.slug}/vote/done"))[1]
    _void_alone(session, cycle, voter)
    answer = prove(client, session, cycle.slug, voter)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("declared void", "Sent in other people", "One hand sent them.", "court"):
        assert words in page
    path = f"/c/{cycle.slug}/receipt"
    found = post(client, path, {"receipt": receipt}).get_data(as_text=True)
    assert "This ballot was declared void" in found and "One hand sent them." in found


def _void_alone(session, cycle, voter):
    from tests.rooms.voting.test_fraud_voids import _void_one

    one, two = (signed(make_person(session, "commissioner")) for _ in range(2))
    _void_one(session, cycle, voter.key, one, two)


def test_thresholds_are_set_before_the_vote_and_shared_addresses_at_any_time(client, session):
    cycle, _ = make_vote(session)
    path = f"/desk/cycles/{cycle.slug}/fraud/settings"
    sign_in(client, make_person(session, "commissioner"))
    numbers = {
        "address": 40, "phone": 5, "device": 10, "burst": 25, "ages": 15, "quick": 5,
        "identical": 90,
    }  # fmt: skip
    shared = {"shared": "10.1.2.3\n2001:db8::1\n10.9.8.0/24"}
    assert post(client, path, {**numbers, **shared}).status_code == 302
    kept = session.get(FraudSettings, cycle.id)
    assert kept.shared == ["10.1.2.3/32", "2001:db8::/64", "10.9.8.0/24"]
    assert post(client, path, {**numbers, "address": 50}).status_code == 422
    assert post(client, path, {**numbers, "shared": "10.0.0.0/8"}).status_code == 422
    run_unguarded(
        session,
        "cycles_phase",
        update(Phase)
        .where(Phase.cycle_id == cycle.id, Phase.kind == PhaseKind.VOTING)
        .values(starts_at=database_now(session) + timedelta(hours=2)),
    )
    session.expire_all()
    assert post(client, path, {**numbers, "address": 5}).status_code == 422
    assert post(client, path, {**numbers, "address": 50}).status_code == 302
    session.expire_all()
    assert session.get(FraudSettings, cycle.id).thresholds["address"] == 50


def test_a_planted_turnout_of_7919_stands_on_no_page_of_the_desk(client, session):
    """Every vote of the box comes from one address: even then only "more than 500" is told."""
    cycle, papers = make_vote(session, frozen_register=False)
    crowd = [
        Trace(f"v{n}", 9 + n % 4, "one", "net", f"d{n % 20}", f"p{n % 700}", 1970, 0, "phone")
        for n in range(7919)
    ]
    plant(session, cycle, papers, crowd)
    looking.look(session, keys_of(cycle), database_now(session))
    sign_in(client, make_person(session, "commissioner"))
    case_of = open_case(client, session, cycle)
    ask_void(client, case_of)
    pages = [
        client.page(f"/desk/cycles/{cycle.slug}/fraud"),
        client.page(f"/desk/fraud/{case_of.id}"),
    ]
    sign_in(client, make_person(session, "commissioner"))
    asked = re.search(r"fraud/requests/\d+", client.page(f"/desk/fraud/{case_of.id}"))[0]
    pages.append(client.page(f"/desk/{asked}"))
    for page in pages:
        assert not GROUPED.search(page)
    assert all("more than 500" in page for page in pages[1:])
    for flag in session.scalars(select(FraudFlag)):
        assert all(value <= 501 for value in flag.figures.values() if flag.kind != "burst")


def test_the_public_reads_the_rules_and_after_the_result_how_many_and_why(client, session, raided):
    cycle, _ = raided
    rules = client.page(f"/c/{cycle.slug}/checking")
    assert "deleted after 90 days" in rules and "320" not in rules
    first, second = (make_person(session, "commissioner") for _ in range(2))
    sign_in(client, first)
    case = open_case(client, session, cycle)
    ask_void(client, case)
    asked = re.search(r"/desk/fraud/requests/\d+", _as(client, second, f"/desk/fraud/{case.id}"))[0]
    post(client, asked, {"decision": "approve"})
    run_unguarded(
        session,
        "cycles_phase",
        update(Phase)
        .where(Phase.cycle_id == cycle.id, Phase.kind == PhaseKind.VOTING)
        .values(ends_at=database_now(session) - timedelta(seconds=1)),
    )
    session.expire_all()
    run = results.count(session, signed(first), cycle, SIGNER)
    request = results.propose_certification(session, signed(first), run)
    results.decide_certification(session, signed(second), request, approve=True, signer=SIGNER)
    page = client.page(f"/c/{cycle.slug}/results")
    assert "Voided ballots" in page and "Sent in other people" in page and "320" in page


@pytest.mark.parametrize(
    ("reasons", "public"),
    [
        ({"bought": 12}, {"bought": 12}),
        ({"bought": 12, "machine": 3}, {}),
        ({"bought": 12, "machine": 6, "other": 5}, {"bought": 12, "several": 11}),
        ({}, {}),
    ],
)
def test_reasons_of_fewer_than_ten_go_together(reasons, public):
    assert told(reasons) == public
