"""Paper from the polling point to the box."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry
from pb_portal.db import database_now
from pb_portal.domain import polling
from pb_portal.domain.polling import BatchState, Equation, Marks, Verdict
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.register.service import Proved
from pb_portal.voting import queries as box
from pb_portal.voting import service as voting
from pb_portal.voting.models import Ballot, Participation
from pb_portal.voting.paper import queries, service, sheets
from pb_portal.voting.paper.models import Batch, HandedOut, Keyer
from tests.factories import make_area, make_person, signed
from tests.factories.polling import KEY, ZONE, Polls
from tests.factories.voting import make_voter

BLANK = Marks(Verdict.BLANK)


@pytest.fixture
def polls(session):
    return Polls.make(session)


def refused(code, act, *args, **kwargs):
    with pytest.raises(Refusal) as caught, object_session(args).begin_nested():
        act(*args, **kwargs)
    assert caught.value.code == code, caught.value.code
    return caught.value


def object_session(args):
    """The session among the arguments, so that what a refusal leaves behind is rolled back."""
    return next(one for one in args if isinstance(one, Session))


def cast(polls, voter):
    at = database_now(polls.session)
    proved = Proved(voter.key, polls.cycle.areas[0].area_id)
    token = voting.open_voter(polls.session, polls.poll, proved, at)
    sending = voting.Sending(token, (polls.papers[0].id,), "a" * 32)
    return voting.cast(polls.session, polls.poll, sending, zone=ZONE)


def test_whoever_takes_a_paper_cannot_vote_on_the_portal(polls):
    voter = make_voter(polls.session, polls.cycle)
    at = database_now(polls.session)
    proved = Proved(voter.key, polls.cycle.areas[0].area_id)
    token = voting.open_voter(polls.session, polls.poll, proved, at)
    assert polls.hand_out(voter).refusal is None
    sending = voting.Sending(token, (polls.papers[0].id,), "a" * 32)
    refused("voting.voted_on_paper", voting.cast, polls.session, polls.poll, sending, zone=ZONE)
    refused("voting.voted_on_paper", voting.open_voter, polls.session, polls.poll, proved, at)
    assert polls.session.scalars(select(Participation.channel)).all() == ["paper"]
    assert polls.session.scalar(select(func.count()).select_from(Ballot)) == 0


@pytest.mark.parametrize("changeable", [True, False])
def test_whoever_voted_on_the_portal_is_stopped_at_the_desk(session, changeable):
    polls = Polls.make(session, rules=RuleBook(changeable=changeable))
    voter = make_voter(session, polls.cycle)
    cast(polls, voter)
    answer = polls.hand_out(voter)
    assert answer.refusal and answer.refusal.code == "polling.voted_on_portal"
    assert answer.token == ""
    assert session.scalars(select(Participation.channel)).all() == ["portal"]
    assert session.scalar(select(func.count()).select_from(HandedOut)) == 0


def test_a_second_paper_is_refused(polls):
    voter = make_voter(polls.session, polls.cycle)
    polls.hand_out(voter)
    assert polls.hand_out(voter, by=1).refusal.code == "polling.has_paper"
    assert polls.session.scalars(select(HandedOut.handed)).all() == [1]


def test_strangers_and_neighbours_are_told_apart(polls):
    away = make_area(polls.session)
    neighbour = make_voter(polls.session, polls.cycle, area_id=away.id)
    young = make_voter(polls.session, polls.cycle, old_enough=False)
    known = make_voter(polls.session, polls.cycle)
    wrong = service.Document(known.iin, known.born + timedelta(days=1))
    assert polls.hand_out(neighbour).refusal.code == "polling.other_district"
    assert polls.hand_out(young).refusal.code == "polling.too_young"
    answer = service.hand_out(
        polls.session, polls.by(0), polls.point, wrong, polls.poll.rules, key=KEY, zone=ZONE
    )
    assert answer.refusal.code == "polling.unknown"
    assert polls.session.scalar(select(func.count()).select_from(Participation)) == 0


def test_the_desk_is_for_those_in_charge_while_the_vote_is_open(polls):
    voter = make_voter(polls.session, polls.cycle)
    document = service.Document(voter.iin, voter.born)
    rules = polls.poll.rules
    stranger = signed(make_person(polls.session, "registrar"))
    refused(
        "polling.not_in_charge", service.hand_out, polls.session, stranger, polls.point, document,
        rules, key=KEY, zone=ZONE,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        service.hand_out(
            polls.session, polls.by(3), polls.point, document, rules, key=KEY, zone=ZONE
        )
    polls.close()
    assert polls.hand_out(voter).refusal.code == "polling.not_open"


def test_nothing_of_a_handed_paper_tells_who_took_it_or_when(polls):
    before = polls.session.scalar(select(func.count()).select_from(AuditEntry))
    polls.voters(3)
    assert polls.session.scalar(select(func.count()).select_from(AuditEntry)) == before
    columns = {column.name for column in HandedOut.__table__.columns}
    assert columns == {"point_id", "on", "handed", "taken_back", "mac"}


def test_a_paper_handed_out_by_mistake_is_taken_back_by_two_people(polls):
    (voter,) = polls.voters(1)
    token = polls.hand_out(voter).token
    request = service.propose_take_back(
        polls.session, polls.by(0), polls.point, token, key=KEY, reason="Ушёл без бюллетеня"
    )
    told = str((request.subject, request.payload))
    assert voter.key not in told and voter.iin not in told
    refused(
        "approval.same_person", service.decide, polls.session, polls.by(0), request, polls.keys,
        approve=True,
    )  # fmt: skip
    service.decide(polls.session, polls.by(1), request, polls.keys, approve=True)
    assert request.payload == {"point": polls.point.id}
    assert polls.session.scalars(select(Participation)).all() == []
    handed = polls.session.scalars(
        select(HandedOut).execution_options(populate_existing=True)
    ).one()
    assert (handed.handed, handed.taken_back) == (1, 1)
    assert len(cast(polls, voter)) == 29, "the person may vote again"


def test_only_a_paper_is_taken_back_never_a_vote_on_the_portal(polls):
    voter = make_voter(polls.session, polls.cycle)
    cast(polls, voter)
    token = polling.seal(KEY, voter.key)
    refused(
        "polling.nothing_to_take_back", service.propose_take_back, polls.session, polls.by(0),
        polls.point, token, key=KEY, reason="Ошибка",
    )  # fmt: skip


def test_numbers_of_batches_never_meet(polls):
    rules = polls.poll.rules
    made = [
        service.print_batch(polls.session, polls.by(0), polls.point, rules, count)
        for count in (10, 1, 25)
    ]
    assert [(one.number, one.first, one.last) for one in made] == [
        (1, 1, 10),
        (2, 11, 11),
        (3, 12, 36),
    ]
    assert made[0].papers == [paper.id for paper in polls.papers]
    refused(
        "polling.batch_size", service.print_batch, polls.session, polls.by(0), polls.point, rules,
        polling.MOST_IN_BATCH + 1,
    )  # fmt: skip


def test_a_batch_is_received_by_somebody_else_in_charge(polls):
    rules = polls.poll.rules
    batch = service.print_batch(polls.session, polls.by(0), polls.point, rules, 5)
    issue = service.issue
    refused(
        "polling.received_by_self", issue, polls.session, polls.by(0), batch, rules,
        polls.staff[0].id,
    )  # fmt: skip
    refused(
        "polling.receiver_not_in_charge", issue, polls.session, polls.by(0), batch, rules,
        polls.staff[3].id,
    )  # fmt: skip
    issue(polls.session, polls.by(0), batch, rules, polls.staff[1].id)
    refused(
        "polling.batch_moved", issue, polls.session, polls.by(0), batch, rules, polls.staff[1].id
    )


def test_a_batch_of_former_proposals_is_not_handed_over(polls):
    rules = polls.poll.rules
    batch = service.print_batch(polls.session, polls.by(0), polls.point, rules, 5)
    batch.papers = batch.papers[:-1]
    refused(
        "polling.stale", service.issue, polls.session, polls.by(0), batch, rules, polls.staff[1].id
    )


def test_an_equation_that_does_not_add_up_is_refused_by_the_rule_and_by_the_database(polls):
    batch = polls.issued(10)
    refused(
        "polling.equation", service.give_back, polls.session, polls.by(0), batch,
        Equation(4, 1, 4),
    )  # fmt: skip


def test_the_database_refuses_an_equation_that_does_not_add_up(polls):
    batch = polls.returned(10, 4)
    with pytest.raises(DatabaseError, match="equation"), polls.session.begin_nested():
        polls.session.execute(
            text("UPDATE voting_paper_batch SET cast_count = 5 WHERE id = :id"), {"id": batch.id}
        )


def test_missing_ballots_need_a_reason_and_a_second_person(polls):
    batch = polls.issued(10)
    equation = Equation(4, 1, 4, 1)
    refused(
        "polling.missing_reason", service.give_back, polls.session, polls.by(0), batch, equation
    )


def test_a_second_person_agrees_to_the_reason_for_missing_ballots(polls):
    polls.voters(1)
    batch = polls.returned(10, 1, spoiled=1, unused=7, missing=1)
    for who in (1, 2):
        batch = polls.key(batch, who, {batch.first: polls.marks(1)})
    polls.close()
    refused("polling.missing_waits", service.propose_accept, polls.session, polls.by(0), batch)
    request = _open(polls, "polling.missing")
    service.decide(polls.session, polls.by(1), request, polls.keys, approve=True)
    assert polls.accept(queries.get_batch(polls.session, batch.id)).state == BatchState.ACCEPTED


def _open(polls, kind):
    from pb_portal.approvals import queries as approvals

    return next(one for one in approvals.waiting(polls.session, kind))


def test_one_person_never_types_a_batch_twice(polls):
    batch = polls.returned(3, 1)
    batch = polls.key(batch, 1, {batch.first: BLANK})
    assert service.take_round(polls.session, polls.by(1), batch).round == 1
    refused("polling.batch_moved", service.finish_round, polls.session, polls.by(1), batch)
    with pytest.raises(DatabaseError), polls.session.begin_nested():
        polls.session.add(
            Keyer(
                batch_id=batch.id, round=2, person_id=polls.staff[1].id,
                started_at=database_now(polls.session),
            )
        )  # fmt: skip
        polls.session.flush()


def test_a_third_keyer_has_no_round(polls):
    batch = polls.returned(3, 1)
    for who in (0, 1):
        service.take_round(polls.session, polls.by(who), batch)
        batch = queries.get_batch(polls.session, batch.id)
    refused("polling.rounds_taken", service.take_round, polls.session, polls.by(2), batch)


def test_what_was_typed_is_never_changed_only_corrected(polls):
    batch = polls.returned(3, 1)
    service.take_round(polls.session, polls.by(1), batch)
    batch = queries.get_batch(polls.session, batch.id)
    key = (polls.session, polls.by(1), batch, polls.poll.rules, batch.first)
    service.key_sheet(*key, polls.marks(1))
    refused("polling.typed_already", service.key_sheet, *key, polls.marks(2))
    assert service.key_sheet(*key, polls.marks(2), replace=True).revision == 2
    for attack in (
        "UPDATE voting_paper_keying SET verdict = 'blank'",
        "DELETE FROM voting_paper_keying",
    ):
        with pytest.raises(DatabaseError, match="append-only"), polls.session.begin_nested():
            polls.session.execute(text(attack))
    with pytest.raises(DatabaseError, match="append-only"), polls.session.begin_nested():
        polls.session.execute(text("UPDATE voting_paper_keyer SET person_id = 1"))


def test_a_ballot_against_the_rules_is_refused_or_marked_invalid(polls):
    batch = polls.returned(3, 1)
    service.take_round(polls.session, polls.by(1), batch)
    batch = queries.get_batch(polls.session, batch.id)
    key = (polls.session, polls.by(1), batch, polls.poll.rules, batch.first)
    assert (
        refused("ballot.too_many", service.key_sheet, *key, polls.marks(1, 2, 3, 4)).field
        == "marks"
    )
    foreign = Marks(Verdict.VALID, (10**6,))
    refused("ballot.not_on_ballot", service.key_sheet, *key, foreign)
    service.key_sheet(*key, Marks(Verdict.AGAINST_RULES))


def test_numbers_of_other_batches_and_too_many_ballots_are_refused(polls):
    batch = polls.returned(3, 1)
    service.take_round(polls.session, polls.by(1), batch)
    batch = queries.get_batch(polls.session, batch.id)
    key = (polls.session, polls.by(1), batch, polls.poll.rules)
    refused("polling.not_in_batch", service.key_sheet, *key, batch.last + 1, BLANK)
    refused("polling.typed_differs", service.finish_round, polls.session, polls.by(1), batch)
    service.key_sheet(*key, batch.first, BLANK)
    refused("polling.all_typed", service.key_sheet, *key, batch.last, BLANK)


def test_a_third_person_decides_what_two_read_differently(polls):
    polls.voters(3)
    batch = polls.returned(5, 3)
    one, two, three, four = range(batch.first, batch.first + 4)
    batch = polls.key(batch, 0, {one: polls.marks(1), two: polls.marks(2), three: BLANK})
    batch = polls.key(batch, 1, {one: polls.marks(1), two: polls.marks(3), four: BLANK})
    assert batch.state == BatchState.KEYED_TWICE
    assert [one.serial for one in queries.differences(polls.session, batch.id)] == [
        two,
        three,
        four,
    ]
    judge = (polls.session, polls.by(2), batch, polls.poll.rules)
    refused(
        "polling.keyed_it", service.judge_sheet, polls.session, polls.by(1), *judge[2:], two, BLANK
    )
    refused("polling.no_difference", service.judge_sheet, *judge, one, BLANK)
    service.judge_sheet(*judge, two, polls.marks(3))
    service.judge_sheet(*judge, three, BLANK)
    batch = queries.get_batch(polls.session, batch.id)
    refused("polling.differences_left", service.finish_judging, polls.session, polls.by(2), batch)
    service.judge_sheet(
        polls.session, polls.by(2), batch, polls.poll.rules, four, Marks(Verdict.ABSENT)
    )
    batch = service.finish_judging(polls.session, polls.by(2), batch)
    assert batch.state == BatchState.AGREED
    assert queries.final_marks(polls.session, batch.id) == {
        one: polls.marks(1), two: polls.marks(3), three: BLANK,
    }  # fmt: skip
    polls.close()
    batch = polls.accept(batch)
    assert (batch.valid, batch.invalid) == (2, 1)


def test_decisions_that_do_not_fit_the_equation_do_not_agree(polls):
    batch = polls.returned(5, 1)
    batch = polls.key(batch, 0, {batch.first: BLANK})
    batch = polls.key(batch, 1, {batch.last: BLANK})
    judge = (polls.session, polls.by(2))
    for serial in (batch.first, batch.last):
        batch = queries.get_batch(polls.session, batch.id)
        service.judge_sheet(*judge, batch, polls.poll.rules, serial, BLANK)
    batch = queries.get_batch(polls.session, batch.id)
    refused("polling.settled_differs", service.finish_judging, *judge, batch)
    service.correct_equation(*judge, batch, Equation(2, 0, 3))
    assert batch.corrections[0]["cast"] == 1
    assert service.finish_judging(*judge, batch).state == BatchState.AGREED


def test_an_accepted_batch_is_counted_like_any_ballot_and_names_nobody(polls):
    voters = polls.voters(3)
    batch = polls.agreed(5, [polls.marks(1), polls.marks(1, 2), BLANK])
    refused("voting.still_open", service.propose_accept, polls.session, polls.by(0), batch)
    polls.close()
    batch = polls.accept(batch)
    assert batch.state == BatchState.ACCEPTED
    at = database_now(polls.session)
    counted = [choices for _, choices, _ in box.counted_ballots(polls.session, polls.cycle.id, at)]
    assert sorted(counted) == sorted([[polls.papers[0].id], sorted(p.id for p in polls.papers[:2])])
    keys = {polls.poll.name(voter.key) for voter in voters}
    rows = polls.session.scalars(select(Ballot)).all()
    assert not keys & {row.ballot_key for row in rows}
    found = queries.sums(polls.session, polls.cycle.id, at)
    assert (found.handed, found.cast, found.valid, found.gone) == (3, 3, 2, 0)


def test_a_batch_enters_the_box_once(polls):
    polls.voters(1)
    batch = polls.agreed(2, [polls.marks(1)])
    polls.close()
    request = service.propose_accept(polls.session, polls.by(0), batch)
    service.decide(polls.session, polls.by(3), request, polls.keys, approve=True)
    with pytest.raises(Conflict):
        service.decide(polls.session, polls.by(4), request, polls.keys, approve=True)
    batch = queries.get_batch(polls.session, batch.id)
    with pytest.raises(Conflict):
        service.propose_accept(polls.session, polls.by(0), batch)
    assert polls.session.scalar(select(func.count()).select_from(Ballot)) == 1


def test_invented_papers_are_refused(polls):
    polls.voters(2)
    batch = polls.agreed(5, [polls.marks(1)] * 3)
    polls.close()
    request = service.propose_accept(polls.session, polls.by(0), batch)
    refused(
        "polling.invented", service.decide, polls.session, polls.by(3), request, polls.keys,
        approve=True,
    )  # fmt: skip
    assert polls.session.scalar(select(func.count()).select_from(Ballot)) == 0


def test_papers_handed_out_elsewhere_do_not_cover_invented_ones_here(polls):
    polls.voters(1)
    here, polls.point = polls.point, polls.another_point()
    polls.voters(2)
    polls.point = here
    batch = polls.agreed(5, [polls.marks(1)] * 2)
    polls.close()
    request = service.propose_accept(polls.session, polls.by(0), batch)
    refused(
        "polling.invented", service.decide, polls.session, polls.by(3), request, polls.keys,
        approve=True,
    )  # fmt: skip


def test_a_commissioner_who_typed_the_batch_does_not_accept_it(polls):
    polls.voters(1)
    batch = polls.returned(2, 1)
    for who in (1, 3):
        batch = polls.key(batch, who, {batch.first: polls.marks(1)})
    polls.close()
    request = service.propose_accept(polls.session, polls.by(0), batch)
    refused(
        "polling.keyed_it", service.decide, polls.session, polls.by(3), request, polls.keys,
        approve=True,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        service.decide(polls.session, polls.by(2), request, polls.keys, approve=True)
    service.decide(polls.session, polls.by(4), request, polls.keys, approve=True)


def test_after_certification_no_paper_enters_the_box(polls):
    polls.voters(1)
    batch = polls.agreed(2, [polls.marks(1)])
    polls.close()
    service.close_box(polls.session, polls.by(3), polls.cycle.id)
    refused("polling.certified", service.propose_accept, polls.session, polls.by(0), batch)


def test_a_lost_batch_is_set_aside_by_two_people_with_a_reason(polls):
    batch = polls.issued(4)
    refused(
        "polling.reason_missing", service.propose_set_aside, polls.session, polls.by(0), batch,
        reason="",
    )  # fmt: skip
    request = service.propose_set_aside(
        polls.session, polls.by(0), batch, reason="Участок затопило"
    )
    assert list(queries.underway(polls.session, polls.cycle.id)) == [batch]
    service.decide(polls.session, polls.by(3), request, polls.keys, approve=True)
    assert not queries.underway(polls.session, polls.cycle.id)
    polls.close()
    report = queries.paper_report(polls.session, polls.cycle.id, database_now(polls.session))
    assert report["set_aside"] == ["Участок затопило"]


def test_papers_not_found_are_explained_by_two_people(polls):
    polls.voters(3)
    batch = polls.agreed(5, [polls.marks(1), BLANK])
    polls.close()
    refused(
        "polling.no_gap", service.propose_difference, polls.session, polls.by(0), polls.cycle,
        reason="Унесли",
    )  # fmt: skip
    polls.accept(batch)
    at = database_now(polls.session)
    found = queries.sums(polls.session, polls.cycle.id, at)
    assert found.gone == 1 and not queries.is_explained(polls.session, polls.cycle.id, found)
    request = service.propose_difference(
        polls.session, polls.by(0), polls.cycle, reason="Один посетитель унёс бюллетень"
    )
    service.decide(polls.session, polls.by(3), request, polls.keys, approve=True)
    assert queries.is_explained(polls.session, polls.cycle.id, found)


def test_no_log_entry_about_paper_tells_a_figure_of_the_vote(polls):
    polls.voters(2)
    batch = polls.agreed(5, [polls.marks(1), BLANK])
    polls.close()
    polls.accept(batch)
    allowed = {"in_charge", "size", "received_by", "round", "scan"}
    for entry in polls.session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("polling."))
    ):
        assert set(entry.data) <= allowed, entry.action


def test_figures_of_paper_are_sealed_until_the_close(polls):
    polls.voters(1)
    at = database_now(polls.session)
    refused("voting.still_open", queries.sums, polls.session, polls.cycle.id, at)
    refused("voting.still_open", queries.paper_report, polls.session, polls.cycle.id, at)


def test_a_batch_of_another_person_is_not_shown(polls):
    batch: Batch = polls.returned(3, 1)
    assert queries.works_on(batch, polls.staff[0].id)
    assert not queries.works_on(batch, polls.staff[1].id)
    assert not queries.works_on(batch, None)


def test_what_is_typed_for_a_printed_box_means_the_proposal_printed_beside_it(
    polls, app, monkeypatch
):
    batch = polls.issued(3)
    printed = {}
    monkeypatch.setattr(sheets.pdf, "render", lambda name, data, **_: printed.update(data) or b"")
    with app.test_request_context():
        sheets.pdf_of(polls.session, queries.get_batch(polls.session, batch.id), "ballots")
    assert printed["serials"] == [polling.serial_code(batch.first + n) for n in range(3)]
    by_number = {paper.number: paper.id for paper in polls.papers}
    assert [line["place"] for line in printed["papers"]] == [1, 2, 3, 4]
    for line in printed["papers"]:
        marks = polling.read_marks(str(line["place"]), batch.papers, "approval")
        assert marks.choices == (by_number[line["number"]],)
