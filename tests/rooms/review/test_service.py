"""Taking files, recording findings, the council's decisions, comments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing, db, transaction
from pb_portal.domain.checklist import CHECKS
from pb_portal.domain.permissions import P
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalAction
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.outbox.models import Letter
from pb_portal.proposals import service as proposals
from pb_portal.proposals.models import Comment, Proposal
from pb_portal.proposals.queries import comments
from pb_portal.review import queries, queue, service
from pb_portal.review.models import CouncilDecision, ReviewOpinion
from tests.factories import make_cycle, make_person, make_proposal, move_phase, signed

GOOD = dict.fromkeys(CHECKS, "yes")
NOW = datetime.now(UTC)
TODAY = NOW.date()


def finding(recommends: str = "admit", **values: Any) -> service.Finding:
    return service.Finding(
        **{
            "recommends": recommends,
            "checklist": GOOD,
            "reviewed_cost": 11_000_000,
            "remark": "Checked on the spot.",
            "grounds": ("network_zone",) if recommends == "reject" else (),
            **values,
        }
    )


def sitting(outcome: str = "admit", **values: Any) -> service.Sitting:
    rejected = outcome == "reject"
    return service.Sitting(
        **{
            "on": TODAY,
            "protocol_number": "7",
            "votes_for": 5,
            "votes_against": 1,
            "outcome": outcome,
            "grounds": ("network_zone",) if rejected else (),
            "sentence": "A water main runs here." if rejected else "",
            **values,
        }
    )


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return make_cycle(session, PhaseKind.REVIEW, areas=2)


@pytest.fixture
def reviewer(session: Session, cycle: Cycle) -> Person:
    return make_person(session, "reviewer", area=cycle.areas[0].area)


@pytest.fixture
def secretary(session: Session) -> Person:
    return make_person(session, "secretary")


@pytest.fixture
def proposal(session: Session, cycle: Cycle) -> Proposal:
    author = make_person(session, email="author@example.kz")
    return make_proposal(session, cycle, author_id=author.id)


def take(session: Session, by: Person, proposal: Proposal) -> Proposal:
    return service.take(session, signed(by), proposal.id, version=proposal.version)


def record(session: Session, by: Person, proposal: Proposal, what: service.Finding) -> None:
    service.record_finding(session, signed(by), proposal.id, what, version=proposal.version)


def decide(session: Session, by: Person, proposal: Proposal, what: service.Sitting) -> None:
    service.decide(session, signed(by), proposal.id, what, version=proposal.version, today=TODAY)


def test_a_reviewer_takes_a_file_and_it_goes_into_review(
    session: Session, reviewer: Person, proposal: Proposal
) -> None:
    take(session, reviewer, proposal)
    assert (proposal.status, proposal.reviewer_id) == ("in_review", reviewer.id)
    actions = [entry.action for entry in session.scalars(select(AuditEntry))]
    assert {"review.taken", "proposal.in_review"} <= set(actions)


def test_a_reviewer_of_another_district_is_refused_everywhere(
    session: Session, cycle: Cycle, reviewer: Person, proposal: Proposal
) -> None:
    stranger = make_person(session, "reviewer", area=cycle.areas[1].area)
    with pytest.raises(Forbidden):
        take(session, stranger, proposal)
    take(session, reviewer, proposal)
    with pytest.raises(Forbidden):
        record(session, stranger, proposal, finding())
    assert proposal.reviewer_id == reviewer.id


def test_of_two_reviewers_who_take_a_file_at_once_the_second_gets_a_conflict(
    session: Session, reviewer: Person, proposal: Proposal
) -> None:
    other = make_person(session, "reviewer")
    seen = proposal.version
    service.take(session, signed(reviewer), proposal.id, version=seen)
    with pytest.raises(Conflict) as refused:
        service.take(session, signed(other), proposal.id, version=seen)
    assert refused.value.code == "review.changed"
    assert proposal.reviewer_id == reviewer.id


def test_a_finding_on_a_file_that_moved_meanwhile_overwrites_nothing(
    session: Session, reviewer: Person, proposal: Proposal
) -> None:
    take(session, reviewer, proposal)
    seen = proposal.version
    service.record_finding(session, signed(reviewer), proposal.id, finding(), version=seen)
    with pytest.raises(Conflict):
        service.record_finding(
            session, signed(reviewer), proposal.id, finding("return"), version=seen
        )
    assert proposal.status == "in_review"
    assert [one.recommends for one in queries.opinions(session, proposal.id)] == ["admit"]


def test_a_colleague_takes_a_file_over_before_writing_a_finding(
    session: Session, reviewer: Person, proposal: Proposal
) -> None:
    other = make_person(session, "reviewer")
    take(session, reviewer, proposal)
    with pytest.raises(Refusal, match=r"review\.not_taken"):
        record(session, other, proposal, finding())
    take(session, other, proposal)
    record(session, other, proposal, finding())
    assert queries.passed_to_council(session, proposal)


def test_returning_tells_the_author_what_to_change(
    session: Session, reviewer: Person, proposal: Proposal
) -> None:
    take(session, reviewer, proposal)
    record(session, reviewer, proposal, finding("return", remark="Add a photo.", checklist={}))
    assert proposal.status == "returned"
    assert proposal.events[-1].reason == "Add a photo."
    letters = session.scalars(select(Letter).where(Letter.recipient == "author@example.kz")).all()
    assert letters[-1].data["reason"] == "Add a photo."
    assert proposal.reviewed_cost is None


def test_nothing_is_returned_when_the_author_could_no_longer_answer(
    session: Session, reviewer: Person, proposal: Proposal
) -> None:
    take(session, reviewer, proposal)
    for phase in proposal.cycle.phases:
        if phase.kind in (PhaseKind.APPLICATIONS, PhaseKind.REVIEW, PhaseKind.REWORK):
            move_phase(
                session, phase, starts_at=NOW - timedelta(days=9), ends_at=NOW - timedelta(days=1)
            )
    session.flush()
    with pytest.raises(Refusal, match="rework_over"):
        record(session, reviewer, proposal, finding("return", remark="Add a photo."))
    assert proposal.status == "in_review"


@pytest.mark.parametrize(
    ("what", "code", "field"),
    [
        (finding("return", remark=""), "review.remark_missing", "remark"),
        (finding(checklist={**GOOD, "lawful": ""}), "review.answer_all", None),
        (finding(reviewed_cost=None), "review.cost_missing", "reviewed_cost"),
        (finding("reject", remark=""), "review.reject_needs_remark", "remark"),
        (finding("reject", grounds=()), "council.no_ground", "grounds"),
        (finding("reject", grounds=("ugly",)), "council.no_ground", "grounds"),
        (
            finding(checklist={**GOOD, "own": "no"}, remark=""),
            "review.no_needs_remark",
            "remark",
        ),
        (finding(reviewed_cost=92_300_001), "review.over_cap", "reviewed_cost"),
    ],
)
def test_an_unfinished_finding_is_refused_beside_its_field(
    session: Session,
    reviewer: Person,
    proposal: Proposal,
    what: service.Finding,
    code: str,
    field: str | None,
) -> None:
    take(session, reviewer, proposal)
    with pytest.raises(Refusal) as refused:
        record(session, reviewer, proposal, what)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert session.scalars(select(ReviewOpinion)).all() == []


def test_a_file_that_is_not_in_review_takes_no_finding(
    session: Session, reviewer: Person, proposal: Proposal
) -> None:
    with pytest.raises(Refusal, match=r"review\.not_in_review"):
        record(session, reviewer, proposal, finding())


def test_a_draft_is_no_file(session: Session, cycle: Cycle, reviewer: Person) -> None:
    draft = make_proposal(session, cycle, status="draft", number=None)
    with pytest.raises(Missing):
        take(session, reviewer, draft)


def test_the_council_admits_with_the_reviewed_cost(
    session: Session, reviewer: Person, secretary: Person, proposal: Proposal
) -> None:
    take(session, reviewer, proposal)
    record(session, reviewer, proposal, finding())
    decide(session, secretary, proposal, sitting())
    assert (proposal.status, proposal.price) == ("admitted", 11_000_000)
    row = session.scalars(select(CouncilDecision)).one()
    assert (row.protocol_number, row.votes_for, row.votes_against) == ("7", 5, 1)
    assert queries.decision_counts(session, proposal.cycle_id) == {"admit": 1, "reject": 0}


def test_a_rejection_publishes_its_grounds_and_sentence(
    session: Session, reviewer: Person, secretary: Person, proposal: Proposal
) -> None:
    take(session, reviewer, proposal)
    record(session, reviewer, proposal, finding("reject"))
    decide(session, secretary, proposal, sitting("reject"))
    event = proposal.events[-1]
    assert (proposal.status, event.grounds) == ("rejected", ["network_zone"])
    assert event.reason == "A water main runs here."
    letters = session.scalars(select(Letter).where(Letter.recipient == "author@example.kz")).all()
    assert letters[-1].data["grounds"] == ["network_zone"]


@pytest.mark.parametrize(
    ("what", "code", "field"),
    [
        (sitting("reject", grounds=()), "council.no_ground", "grounds"),
        (sitting("reject", grounds=("ugly",)), "council.no_ground", "grounds"),
        (sitting("reject", sentence=""), "council.no_sentence", "sentence"),
        (sitting(on=TODAY + timedelta(days=1)), "council.future", "sitting_on"),
        (sitting(votes_for=2, votes_against=3), "council.votes", "votes_for"),
        (sitting(votes_for=0, votes_against=0), "council.votes", "votes_for"),
    ],
)
def test_an_unfit_decision_is_refused_beside_its_field(
    session: Session,
    reviewer: Person,
    secretary: Person,
    proposal: Proposal,
    what: service.Sitting,
    code: str,
    field: str,
) -> None:
    take(session, reviewer, proposal)
    record(session, reviewer, proposal, finding())
    with pytest.raises(Refusal) as refused:
        decide(session, secretary, proposal, what)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert proposal.status == "in_review"
    assert session.scalars(select(CouncilDecision)).all() == []


def test_the_council_decides_only_on_what_the_reviewer_has_passed(
    session: Session, reviewer: Person, secretary: Person, proposal: Proposal
) -> None:
    with pytest.raises(Refusal, match=r"proposal\.step_refused"):
        decide(session, secretary, proposal, sitting())
    take(session, reviewer, proposal)
    with pytest.raises(Refusal, match=r"council\.not_ready"):
        decide(session, secretary, proposal, sitting())
    with pytest.raises(Forbidden):
        decide(session, reviewer, proposal, sitting())


def test_an_old_finding_does_not_pass_a_reworked_file_to_the_council(
    session: Session, reviewer: Person, secretary: Person, proposal: Proposal
) -> None:
    take(session, reviewer, proposal)
    record(session, reviewer, proposal, finding("reject"))
    decide(session, secretary, proposal, sitting("reject"))
    proposals.change_status(
        session, signed(reviewer), proposal, ProposalAction.APPEAL, part="author", reason="Look"
    )
    later = signed(reviewer, datetime.now(UTC) + timedelta(seconds=1))
    head = signed(secretary, later.at)
    service.answer_appeal(
        session, head, proposal.id, grant=True, words="Looked", version=proposal.version
    )
    assert proposal.reviewer_id is None
    service.take(session, later, proposal.id, version=proposal.version)
    assert not queries.passed_to_council(session, proposal)
    service.record_finding(session, later, proposal.id, finding(), version=proposal.version)
    assert queries.passed_to_council(session, proposal)


def test_nothing_is_added_to_the_ballot_once_voting_has_opened(
    session: Session, secretary: Person
) -> None:
    voting = make_cycle(session, PhaseKind.VOTING)
    reviewer = make_person(session, "reviewer")
    late = make_proposal(session, voting)
    take(session, reviewer, late)
    record(session, reviewer, late, finding())
    with pytest.raises(Refusal) as refused:
        decide(session, secretary, late, sitting())
    assert refused.value.code == "council.vote_open"
    decide(session, secretary, late, sitting("reject"))
    assert late.status == "rejected"


def test_two_secretaries_cannot_both_decide(
    session: Session, reviewer: Person, secretary: Person, proposal: Proposal
) -> None:
    other = make_person(session, "secretary")
    take(session, reviewer, proposal)
    record(session, reviewer, proposal, finding())
    seen = proposal.version
    service.decide(session, signed(secretary), proposal.id, sitting(), version=seen, today=TODAY)
    with pytest.raises(Conflict):
        service.decide(
            session, signed(other), proposal.id, sitting("reject"), version=seen, today=TODAY
        )
    assert proposal.status == "admitted"


def test_the_queue_shows_own_districts_by_due_date(
    session: Session, cycle: Cycle, reviewer: Person
) -> None:
    other = cycle.areas[1].area
    late = make_proposal(session, cycle, due_at=NOW - timedelta(days=1))
    soon = make_proposal(session, cycle, due_at=NOW + timedelta(days=2))
    undated = make_proposal(session, cycle, due_at=None)
    far = make_proposal(session, cycle, due_at=NOW + timedelta(days=9))
    make_proposal(session, cycle, area=other, due_at=NOW)
    back = make_proposal(session, cycle, status="returned")
    mine = frozenset({cycle.areas[0].area_id})

    def ids(view: str, **values: Any) -> list[int]:
        rows = queue.files(
            session, mine, queue.Asked(view), person_id=reviewer.id, at=NOW, **values
        )
        return [row.id for row in rows]

    assert ids("todo") == [late.id, soon.id, far.id, undated.id]
    assert ids("todo", after_id=soon.id) == [far.id, undated.id]
    assert ids("todo", after_id=undated.id) == []
    assert ids("overdue") == [late.id]
    assert ids("due") == [soon.id]
    assert ids("with_author") == [back.id]
    take(session, reviewer, far)
    assert ids("mine") == [far.id]
    assert ids("unassigned") == [late.id, soon.id, undated.id]
    record(session, reviewer, far, finding())
    assert ids("ready") == [far.id]
    assert far.id not in ids("todo")
    counts = queue.counts(queue.heaps(session, mine, reviewer.id, NOW), queue.Asked())
    assert counts == {
        "todo": 3,
        "overdue": 1,
        "due": 1,
        "mine": 0,
        "unassigned": 3,
        "with_author": 1,
        "ready": 1,
    }
    everywhere = queue.files(session, None, queue.Asked("todo"), person_id=reviewer.id, at=NOW)
    assert len(everywhere) == 4


def test_neighbours_are_within_300_metres_nearest_first_and_never_drafts(
    session: Session, cycle: Cycle, proposal: Proposal
) -> None:
    assert proposal.lat is not None
    near = make_proposal(session, cycle, lat=proposal.lat + 0.0026, lon=proposal.lon)
    nearer = make_proposal(session, cycle, lat=proposal.lat, lon=(proposal.lon or 0) + 0.001)
    make_proposal(session, cycle, lat=proposal.lat + 0.0028, lon=proposal.lon)
    make_proposal(session, cycle, status="draft", number=None, lat=proposal.lat, lon=proposal.lon)
    make_proposal(session, cycle, lat=None, lon=None)
    found = queries.neighbours(session, proposal)
    assert [(metres, row.id) for metres, row in found] == [(81, nearer.id), (289, near.id)]


def test_a_moderator_hides_a_comment_with_a_reason_and_shows_it_again(
    session: Session, cycle: Cycle, proposal: Proposal
) -> None:
    author = make_person(session)
    comment = Comment(proposal_id=proposal.id, author_id=author.id, body="Rude", created_at=NOW)
    session.add(comment)
    session.flush()
    moderator = make_person(session, "moderator", area=cycle.areas[0].area)
    stranger = make_person(session, "moderator", area=cycle.areas[1].area)
    with pytest.raises(Refusal, match=r"comment\.reason_missing"):
        proposals.hide_comment(session, signed(moderator), comment.id, reason="")
    with pytest.raises(Forbidden) as refused:
        proposals.hide_comment(session, signed(stranger), comment.id, reason="why")
    assert refused.value.permission == P.MODERATE
    proposals.hide_comment(session, signed(moderator), comment.id, reason="Insults")
    assert (comment.hidden_at is not None, comment.hidden_reason) == (True, "Insults")
    hidden = comments.to_moderate(session, None, "hidden")
    assert [row.comment.id for row in hidden] == [comment.id]
    proposals.show_comment(session, signed(moderator), comment.id)
    assert (comment.hidden_at, comment.hidden_reason, comment.body) == (None, "", "Rude")


def test_the_database_lets_one_of_two_racing_reviewers_through(own_app: Flask) -> None:
    """Both read the file before either writes; the row's version decides."""
    from sqlalchemy.orm import Session as Work
    from sqlalchemy.orm.exc import StaleDataError

    with own_app.app_context():
        with transaction() as work:
            cycle = make_cycle(work, PhaseKind.REVIEW)
            file_id = make_proposal(work, cycle).id
        with Work(db.engine) as slow:
            seen = slow.get(Proposal, file_id)
            assert seen is not None
            slow.expunge(seen)
        with transaction() as work:
            first = make_person(work, "reviewer")
            service.take(work, signed(first), file_id, version=1)
            first_id = first.id
        with Work(db.engine) as slow, pytest.raises(StaleDataError):
            slow.add(seen)
            seen.reviewer_id = None
            seen.title = "overwritten"
            slow.flush()
        kept = db.session.get(Proposal, file_id)
        assert kept is not None and kept.reviewer_id == first_id
        assert kept.title != "overwritten"
