"""Drafts, estimates, pictures, submission, voices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry
from pb_portal.cycles.models import Cycle
from pb_portal.cycles.queries import find_phase
from pb_portal.db import Missing
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.proposal_states import ProposalAction
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.files.service import read_picture
from pb_portal.outbox.models import Letter
from pb_portal.proposals import queries, service
from pb_portal.proposals.models import EstimateLine, Proposal
from pb_portal.proposals.service import submission
from pb_portal.proposals.service.drafts import MOST_DRAFTS, Place
from tests.factories import SOUTH, WEST, make_category, make_cycle, make_person, signed
from tests.factories.proposals import make_draft, make_work, picture_bytes

MEGABYTE = 1024 * 1024


def code_of(call: object, *args: object, **kw: object) -> str:
    assert callable(call)
    with pytest.raises(Refusal) as refused:
        call(*args, **kw)
    return refused.value.code


def end_of(cycle: Cycle, kind: PhaseKind = PhaseKind.APPLICATIONS) -> datetime:
    phase = find_phase(cycle, kind)
    assert phase is not None
    return phase.ends_at


def test_a_draft_begins_only_while_applications_are_open(session: Session) -> None:
    author = make_person(session)
    draft = service.start_draft(session, signed(author), make_cycle(session), language="kk")
    assert (draft.status, draft.number, draft.language) == ("draft", None, "kk")
    late = make_cycle(session, PhaseKind.REVIEW)
    refused = code_of(service.start_draft, session, signed(author), late, language="ru")
    assert refused == "proposal.applications_closed"


def test_an_unconfirmed_person_begins_no_draft(session: Session) -> None:
    stranger = make_person(session, confirmed=False)
    with pytest.raises(Forbidden):
        service.start_draft(session, signed(stranger), make_cycle(session), language="ru")


def test_drafts_of_one_person_have_a_limit(session: Session) -> None:
    author, cycle = make_person(session), make_cycle(session)
    for _ in range(MOST_DRAFTS):
        service.start_draft(session, signed(author), cycle, language="ru")
    refused = code_of(service.start_draft, session, signed(author), cycle, language="ru")
    assert refused == "proposal.too_many_drafts"


def test_texts_lose_invisible_marks_and_keep_their_letters(session: Session) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author)
    typed = "Ау\u200bла\u202eны \x00жасыл\r\nету <script>"
    service.save_draft(session, signed(author), draft, title=typed, problem=typed)
    assert draft.title == "Ауланы жасыл ету <script>"
    assert draft.problem == "Ауланы жасыл\nету <script>"


def test_a_text_too_long_is_refused_and_the_old_one_kept(session: Session) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author, title="Ivy on the wall")
    by = signed(author)
    assert code_of(service.save_draft, session, by, draft, title="я" * 121) == "proposal.too_long"
    assert draft.title == "Ivy on the wall"


def test_the_pin_finds_its_district_and_none_is_found_outside_the_city(session: Session) -> None:
    author, cycle = make_person(session), make_cycle(session, areas=2)
    second = cycle.areas[1].area
    draft = make_draft(session, cycle, author)
    inside = Place(SOUTH + 0.005, WEST + 0.02 * (second.sort % 20) + 0.005)
    service.save_draft(session, signed(author), draft, place=inside)
    assert draft.area_id == second.id
    refused = code_of(service.save_draft, session, signed(author), draft, place=Place(51.1, 71.4))
    assert refused == "proposal.outside_city"
    assert (draft.lat, draft.area_id) == (inside.lat, second.id)


def test_only_the_author_touches_a_draft(session: Session) -> None:
    draft = make_draft(session, make_cycle(session), make_person(session))
    other = signed(make_person(session, "administrator"))
    for call in (service.save_draft, service.delete_draft, service.submit, service.withdraw):
        with pytest.raises(Missing):
            call(session, other, draft)


def test_a_submitted_proposal_is_edited_and_deleted_no_more(session: Session) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author)
    service.submit(session, signed(author), draft)
    by = signed(author)
    assert code_of(service.save_draft, session, by, draft, title="Other") == "proposal.not_editable"
    assert code_of(service.delete_draft, session, by, draft) == "proposal.not_editable"


def test_the_estimate_adds_up_and_the_same_work_adds_to_its_line(session: Session) -> None:
    author, work = make_person(session), make_work(session, unit="m2")
    draft = make_draft(session, make_cycle(session), author, lines=[], cost=0)
    by = signed(author)
    service.add_work(session, by, draft, work_id=work.id, quantity="2")
    service.add_work(session, by, draft, work_id=work.id, quantity="0,5")
    own = service.add_own_line(
        session,
        by,
        draft,
        title="Arch",
        unit="set",
        unit_price="1 000 000",
        quantity="1",
        reason="x",
    )
    assert [line.quantity for line in draft.lines] == [2500, 1000]
    assert draft.cost == 300_000 + 1_000_000
    service.set_quantity(session, by, draft, own.id, "2")
    assert draft.cost == 2_300_000
    service.remove_line(session, by, draft, own.id)
    assert draft.cost == 300_000


def test_pieces_and_sets_are_counted_whole(session: Session) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author)
    refused = code_of(
        service.add_own_line,
        session,
        signed(author),
        draft,
        title="Tree",
        unit="piece",
        unit_price="45 000",
        quantity="20,5",
        reason="A rare kind",
    )
    assert refused == "estimate.quantity_whole"


@pytest.mark.parametrize("typed", ["", "0", "-1", "nan", "inf", "1e400", "x", "99999999999"])
def test_a_quantity_that_is_none_is_refused(session: Session, typed: str) -> None:
    author, work = make_person(session), make_work(session)
    draft = make_draft(session, make_cycle(session), author)
    refused = code_of(
        service.add_work, session, signed(author), draft, work_id=work.id, quantity=typed
    )
    assert refused == "estimate.quantity_wrong"


@pytest.mark.parametrize("typed", ["", "0", "-5", "1,5", "1e3", "²", "9" * 30])
def test_a_price_that_is_none_is_refused(session: Session, typed: str) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author)
    refused = code_of(
        service.add_own_line,
        session,
        signed(author),
        draft,
        title="Arch",
        unit="set",
        unit_price=typed,
        quantity="1",
        reason="A rare kind",
    )
    assert refused == "estimate.price_wrong"


def test_the_line_of_another_proposal_is_out_of_reach(session: Session) -> None:
    author, cycle = make_person(session), make_cycle(session)
    mine, other = make_draft(session, cycle, author), make_draft(session, cycle, author)
    with pytest.raises(Missing):
        service.remove_line(session, signed(author), mine, other.lines[0].id)


def test_pictures_become_public_with_the_proposal(session: Session, tmp_path: Path) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author)
    picture = read_picture(picture_bytes(), most_bytes=MEGABYTE)
    added = service.add_picture(session, signed(author), draft, picture, root=tmp_path)
    service.describe_picture(session, signed(author), draft, added.id, "  The\n yard ")
    assert (added.file.public, added.caption) == (False, "The yard")
    service.submit(session, signed(author), draft)
    assert added.file.public


def test_a_proposal_holds_ten_pictures(session: Session, tmp_path: Path) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author)
    picture = read_picture(picture_bytes(), most_bytes=MEGABYTE)
    for _ in range(10):
        service.add_picture(session, signed(author), draft, picture, root=tmp_path)
    refused = code_of(service.add_picture, session, signed(author), draft, picture, root=tmp_path)
    assert refused == "file.too_many"


def test_the_district_is_asked_for_only_where_no_pin_can_tell_it(session: Session) -> None:
    author, cycle = make_person(session), make_cycle(session, areas=1)
    draft = service.start_draft(session, signed(author), cycle, language="ru")
    assert "gap.area" not in [gap.code for gap in service.gaps(draft)]
    cycle.areas[0].area.outline = None
    assert "gap.area" in [gap.code for gap in service.gaps(draft)]


def test_an_empty_draft_lists_all_it_lacks_and_is_not_submitted(session: Session) -> None:
    author = make_person(session)
    draft = service.start_draft(session, signed(author), make_cycle(session), language="ru")
    missing = [gap.code for gap in service.gaps(draft)]
    assert missing == [
        "gap.pin",
        "gap.address",
        "gap.title",
        "gap.problem",
        "gap.solution",
        "gap.category",
        "gap.estimate",
    ]
    assert code_of(service.submit, session, signed(author), draft) == "proposal.incomplete"
    assert (draft.status, draft.number) == ("draft", None)


def test_an_estimate_over_the_cap_is_a_gap(session: Session) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session, cap=1000), author, cost=1001)
    assert [gap.code for gap in service.gaps(draft)] == ["gap.over_cap"]
    draft.cost = 1000
    assert service.gaps(draft) == []


def test_submitting_numbers_follows_tells_and_logs(session: Session) -> None:
    author, cycle = make_person(session, locale="kk"), make_cycle(session)
    first, second = make_draft(session, cycle, author), make_draft(session, cycle, author)
    by = signed(author)
    event = service.submit(session, by, first)
    service.submit(session, by, second)
    assert (first.number, second.number) == (1, 2)
    assert (event.action, event.origin, event.target) == ("submit", "draft", "submitted")
    assert first.due_at == by.at + timedelta(days=10)
    assert f" {first.number} " in first.search_text
    page = queries.read_page(session, cycle.slug, 1, author.id)
    assert page.followed
    letter = session.scalars(select(Letter).where(Letter.recipient == author.email)).first()
    assert letter is not None
    assert (letter.template, letter.locale, letter.data["number"]) == ("proposal_step", "kk", 1)
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "proposal.submitted")
    ).first()
    assert entry is not None
    assert entry.subject_id == str(first.id)


def test_each_cycle_counts_its_numbers_alone(session: Session) -> None:
    author = make_person(session)
    for cycle in (make_cycle(session), make_cycle(session)):
        draft = make_draft(session, cycle, author)
        service.submit(session, signed(author), draft)
        assert draft.number == 1


def test_a_number_taken_meanwhile_gives_the_next_one(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, cycle = make_person(session), make_cycle(session)
    taken, late = make_draft(session, cycle, author), make_draft(session, cycle, author)
    service.submit(session, signed(author), taken)
    real, stale = submission._next_number, [1]
    monkeypatch.setattr(
        submission,
        "_next_number",
        lambda session, cycle_id: stale.pop() if stale else real(session, cycle_id),
    )
    service.submit(session, signed(author), late)
    assert late.number == 2
    assert [event.action for event in late.events] == ["submit"]


def test_sent_at_the_very_end_it_stays_a_draft_and_says_so(session: Session) -> None:
    author, cycle = make_person(session), make_cycle(session)
    draft = make_draft(session, cycle, author)
    late = Signature(author.actor(), end_of(cycle))
    assert code_of(service.submit, session, late, draft) == "proposal.applications_over"
    assert draft.status == "draft"
    service.submit(session, Signature(author.actor(), end_of(cycle) - timedelta(seconds=1)), draft)
    assert draft.status == "submitted"


def returned(session: Session, phase: PhaseKind) -> Proposal:
    author, cycle = make_person(session), make_cycle(session, phase)
    draft = make_draft(session, cycle, author, number=7, status="in_review")
    reviewer = signed(make_person(session, "reviewer"))
    service.change_status(
        session, reviewer, draft, ProposalAction.RETURN, part="reviewer", reason="Add a photo"
    )
    return draft


def copy_of(session: Session, proposal: Proposal) -> Proposal:
    copy = service.find_revision(session, proposal.id)
    assert copy is not None
    return copy


def by_author(proposal: Proposal, at: datetime | None = None) -> Signature:
    assert proposal.author is not None
    return Signature(proposal.author.actor(), at or datetime.now(UTC))


def test_a_returned_proposal_is_reworked_and_sent_again(session: Session) -> None:
    proposal = returned(session, PhaseKind.REWORK)
    by = by_author(proposal)
    copy = copy_of(session, proposal)
    service.save_draft(session, by, copy, title="Better words")
    service.resubmit(session, by, copy)
    assert (proposal.status, proposal.number) == ("resubmitted", 7)
    assert "better" in proposal.search_text


def test_the_time_for_rework_ends_with_its_phase(session: Session) -> None:
    proposal = returned(session, PhaseKind.REWORK)
    end = service.rework_until(proposal.cycle)
    assert end == end_of(proposal.cycle, PhaseKind.REWORK)
    late = by_author(proposal, end)
    copy = copy_of(session, proposal)
    assert code_of(service.resubmit, session, late, copy) == "proposal.rework_over"
    assert proposal.status == "returned"


def test_a_withdrawn_proposal_keeps_its_number_and_its_reason(session: Session) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author)
    service.submit(session, signed(author), draft)
    event = service.withdraw(session, signed(author), draft, reason="Moved away")
    assert (draft.status, draft.number, event.reason) == ("withdrawn", 1, "Moved away")
    assert code_of(service.withdraw, session, signed(author), draft) == "proposal.step_refused"


@pytest.mark.parametrize(
    ("reason", "grounds", "code"),
    [
        (" ", ["duplicate"], "proposal.reason_missing"),
        ("No", [], "proposal.ground_missing"),
        ("No", ["because"], "proposal.ground_unknown"),
    ],
)
def test_a_rejection_needs_a_sentence_and_a_published_ground(
    session: Session, reason: str, grounds: list[str], code: str
) -> None:
    draft = make_draft(
        session, make_cycle(session), make_person(session), number=1, status="in_review"
    )
    by = signed(make_person(session, "secretary"))
    refused = code_of(
        service.change_status,
        session,
        by,
        draft,
        ProposalAction.REJECT,
        part="secretary",
        reason=reason,
        grounds=grounds,
    )
    assert refused == code
    assert draft.status == "in_review"


def test_a_step_writes_to_followers_but_not_to_the_blocked(session: Session) -> None:
    cycle, author = make_cycle(session), make_person(session)
    proposal = make_draft(session, cycle, author, number=5, status="in_review")
    near, gone = make_person(session), make_person(session, blocked_at=datetime.now(UTC))
    for person in (near, gone):
        service.set_follow(session, signed(person), proposal, on=True)
    service.change_status(
        session, Signature(SYSTEM, datetime.now(UTC)), proposal, ProposalAction.ADMIT, part="system"
    )
    letters = session.scalars(select(Letter).where(Letter.template == "proposal_step")).all()
    told = {letter.recipient: letter.data["mine"] for letter in letters}
    assert told == {author.email: True, near.email: False}
    assert proposal.due_at is None


def test_a_person_supports_once_and_may_stop(session: Session) -> None:
    person, cycle = make_person(session), make_cycle(session)
    proposal = make_draft(session, cycle, make_person(session), number=1, status="submitted")
    version = proposal.version
    assert service.set_support(session, signed(person), proposal, on=True)
    assert not service.set_support(session, signed(person), proposal, on=True)
    assert (proposal.supports_count, proposal.version) == (1, version)
    assert service.set_support(session, signed(person), proposal, on=False)
    assert not service.set_support(session, signed(person), proposal, on=False)
    assert proposal.supports_count == 0


def test_supports_close_when_the_matter_is_decided(session: Session) -> None:
    proposal = make_draft(
        session, make_cycle(session), make_person(session), number=1, status="rejected"
    )
    by = signed(make_person(session))
    assert code_of(service.set_support, session, by, proposal, on=True) == "proposal.support_closed"


def test_drafts_take_no_comments_and_empty_ones_are_refused(session: Session) -> None:
    cycle, author = make_cycle(session), make_person(session)
    by = signed(author)
    draft = make_draft(session, cycle, author)
    assert code_of(service.add_comment, session, by, draft, "Hello") == "proposal.not_public"
    public = make_draft(session, cycle, author, number=1, status="submitted")
    assert code_of(service.add_comment, session, by, public, " \u200b ") == "comment.empty"
    assert code_of(service.add_comment, session, by, public, "я" * 2001) == "proposal.too_long"
    service.add_comment(session, by, public, "Hello")
    assert public.comments_count == 1


def test_the_ballot_lists_the_admitted_by_number(session: Session) -> None:
    cycle = make_cycle(session, PhaseKind.VOTING, areas=2)
    author = make_person(session)
    second = cycle.areas[1].area
    for number, status, area in (
        (3, "admitted", second),
        (1, "selected", cycle.areas[0].area),
        (2, "rejected", second),
    ):
        make_draft(session, cycle, author, number=number, status=status, area=area)
    assert [p.number for p in queries.on_ballot(session, cycle.id)] == [1, 3]
    assert [p.number for p in queries.on_ballot(session, cycle.id, second.id)] == [3]


def test_a_deleted_draft_takes_its_lines_along(session: Session) -> None:
    author = make_person(session)
    draft = make_draft(session, make_cycle(session), author)
    kept = make_category(session)
    service.save_draft(session, signed(author), draft, category_id=kept.id)
    service.delete_draft(session, signed(author), draft)
    assert session.scalars(select(EstimateLine).where(EstimateLine.title == "Bench")).all() == []
    with pytest.raises(Missing):
        queries.get_proposal_by_id(session, draft.id)
