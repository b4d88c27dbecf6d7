"""The vote through its pages, from the identity to the receipt."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from pb_portal.db import database_now
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook
from pb_portal.outbox.models import Letter
from pb_portal.register.models import IdentityCode
from pb_portal.voting.models import Ballot, BallotDraft, Participation, VoterSession
from tests.factories import make_cycle, make_person, move_phase
from tests.factories.voting import (
    last_code,
    make_iin,
    make_vote,
    make_voter,
    mark_participation,
    post,
    prove,
    submission_on,
    token_on,
    vote,
)


@pytest.fixture(autouse=True)
def at_once(app):
    """Answers about people need no pause in tests."""
    app.config["IDENTITY_PACE"] = 0.0
    yield
    app.config.pop("IDENTITY_PACE")


def receipt_on(page: str) -> str:
    found = re.search(r'id="receipt-code">([0-9A-Z-]+)<', page)
    assert found, "no receipt"
    return found[1]


def test_a_resident_votes_in_five_pages_and_gets_a_receipt(client, session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    start = client.page(f"/c/{cycle.slug}/vote")
    assert "Choose what gets built" in start
    answer = prove(client, session, cycle.slug, voter)
    assert answer.location == f"/c/{cycle.slug}/vote/ballot"
    ballot = client.page(answer.location)
    assert all(paper.title in ballot for paper in papers)
    answer = vote(client, cycle.slug, [papers[0].id, papers[2].id])
    assert answer.location == f"/c/{cycle.slug}/vote/done"
    done = client.page(answer.location)
    assert "Your vote is accepted" in done
    stored = session.scalars(select(Ballot)).one()
    assert stored.choices == sorted([papers[0].id, papers[2].id])
    assert stored.area_id == cycle.areas[0].area_id
    assert session.scalars(select(Participation.voter_key)).all() == [voter.key]
    found = post(client, f"/c/{cycle.slug}/receipt", {"receipt": receipt_on(done).lower()})
    assert "Yes, this ballot is in the box" in found.text


@pytest.mark.parametrize("locale", ["kk", "ru", "en"])
def test_every_page_of_the_vote_is_whole_in_three_languages(client, session, locale):
    cycle, papers = make_vote(session, proposals=8)
    voter = make_voter(session, cycle)
    client.set_cookie("language", locale)
    prove(client, session, cycle.slug, voter)
    for path in ("vote/ballot", "vote/help", "receipt"):
        client.page(f"/c/{cycle.slug}/{path}", locale=locale)
    vote(client, cycle.slug, [papers[0].id])
    client.page(f"/c/{cycle.slug}/vote/done", locale=locale)


def test_unknown_and_mismatched_people_get_the_very_same_answer(client, session):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    stranger = {**voter.form, "iin": make_iin(voter.born)}
    wrong_phone = {**voter.form, "phone": "+77770000000"}
    pages = []
    for typed in (voter.form, stranger, wrong_phone):
        answer = post(client, f"/c/{cycle.slug}/vote", typed)
        assert (answer.status_code, answer.location) == (302, f"/c/{cycle.slug}/vote/code")
        page = client.page(answer.location)
        pages.append(re.sub(r'value="[^"]*"', "", page))
    assert len(set(pages)) == 1
    assert session.scalar(select(func.count()).select_from(Letter)) == 1


def test_the_answer_takes_the_same_time_for_everybody(app, client, session):
    app.config["IDENTITY_PACE"] = 0.15
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    page = client.get(f"/c/{cycle.slug}/vote").text
    best = []
    for typed in (voter.form, {**voter.form, "iin": make_iin(voter.born)}):
        times = []
        for _ in range(4):
            started = time.monotonic()
            client.post(f"/c/{cycle.slug}/vote", data={**typed, "csrf_token": token_on(page)})
            times.append(time.monotonic() - started)
        best.append(min(times))
    assert min(best) >= 0.15
    assert abs(best[0] - best[1]) < 0.1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("iin", "", "Enter your IIN"),
        ("iin", "900531300000", "one of these is mistyped"),
        ("birth_date", "yesterday", "Enter the date as on the document"),
        ("birth_date", "30.05.1990", "do not belong together"),
        ("phone", "12", "Enter a phone like"),
    ],
)
def test_bad_data_are_explained_beside_the_field_and_kept(client, session, field, value, sentence):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    answer = post(client, f"/c/{cycle.slug}/vote", {**voter.form, field: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    kept = voter.phone if field != "phone" else voter.iin
    assert kept in answer.text


def test_five_wrong_codes_end_the_question_even_for_the_right_sixth(client, session):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    post(client, f"/c/{cycle.slug}/vote", voter.form)
    right = last_code(session, voter.phone)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for left in (4, 3, 2, 1):
        answer = post(client, f"/c/{cycle.slug}/vote/code", {"code": wrong})
        assert answer.status_code == 422
        assert f"Attempts left: {left}" in answer.text
    for typed in (wrong, right):
        answer = post(client, f"/c/{cycle.slug}/vote/code", {"code": typed})
        assert answer.status_code == 422
        assert "Five wrong attempts" in answer.text
    assert session.scalars(select(VoterSession)).all() == []


def test_a_code_works_once_and_loses_its_person(client, session):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    row = session.scalars(select(IdentityCode)).one()
    assert row.voter_key is None and row.used_at is not None


def test_a_code_of_another_cycle_opens_nothing(client, session):
    cycle, _ = make_vote(session)
    other, _ = make_vote(session)
    voter = make_voter(session, cycle)
    post(client, f"/c/{cycle.slug}/vote", voter.form)
    code = last_code(session, voter.phone)
    answer = post(client, f"/c/{other.slug}/vote/code", {"code": code})
    assert answer.status_code == 422


def test_a_new_code_replaces_the_old_one(client, session):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    post(client, f"/c/{cycle.slug}/vote", voter.form)
    first = last_code(session, voter.phone)
    answer = post(client, f"/c/{cycle.slug}/vote/code/again", {}, at=f"/c/{cycle.slug}/vote/code")
    assert answer.status_code == 302
    second = last_code(session, voter.phone)
    if first != second:
        answer = post(client, f"/c/{cycle.slug}/vote/code", {"code": first})
        assert answer.status_code == 422
    answer = post(client, f"/c/{cycle.slug}/vote/code", {"code": second})
    assert answer.location == f"/c/{cycle.slug}/vote/ballot"


def test_one_phone_gets_three_messages_an_hour_and_the_page_does_not_tell(client, session):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    for _ in range(5):
        answer = post(client, f"/c/{cycle.slug}/vote", voter.form)
        assert answer.location == f"/c/{cycle.slug}/vote/code"
    assert session.scalar(select(func.count()).select_from(Letter)) == 3


def test_guessing_at_a_strangers_phone_does_not_use_up_the_owners_messages(client, session):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    for _ in range(12):
        post(client, f"/c/{cycle.slug}/vote", {**voter.form, "iin": make_iin(voter.born)})
    prove(client, session, cycle.slug, voter)
    assert session.scalars(select(VoterSession.voter_key)).all() == [voter.key]


def test_a_phone_serves_only_as_many_voters_as_the_rules_allow(app, client, session):
    cycle, _ = make_vote(session, rules=RuleBook(voters_per_phone=2))
    family = [make_voter(session, cycle, phone="+77015550000") for _ in range(3)]
    for voter in family[:2]:
        assert prove(client, session, cycle.slug, voter).status_code == 302
    answer = prove(client, session, cycle.slug, family[2])
    assert answer.status_code == 422
    assert "already served as many voters" in answer.text


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"old_enough": False}, "from the age of 16"),
        ({"permanent": False}, "registered permanently"),
    ],
)
def test_people_the_rules_leave_out_are_told_why_after_their_code(
    client, session, values, sentence
):
    cycle, _ = make_vote(session, rules=RuleBook(permanent_only=True))
    voter = make_voter(session, cycle, **values)
    answer = prove(client, session, cycle.slug, voter)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_marks_are_kept_as_they_are_made_and_shown_again(client, session):
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    page = client.get(f"/c/{cycle.slug}/vote/ballot").text
    answer = client.post(
        f"/c/{cycle.slug}/vote/choices",
        data={"choice": [papers[1].id]},
        headers={"X-CSRFToken": token_on(page)},
    )
    assert answer.status_code == 204
    page = client.get(f"/c/{cycle.slug}/vote/ballot").text
    assert len(re.findall(r'<input class="ballot-choice__input"[^>]*\schecked', page)) == 1
    assert re.search(rf'value="{papers[1].id}" checked', page)


def test_too_many_marks_are_explained_and_kept_on_the_page(client, session):
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    ids = [paper.id for paper in papers]
    answer = post(client, f"/c/{cycle.slug}/vote/ballot", {"choice": ids})
    assert answer.status_code == 422
    assert "at most 3, and 4 are marked" in answer.text
    assert answer.text.count("checked") >= 4


def test_nothing_marked_cannot_be_sent(client, session):
    cycle, _ = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    answer = post(client, f"/c/{cycle.slug}/vote/ballot", {})
    assert answer.status_code == 422
    assert "Choose at least 1" in answer.text


def test_a_proposal_of_another_district_or_not_admitted_is_refused(client, session):
    cycle, papers = make_vote(session, areas=2)
    from tests.factories import make_proposal

    strange = make_proposal(session, cycle, area=cycle.areas[1].area, status="admitted")
    rejected = make_proposal(session, cycle, status="rejected")
    prove(client, session, cycle.slug, make_voter(session, cycle))
    page = client.page(f"/c/{cycle.slug}/vote/ballot")
    assert strange.title not in page and rejected.title not in page
    for wrong in (strange, rejected):
        answer = post(client, f"/c/{cycle.slug}/vote/ballot", {"choice": [wrong.id]})
        assert answer.status_code == 422
        assert "not on your ballot" in answer.text
    vote(client, cycle.slug, [papers[0].id])


def test_looking_for_words_loses_no_mark_without_scripts(client, session):
    cycle, papers = make_vote(session, proposals=8)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    data = {"choice": [papers[0].id], "q": papers[5].title, "go": "filter"}
    answer = post(client, f"/c/{cycle.slug}/vote/ballot", data)
    assert answer.status_code == 302
    page = client.page(answer.location)
    assert re.findall(r'class="ballot__place" id="paper-(\d+)"', page) == [str(papers[5].number)]
    assert re.search(rf'value="{papers[0].id}" checked', page)


def test_the_order_is_the_voters_own_and_stays(client, session):
    cycle, _ = make_vote(session, proposals=12)
    orders = []
    for voter in (make_voter(session, cycle), make_voter(session, cycle)):
        prove(client, session, cycle.slug, voter)
        seen = {
            tuple(re.findall(r'id="paper-(\d+)"', client.page(f"/c/{cycle.slug}/vote/ballot")))
            for _ in range(2)
        }
        assert len(seen) == 1
        orders.append(seen.pop())
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def test_a_changed_vote_is_a_new_revision_and_both_receipts_answer_alike(client, session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    pages = []
    for paper in papers[:2]:
        prove(client, session, cycle.slug, voter)
        vote(client, cycle.slug, [paper.id])
        pages.append(client.page(f"/c/{cycle.slug}/vote/done"))
    revisions = session.execute(
        select(Ballot.revision, Ballot.choices).order_by(Ballot.revision)
    ).all()
    assert [tuple(row) for row in revisions] == [(1, [papers[0].id]), (2, [papers[1].id])]
    assert session.scalar(select(func.count()).select_from(Participation)) == 1
    answers = []
    for page in pages:
        code = receipt_on(page)
        answer = post(client, f"/c/{cycle.slug}/receipt", {"receipt": code})
        answers.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert answers[0] == answers[1]


def test_coming_back_shows_nothing_of_the_earlier_choice(client, session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    vote(client, cycle.slug, [papers[0].id])
    prove(client, session, cycle.slug, voter)
    page = client.page(f"/c/{cycle.slug}/vote/ballot")
    assert "You have already voted" in page
    assert not re.search(r'<input class="ballot-choice__input"[^>]*\schecked', page)


def test_where_a_vote_cannot_be_changed_the_second_visit_says_so(client, session):
    cycle, papers = make_vote(session, rules=RuleBook(changeable=False))
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    vote(client, cycle.slug, [papers[0].id])
    answer = prove(client, session, cycle.slug, voter)
    assert answer.status_code == 422
    assert "do not let a vote be changed" in answer.text


def test_whoever_voted_on_paper_is_stopped(client, session, at):
    cycle, _ = make_vote(session)
    voter = make_voter(session, cycle)
    mark_participation(session, cycle, voter.key, "paper", at.date())
    answer = prove(client, session, cycle.slug, voter)
    assert answer.status_code == 422
    assert "already voted on paper" in answer.text


def test_the_same_sending_again_returns_the_same_receipt(client, session):
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    post(client, f"/c/{cycle.slug}/vote/ballot", {"choice": [papers[0].id]})
    page = client.get(f"/c/{cycle.slug}/vote/check").text
    data = {
        "choice": [papers[0].id],
        "submission": submission_on(page),
        "csrf_token": token_on(page),
    }
    receipts = set()
    for _ in range(3):
        assert client.post(f"/c/{cycle.slug}/vote/check", data=data).status_code == 302
        receipts.add(receipt_on(client.page(f"/c/{cycle.slug}/vote/done")))
    assert len(receipts) == 1
    assert session.scalar(select(func.count()).select_from(Ballot)) == 1


def test_a_finished_visit_cannot_send_another_ballot(client, session):
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    vote(client, cycle.slug, [papers[0].id])
    page = client.get(f"/c/{cycle.slug}/vote/done").text
    data = {"choice": [papers[1].id], "submission": "0" * 32, "csrf_token": token_on(page)}
    answer = client.post(f"/c/{cycle.slug}/vote/check", data=data)
    assert answer.status_code == 302 and "/vote?over=1" in answer.location
    assert session.scalars(select(Ballot.choices)).all() == [[papers[0].id]]


def test_after_finish_nothing_of_the_visit_is_left(client, session):
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    vote(client, cycle.slug, [papers[0].id])
    post(client, f"/c/{cycle.slug}/vote/leave", {}, at=f"/c/{cycle.slug}/vote/done")
    assert client.get(f"/c/{cycle.slug}/vote/done").status_code == 302
    assert session.scalars(select(VoterSession)).all() == []
    assert session.scalars(select(BallotDraft)).all() == []


def test_after_half_an_hour_the_marks_wait_for_a_new_proof(client, session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    prove(client, session, cycle.slug, voter)
    post(client, f"/c/{cycle.slug}/vote/ballot", {"choice": [papers[0].id]})
    row = session.scalars(select(VoterSession)).one()
    row.expires_at = database_now(session) - timedelta(seconds=1)
    session.commit()
    answer = client.get(f"/c/{cycle.slug}/vote/check")
    assert "/vote?over=1" in answer.location
    assert "visit to the ballot has ended" in client.page(answer.location)
    prove(client, session, cycle.slug, voter)
    page = client.page(f"/c/{cycle.slug}/vote/ballot")
    assert re.search(rf'value="{papers[0].id}" checked', page)


def test_a_ballot_after_the_close_is_refused_kindly_and_nothing_is_stored(client, session):
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    post(client, f"/c/{cycle.slug}/vote/ballot", {"choice": [papers[0].id]})
    page = client.get(f"/c/{cycle.slug}/vote/check").text
    phase = next(p for p in cycle.phases if p.kind == PhaseKind.VOTING)
    move_phase(session, phase, ends_at=database_now(session))
    session.commit()
    data = {
        "choice": [papers[0].id],
        "submission": submission_on(page),
        "csrf_token": token_on(page),
    }
    answer = client.post(f"/c/{cycle.slug}/vote/check", data=data)
    assert answer.status_code == 409
    assert "Your ballot came after the end" in answer.text
    assert session.scalars(select(Ballot)).all() == []
    assert session.scalars(select(Participation)).all() == []
    assert session.scalars(select(BallotDraft.choices)).all() == [[papers[0].id]]


@pytest.mark.parametrize(
    ("phase", "sentence"),
    [(PhaseKind.APPLICATIONS, "has not begun yet"), (PhaseKind.RESULTS, "The vote is over")],
)
def test_outside_its_phase_the_vote_shows_its_dates(client, session, phase, sentence):
    cycle = make_cycle(session, phase)
    for path in ("vote", "vote/code", "vote/ballot", "vote/check"):
        assert sentence in client.page(f"/c/{cycle.slug}/{path}")


def test_the_vote_waits_for_a_frozen_register(client, session):
    cycle, _ = make_vote(session, frozen_register=False)
    assert "is being prepared" in client.page(f"/c/{cycle.slug}/vote")
    page = client.get(f"/c/{cycle.slug}/receipt").text
    voter = make_voter(session, cycle)
    data = {**voter.form, "csrf_token": token_on(page)}
    answer = client.post(f"/c/{cycle.slug}/vote", data=data)
    assert "is being prepared" in answer.text
    assert session.scalars(select(Letter)).all() == []


def test_voting_needs_no_account_and_leaves_none_behind(client, session):
    from tests.conftest import sign_in

    cycle, papers = make_vote(session)
    person = make_person(session)
    sign_in(client, person)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    vote(client, cycle.slug, [papers[0].id])
    from pb_portal.audit.models import AuditEntry

    assert session.scalars(select(AuditEntry).where(AuditEntry.actor_id == person.id)).all() == []


def test_a_cycle_of_another_city_or_none_has_no_vote(client, session):
    imported = make_cycle(session, PhaseKind.VOTING, is_imported=True)
    client.page(f"/c/{imported.slug}/vote", status=404)
    client.page("/c/nowhere/vote", status=404)


def test_get_never_writes(app, client, session):
    cycle, papers = make_vote(session)
    prove(client, session, cycle.slug, make_voter(session, cycle))
    post(client, f"/c/{cycle.slug}/vote/ballot", {"choice": [papers[0].id]})
    session.commit()
    from sqlalchemy import event

    from pb_portal.db import db

    written: list[str] = []

    def watch(conn, cursor, statement, *rest):
        if statement.split()[0] in ("INSERT", "UPDATE", "DELETE"):
            written.append(statement)

    bind = db._app_engines[app][None].engine
    event.listen(bind, "before_cursor_execute", watch)
    try:
        for path in ("vote", "vote/code", "vote/ballot", "vote/check", "vote/help", "receipt"):
            client.get(f"/c/{cycle.slug}/{path}")
    finally:
        event.remove(bind, "before_cursor_execute", watch)
    assert written == []
