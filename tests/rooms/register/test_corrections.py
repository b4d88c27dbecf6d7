"""Corrections of a frozen register: two people, no personal data, nothing else gets through."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import inspect, select, text

from pb_portal.audit.models import AuditEntry
from pb_portal.domain import identity
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.register import queries, service
from pb_portal.register.models import HelpDesk, RegisterCorrection, RegisterEntry, RegisterState
from pb_portal.register.service import Asked, Data
from tests.conftest import sign_in
from tests.factories import make_person, signed
from tests.factories.voting import (
    KEY,
    ROLL_KEYS,
    make_iin,
    make_vote,
    make_voter,
    post,
    prove,
    vote,
)

BORN = date(1990, 5, 31)
ALMATY = ZoneInfo("Asia/Almaty")


@pytest.fixture
def cycle(session):
    return make_vote(session)[0]


@pytest.fixture
def two(session):
    people = make_person(session, "registrar"), make_person(session, "commissioner")
    session.flush()
    return [signed(person) for person in people]


def ask(session, by, cycle, kind, data, reason="Left out"):
    asked = Asked(kind, "card", reason)
    return service.propose_correction(session, by, cycle, asked, data, key=KEY, zone=ALMATY)


def agree(session, by, correction, data, approve=True):
    from pb_portal.approvals.service import get_request

    request = get_request(session, correction.approval_id)
    return service.decide_correction(
        session, by, request, ROLL_KEYS, approve=approve, again=data, reason="seen"
    )


def new(cycle, **values):
    area = cycle.areas[0].area_id
    data = {"phone": "+77010000009", "area_id": area, "permanent": True, **values}
    return Data(make_iin(BORN), BORN, **data)


def found(session, cycle, data):
    session.expire_all()
    return queries.find_entry(session, cycle.id, identity.voter_key(KEY, cycle.id, data.iin))


def refused(code, act):
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.code == code


def test_a_person_left_out_is_added_by_two_and_then_forgotten_by_the_request(session, cycle, two):
    first, second = two
    data = new(cycle)
    before = session.get(RegisterState, cycle.id).entries
    asked = ask(session, first, cycle, "add", data)
    assert found(session, cycle, data) is None
    refused("approval.same_person", lambda: agree(session, first, asked, data))
    wrong = Data(make_iin(BORN), BORN)
    refused("register.not_the_same", lambda: agree(session, second, asked, wrong))
    agree(session, second, asked, Data(data.iin, data.born))
    entry = found(session, cycle, data)
    assert entry.phone_key == identity.phone_key(KEY, cycle.id, "+77010000009")
    assert session.get(RegisterState, cycle.id).entries == before + 1
    closed = session.get(RegisterCorrection, asked.id)
    assert closed.state == "applied" and closed.voter_key == closed.proof == closed.phone_key == ""
    with pytest.raises(Conflict):
        from pb_portal.approvals.service import decide, get_request

        decide(session, second, get_request(session, closed.approval_id), approve=True)


def test_a_phone_and_an_area_are_put_right_and_the_rest_stays(session, cycle, two):
    voter = make_voter(session, cycle)
    data = Data(voter.iin, voter.born, phone="+77015550000")
    asked = ask(session, two[0], cycle, "change", data)
    assert asked.fields == ["phone"]
    agree(session, two[1], asked, data)
    entry = found(session, cycle, data)
    assert entry.phone_key == identity.phone_key(KEY, cycle.id, "+77015550000")
    assert entry.permanent and entry.area_id == cycle.areas[0].area_id
    refused("register.nothing_changed", lambda: ask(session, two[0], cycle, "change", data))


def test_a_removed_person_is_gone_and_a_ballot_they_cast_stays(client, session, two):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    vote(client, cycle.slug, [papers[0].id])
    data = Data(voter.iin, voter.born)
    asked = ask(session, two[0], cycle, "remove", data, "Moved away")
    agree(session, two[1], asked, data)
    assert found(session, cycle, data) is None
    assert session.scalar(text("SELECT count(*) FROM voting_ballot")) == 1
    assert session.scalar(text("SELECT count(*) FROM voting_participation")) == 1


def test_what_makes_no_sense_is_refused(session, cycle, two):
    voter = make_voter(session, cycle)
    known, stranger = Data(voter.iin, voter.born), new(cycle)
    first = two[0]
    refused("register.person_known", lambda: ask(session, first, cycle, "add", known))
    refused("register.person_unknown", lambda: ask(session, first, cycle, "remove", stranger))
    refused("register.reason_missing", lambda: ask(session, first, cycle, "add", stranger, ""))
    refused(
        "register.area_missing",
        lambda: ask(session, first, cycle, "add", new(cycle, area_id=None)),
    )
    refused(
        "register.permanent_missing",
        lambda: ask(session, first, cycle, "add", new(cycle, permanent=None)),
    )
    ask(session, first, cycle, "add", stranger)
    refused("register.correction_open", lambda: ask(session, first, cycle, "add", stranger))
    thawed, _ = make_vote(session, frozen_register=False)
    refused("register.not_frozen", lambda: ask(session, first, thawed, "add", new(thawed)))


def test_a_declined_correction_changes_nothing_and_forgets_the_person(session, cycle, two):
    data = new(cycle)
    asked = ask(session, two[0], cycle, "add", data)
    agree(session, two[1], asked, None, approve=False)
    assert found(session, cycle, data) is None
    assert session.get(RegisterCorrection, asked.id).voter_key == ""
    ask(session, two[0], cycle, "add", data)


def test_no_personal_data_of_a_correction_lie_anywhere(session, cycle, two):
    data = new(cycle)
    asked = ask(session, two[0], cycle, "add", data)
    for done in (False, True):
        if done:
            agree(session, two[1], asked, data)
        dump = []
        for table in inspect(session.connection()).get_table_names():
            dump += [repr(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{table}"'))]
        everything = "\n".join(dump)
        for secret in (data.iin, "1990-05-31", "7010000009"):
            assert secret not in everything
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    wanted = [f"register.correct{end}" for end in ("ion.proposed", "ion.approved", "ed")]
    assert [a for a in actions if a.startswith("register.correct")] == wanted
    key = identity.voter_key(KEY, cycle.id, data.iin)
    entries = session.execute(text("SELECT * FROM audit_entry")).all()
    requests = session.execute(text("SELECT * FROM approvals_request")).all()
    assert key not in repr(entries) + repr(requests)


def test_two_people_correct_on_the_pages(client, session, cycle):
    first, second = make_person(session, "registrar"), make_person(session, "registrar")
    sign_in(client, first)
    path = f"/desk/cycles/{cycle.slug}/register"
    assert "Ask for a correction" in client.page(path)
    iin = make_iin(BORN)
    typed = {
        "kind": "add",
        "iin": iin,
        "birth_date": "31.05.1990",
        "area": str(cycle.areas[0].area_id),
        "permanent": "yes",
        "phone": "8 701 555 66 77",
        "document": "card",
        "reason": "Born abroad, left out",
    }
    wrong = post(client, f"{path}/correction", {**typed, "iin": "1", "phone": "1", "reason": ""})
    assert wrong.status_code == 422
    assert post(client, f"{path}/correction", typed).status_code == 302
    page = client.page(path)
    link = (
        "/desk/register-corrections/" + page.split("/desk/register-corrections/")[1].split('"')[0]
    )
    own = client.page(link)
    assert "A second person must decide" in own and 'value="approve"' not in own
    sign_in(client, second)
    page = client.page(link)
    assert "Born abroad" in page and iin not in page
    again = {"iin": make_iin(BORN), "birth_date": "31.05.1990", "do": "approve"}
    other = post(client, link, again)
    assert other.status_code == 422 and "not those of the person" in other.text
    assert post(client, link, {**again, "iin": iin}).status_code == 302
    assert "The register was corrected" in client.page(link)
    key = identity.voter_key(KEY, cycle.id, iin)
    assert session.get(RegisterEntry, (cycle.id, key)) is not None
    for locale in ("kk", "ru"):
        client.page(path, locale=locale)
        client.page(link, locale=locale)
        client.page(f"{path}/correction", locale=locale)


@pytest.mark.parametrize("role", ["registrar", "administrator"])
def test_help_desks_are_kept_by_staff_and_shown_to_everybody(client, session, cycle, role):
    sign_in(client, make_person(session, role))
    typed = {"area": str(cycle.areas[0].area_id), "phone": "+7 700 000 01 01"}
    for code in ("kk", "ru", "en"):
        typed |= {f"{what}_{code}": f"{what} {code}" for what in ("names", "addresses", "hours")}
    typed["area"] = "0"
    missing = {**typed, "hours_kk": ""}
    assert post(client, "/desk/help-desks/new", missing).status_code == 422
    assert post(client, "/desk/help-desks/new", typed).status_code == 302
    desk = session.scalars(select(HelpDesk)).one()
    assert "addresses en" in client.page("/desk/help-desks")
    post(client, f"/desk/help-desks/{desk.id}", {**typed, "hours_en": "until nine"})
    for locale, words in (("en", "until nine"), ("kk", "hours kk"), ("ru", "addresses ru")):
        help_page = client.page(f"/c/{cycle.slug}/vote/help", locale=locale)
        assert words in help_page and "+7 700 000 01 01" in help_page
    post(client, f"/desk/help-desks/{desk.id}/remove", {}, at=f"/desk/help-desks/{desk.id}")
    assert session.scalars(select(HelpDesk)).all() == []


def test_every_failed_page_of_identity_leads_to_the_help_desk(client, session, cycle):
    link = f'href="/c/{cycle.slug}/vote/help"'
    assert link in client.page(f"/c/{cycle.slug}/vote")
    young = make_voter(session, cycle, old_enough=False)
    refused_page = prove(client, session, cycle.slug, young)
    assert refused_page.status_code == 422 and link in refused_page.text
    typed = {"iin": make_iin(BORN), "birth_date": "31.05.1990", "phone": "+77010001122"}
    answer = post(client, f"/c/{cycle.slug}/vote", typed)
    assert link in client.page(answer.location)
