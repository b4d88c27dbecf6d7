"""An operator opens the ballot on the spot: both are known, and neither sees the other's things."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from pb_portal.accounts.models import LoginSession
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.models import Phase
from pb_portal.db import database_now
from pb_portal.domain import identity
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook
from pb_portal.register.identity.models import Assistance
from pb_portal.voting.models import VoterSession
from tests.conftest import sign_in
from tests.factories import make_person
from tests.factories.voting import (
    KEY,
    make_iin,
    make_vote,
    make_voter,
    open_at_desk,
    post,
    token_on,
    vote,
)
from tests.unguarded import run_unguarded

RULES = RuleBook(options={"identity": ["phone", "operator"]})


@pytest.fixture(autouse=True)
def at_once(app):
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def where(cycle) -> str:
    return f"/desk/cycles/{cycle.slug}/help-voter"


def test_the_operator_opens_the_ballot_and_is_signed_out_of_the_device(client, session):
    cycle, papers = make_vote(session, rules=RULES)
    voter, operator = make_voter(session, cycle), make_person(session, "registrar")
    sign_in(client, operator)
    for locale in ("kk", "ru", "en"):
        client.page(where(cycle), locale=locale)
    answer = open_at_desk(client, cycle.slug, voter)
    assert answer.location == f"/c/{cycle.slug}/vote/desk"
    for locale in ("kk", "ru", "en"):
        client.page(answer.location, locale=locale)
    assert session.scalars(select(LoginSession)).all() == [], "the login ended on the server"
    for closed in ("/desk", where(cycle), "/me"):
        assert client.get(closed).location.startswith("/login"), closed
    row = session.scalars(select(VoterSession)).one()
    assert (row.voter_key, row.how) == (voter.key, "operator")
    assert vote(client, cycle.slug, [papers[0].id]).location.endswith("/vote/done")
    left = post(client, f"/c/{cycle.slug}/vote/leave", {}, at=f"/c/{cycle.slug}/vote/done")
    assert left.location == f"/c/{cycle.slug}/vote/desk/thanks"
    for locale in ("kk", "ru", "en"):
        page = client.page(left.location, locale=locale)
    assert "/login?next=" in page, "the way back needs the password"
    for closed in ("ballot", "check", "done", "desk"):
        answer = client.get(f"/c/{cycle.slug}/vote/{closed}")
        assert answer.location == f"/c/{cycle.slug}/vote", "nothing is left of the visit"


def test_both_persons_are_kept_with_the_day_and_no_finer_time(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    voter, operator = make_voter(session, cycle), make_person(session, "registrar")
    before = session.scalars(select(AuditEntry.id)).all()
    for _ in range(2):
        sign_in(client, operator)
        assert open_at_desk(client, cycle.slug, voter).status_code == 302
    row = session.scalars(select(Assistance)).one()
    assert (row.operator_id, row.voter_key) == (operator.id, voter.key)
    assert {column.name for column in Assistance.__table__.columns} == {
        "cycle_id",
        "voter_key",
        "operator_id",
        "on",
    }
    assert session.scalars(select(AuditEntry.id)).all() == before, "no entry with a time"


def test_unknown_and_mismatched_people_are_refused_alike_and_nothing_is_kept(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    sign_in(client, make_person(session, "registrar"))
    unknown = type(voter)(make_iin(voter.born), voter.born, voter.phone, "")
    mismatched = make_voter(session, cycle, proof="0" * 64)
    pages = set()
    for person in (unknown, mismatched):
        answer = open_at_desk(client, cycle.slug, person)
        assert answer.status_code == 422
        assert "cannot be opened with these data" in answer.text
        pages.add(answer.text.replace(person.iin, "").replace(token_on(answer.text), ""))
    assert len(pages) == 1
    assert session.scalars(select(Assistance)).all() == []
    assert session.scalars(select(VoterSession)).all() == []
    assert session.scalars(select(LoginSession)).all(), "the operator stays signed in"


def test_the_document_must_be_looked_at(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    sign_in(client, make_person(session, "registrar"))
    answer = open_at_desk(client, cycle.slug, voter, looked="")
    assert answer.status_code == 422 and "Look at the document first" in answer.text


def test_help_is_offered_where_the_rules_say_so_and_by_registrars(client, session):
    plain, _ = make_vote(session)
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, plain)
    sign_in(client, make_person(session, "registrar"))
    assert "do not offer help" in client.page(where(plain))
    data = {"iin": voter.iin, "birth_date": "31.05.1990", "looked": "y"}
    token = {"csrf_token": ""}
    client.post(where(plain), data={**data, **token})
    assert session.scalars(select(VoterSession)).all() == []
    for role in ("commissioner", "auditor", "reviewer"):
        sign_in(client, make_person(session, role))
        assert client.get(where(cycle)).status_code == 403


def test_whom_operators_helped_is_sealed_until_the_close(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    voters = [make_voter(session, cycle) for _ in range(3)]
    operator = make_person(session, "registrar", name="Operator Omega")
    for voter in voters:
        sign_in(client, operator)
        open_at_desk(client, cycle.slug, voter)
    page_at = f"/desk/cycles/{cycle.slug}/assisted"
    for role in ("commissioner", "auditor"):
        sign_in(client, make_person(session, role))
        page = client.page(page_at)
        assert "after its end" in page and "Omega" not in page
        assert voters[0].key[:12] not in page
    sign_in(client, operator)
    assert client.get(page_at).status_code == 403
    run_unguarded(
        session,
        "cycles_phase",
        update(Phase)
        .where(Phase.cycle_id == cycle.id, Phase.kind == PhaseKind.VOTING)
        .values(ends_at=database_now(session) - timedelta(minutes=1)),
    )
    session.commit()
    sign_in(client, make_person(session, "commissioner"))
    for locale in ("kk", "ru", "en"):
        page = client.page(page_at, locale=locale)
    assert "Operator Omega" in page and all(
        identity.alias(KEY, voter.key) in page and voter.key[:12] not in page for voter in voters
    )


def test_whoever_has_no_visit_is_sent_from_the_kiosk_to_the_start(client, session):
    cycle, _ = make_vote(session, rules=RULES)
    assert client.get(f"/c/{cycle.slug}/vote/desk").location == f"/c/{cycle.slug}/vote"
