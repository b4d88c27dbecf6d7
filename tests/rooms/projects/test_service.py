"""Winners become projects, and the ledger keeps every promise or says why not."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.audit.models import AuditEntry
from pb_portal.domain.project_states import STEPS, Step
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.outbox.models import Letter
from pb_portal.projects import service
from pb_portal.projects.models import Project, ProjectFollow
from pb_portal.projects.service.letters import readers
from tests.factories import make_area, make_person, signed
from tests.rooms.projects.conftest import TODAY, Winners, jpeg, make_winners

TOMORROW = TODAY + timedelta(days=1)


def letters(session: Session, template: str) -> list[Letter]:
    """Letters waiting under this template."""
    return list(session.scalars(select(Letter).where(Letter.template == template)))


def test_each_winner_becomes_a_project_with_its_estimate_price_place_and_people(
    winners: Winners, session: Session
) -> None:
    made = winners.start()
    assert [project.proposal_id for project in made] == [p.id for p in winners.proposals[:2]]
    first = made[0]
    assert [(line.promised, line.unit) for line in first.lines] == [
        (50_000, "piece"),
        (1_000_000, "m2"),
    ]
    assert first.promised_sum == 10_000_000
    assert first.sector == "social"
    assert first.address == winners.proposals[0].address
    delivery = next(p for p in winners.cycle.phases if p.kind == "delivery")
    assert first.promised_on == first.due_on == delivery.ends_at.date()
    assert first.manager_id == winners.manager.id
    assert session.scalar(select(func.count()).select_from(ProjectFollow)) == 0
    heard = {reader.person_id for reader in readers(session, first)}
    assert heard == {winners.author.id, winners.follower.id}, "by reference, not copied"
    assert {letter.locale for letter in letters(session, "project_started")} == {"kk", "ru"}


def test_making_projects_twice_makes_them_once(winners: Winners, session: Session) -> None:
    assert len(winners.start()) == 2
    assert winners.start() == []
    assert session.scalar(select(func.count(Project.id))) == 2
    assert len(letters(session, "project_started")) == 3


def test_numbers_run_on_over_all_cycles(session: Session, winners: Winners) -> None:
    numbers = [project.number for project in winners.start() + make_winners(session).start()]
    assert numbers == list(range(numbers[0], numbers[0] + 4))


def test_nothing_becomes_a_project_before_the_result_is_certified(session: Session) -> None:
    with pytest.raises(Refusal, match=r"project\.not_certified"):
        make_winners(session, certified=False).start()


def test_only_a_commissioner_or_secretary_starts_projects(
    winners: Winners, session: Session
) -> None:
    with pytest.raises(Forbidden):
        service.start_from_winners(session, winners.by, winners.cycle)


def test_a_date_before_the_end_of_the_vote_cannot_be_promised(
    winners: Winners, session: Session
) -> None:
    with pytest.raises(Refusal) as refused:
        service.start_from_winners(
            session,
            signed(winners.secretary),
            winners.cycle,
            promised_on=TODAY - timedelta(days=90),
        )
    assert (refused.value.code, refused.value.field) == ("project.before_vote", "promised_on")


def test_author_and_followers_hear_of_every_transition(winners: Winners, session: Session) -> None:
    project = winners.start()[0]
    winners.contract(project)
    winners.accept(project)
    winners.photo(project)
    dates = itertools.count(400)
    for step in STEPS:
        session.query(Letter).delete()
        project.status = step.origin
        service.change_status(
            session,
            winners.by,
            project,
            step.target,
            reason="Трубу нашли под тротуаром",
            new_date=TODAY + timedelta(days=next(dates)),
        )
        got = letters(session, "project_step")
        assert {letter.recipient for letter in got} == {
            winners.author.email,
            winners.follower.email,
        }, step
        assert {letter.data["state"] for letter in got} == {str(step.target)}
        assert {letter.locale for letter in got} == {"kk", "ru"}


def test_a_blocked_or_unconfirmed_follower_gets_no_letter(
    winners: Winners, session: Session, project: Project
) -> None:
    winners.follower.blocked_at = datetime.now(UTC)
    winners.author.confirmed_at = None
    session.query(Letter).delete()
    service.change_status(session, winners.by, project, "design")
    assert letters(session, "project_step") == []


@pytest.mark.parametrize(
    "step", [s for s in STEPS if s.needs], ids=lambda s: f"{s.origin}-{s.target}"
)
def test_a_step_without_what_it_needs_is_refused_and_changes_nothing(
    winners: Winners, project: Project, step: Step
) -> None:
    project.status = step.origin
    with pytest.raises(Refusal) as refused:
        service.change_status(winners.session, winners.by, project, step.target)
    assert refused.value.code == f"project.need_{step.needs[0]}"
    assert refused.value.field in {"target", "reason"}
    assert project.status == step.origin
    assert not project.events


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"accept": False}, "project.need_acceptance"),
        ({"photo": False}, "project.need_after_photo"),
        ({"quantity": False}, "project.need_quantities"),
    ],
)
def test_completion_is_refused_while_any_proof_is_missing(
    winners: Winners, project: Project, given: dict[str, bool], code: str
) -> None:
    winners.bring_to(project, "acceptance")
    if given.get("accept", True):
        winners.accept(project)
    if given.get("photo", True):
        winners.photo(project)
    if not given.get("quantity", True):
        project.lines[1].delivered = None
    with pytest.raises(Refusal, match=code):
        service.change_status(winners.session, winners.by, project, "completed")


def test_a_project_reaches_completion_and_then_its_ledger_closes(
    winners: Winners, project: Project
) -> None:
    winners.bring_to(project, "completed")
    assert project.progress == 100
    assert [event.target for event in project.events] == [
        "procurement",
        "contracted",
        "works",
        "acceptance",
        "completed",
    ]
    for act in (
        lambda: winners.contract(project),
        lambda: winners.accept(project),
        lambda: service.shift_date(
            winners.session, winners.by, project, new_date=TOMORROW, reason="x"
        ),
        lambda: service.post_update(winners.session, winners.by, project, body="x", progress=1),
    ):
        with pytest.raises(Refusal, match=r"project\.finished"):
            act()


def test_a_suspended_project_keeps_its_first_promise_and_the_history_of_the_date(
    winners: Winners, project: Project
) -> None:
    first = project.promised_on
    later = first + timedelta(days=60)
    service.change_status(
        winners.session, winners.by, project, "suspended", reason="Грунт", new_date=later
    )
    assert project.promised_on == first
    assert project.due_on == later
    assert [(s.old_on, s.new_on, s.reason) for s in project.shifts] == [(first, later, "Грунт")]


@pytest.mark.parametrize(
    ("new_date", "code"),
    [
        (TODAY - timedelta(days=1), "project.date_past"),
        (TODAY - timedelta(days=90), "project.before_vote"),
        (TODAY + timedelta(days=5000), "project.date_far"),
    ],
)
def test_a_new_date_must_make_sense(
    winners: Winners, project: Project, new_date: date, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        service.shift_date(winners.session, winners.by, project, new_date=new_date, reason="Дожди")
    assert (refused.value.code, refused.value.field) == (code, "new_date")
    assert not project.shifts


def test_moving_the_date_needs_a_reason_and_tells_the_followers(
    winners: Winners, project: Project, session: Session
) -> None:
    later = project.due_on + timedelta(days=10)
    with pytest.raises(Refusal, match=r"project\.need_reason"):
        service.shift_date(session, winners.by, project, new_date=later, reason="")
    service.shift_date(session, winners.by, project, new_date=later, reason="Дожди")
    with pytest.raises(Refusal, match=r"project\.date_same"):
        service.shift_date(session, winners.by, project, new_date=later, reason="Дожди")
    assert len(letters(session, "project_date")) == 2


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"sum": 0}, "project.sum_zero", "sum"),
        ({"sum": -5}, "project.sum_zero", "sum"),
        ({"contractor": ""}, "project.contractor_missing", "contractor"),
        ({"contractor_bin": "12345"}, "project.bin_wrong", "contractor_bin"),
        ({"contractor_bin": "12345678901x"}, "project.bin_wrong", "contractor_bin"),
        ({"number": ""}, "project.contract_number_missing", "number"),
        ({"signed_on": TOMORROW}, "project.not_yet", "signed_on"),
        ({"signed_on": TODAY - timedelta(days=90)}, "project.before_vote", "signed_on"),
        ({"sum": 10_500_001}, "project.difference_missing", "difference"),
        ({"sum": 9_499_999}, "project.difference_missing", "difference"),
    ],
)
def test_a_wrong_contract_is_refused_at_its_field_and_not_kept(
    winners: Winners, project: Project, changes: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        winners.contract(project, **changes)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert project.contract_sum is None


@pytest.mark.parametrize("sum", [9_500_000, 10_500_000])
def test_a_difference_of_five_per_cent_needs_no_reason(
    winners: Winners, project: Project, sum: int
) -> None:
    winners.contract(project, sum=sum)
    assert project.contract_sum == sum


def test_payments_need_a_contract_and_never_pass_it(winners: Winners, project: Project) -> None:
    def pay(sum: int, on: date = TODAY) -> None:
        service.record_payment(winners.session, winners.by, project, sum=sum, paid_on=on)

    with pytest.raises(Refusal, match=r"project\.payment_before_contract"):
        pay(1)
    winners.contract(project)
    pay(9_000_000)
    for sum, on, code in (
        (1_000_001, TODAY, "project.over_contract"),
        (0, TODAY, "project.sum_zero"),
        (-1, TODAY, "project.sum_zero"),
        (5, TOMORROW, "project.not_yet"),
        (5, TODAY - timedelta(days=1), "project.before_contract"),
    ):
        with pytest.raises(Refusal, match=code):
            pay(sum, on)
    pay(1_000_000)
    assert project.paid_sum == 10_000_000
    with pytest.raises(Refusal, match=r"project\.sum_under_paid"):
        winners.contract(project, sum=9_999_999)


def test_a_mistaken_payment_stays_in_sight_and_stops_counting(
    winners: Winners, project: Project, session: Session
) -> None:
    winners.contract(project)
    payment = service.record_payment(session, winners.by, project, sum=10_000_000, paid_on=TODAY)
    with pytest.raises(Refusal, match=r"project\.need_reason"):
        service.void_payment(session, winners.by, project, payment.id, reason="")
    service.void_payment(session, winners.by, project, payment.id, reason="Лишний ноль")
    assert (project.paid_sum, len(project.payments)) == (0, 1)
    service.record_payment(session, winners.by, project, sum=1_000_000, paid_on=TODAY)
    assert project.paid_sum == 1_000_000


def test_acceptance_needs_a_contract_a_quantity_for_each_line_and_reasons_for_less(
    winners: Winners, project: Project
) -> None:
    with pytest.raises(Refusal, match=r"project\.acceptance_before_contract"):
        winners.accept(project)
    winners.contract(project)
    first, second = project.lines

    def accept(delivered: dict[int, tuple[int, str]]) -> None:
        service.record_acceptance(
            winners.session,
            winners.by,
            project,
            accepted_on=TODAY,
            act="A-1",
            delivered=delivered,
        )

    full = (first.promised, "")
    for delivered, code, field in (
        ({first.id: full}, "project.quantity_missing", f"delivered_{second.id}"),
        ({first.id: full, second.id: (-1, "")}, "project.quantity_negative", None),
        ({first.id: full, second.id: (700_000, "")}, "project.smaller_reason", None),
    ):
        with pytest.raises(Refusal) as refused:
            accept(delivered)
        assert refused.value.code == code
        if field:
            assert refused.value.field == field
    accept({first.id: full, second.id: (700_000, "Часть площадки занята теплотрассой")})
    assert (second.delivered, second.promised) == (700_000, 1_000_000)
    assert project.accepted_on == TODAY


def test_a_manager_of_another_district_may_do_nothing(
    winners: Winners, project: Project, session: Session, tmp_path: Path
) -> None:
    other = signed(make_person(session, "manager", area=make_area(session)))
    for act in (
        lambda: service.change_status(session, other, project, "design"),
        lambda: service.post_update(session, other, project, body="x", progress=1),
        lambda: service.shift_date(session, other, project, new_date=TOMORROW, reason="x"),
        lambda: service.record_payment(session, other, project, sum=1, paid_on=TODAY),
        lambda: service.void_payment(session, other, project, 1, reason="x"),
        lambda: service.appoint_manager(session, other, project, 1),
        lambda: service.add_photos(
            session, other, project, [jpeg()], stage="after", root=tmp_path, most_bytes=10**6
        ),
    ):
        with pytest.raises(Forbidden):
            act()


def test_who_saw_an_older_version_gets_a_conflict(winners: Winners, project: Project) -> None:
    seen = project.version
    service.change_status(winners.session, winners.by, project, "design", seen=seen)
    with pytest.raises(Conflict, match=r"project\.changed"):
        service.change_status(winners.session, winners.by, project, "procurement", seen=seen)


def test_news_raise_the_progress_end_the_silence_and_reach_the_followers(
    winners: Winners, project: Project, session: Session, tmp_path: Path
) -> None:
    project.reminded_days = 30
    update = service.post_update(session, winners.by, project, body="Уложили плитку", progress=40)
    service.add_photos(
        session,
        winners.by,
        project,
        [jpeg(), jpeg()],
        stage="during",
        root=tmp_path,
        most_bytes=10**6,
        update=update,
    )
    assert (project.progress, project.reminded_days) == (40, 0)
    assert [photo.update_id for photo in project.photos] == [update.id] * 2
    assert all(photo.file.public for photo in project.photos)
    assert len(letters(session, "project_update")) == 2
    for progress in (-1, 101):
        with pytest.raises(Refusal, match=r"project\.progress_wrong"):
            service.post_update(session, winners.by, project, body="x", progress=progress)


def test_a_manager_is_one_of_the_district(
    winners: Winners, project: Project, session: Session
) -> None:
    stranger = make_person(session, "manager", area=make_area(session))
    with pytest.raises(Refusal, match=r"project\.no_such_manager"):
        service.appoint_manager(session, winners.by, project, stranger.id)
    citywide = make_person(session, "manager")
    service.appoint_manager(session, winners.by, project, citywide.id)
    assert project.manager_id == citywide.id


def test_silence_is_answered_once_at_thirty_and_once_at_sixty_days(
    winners: Winners, session: Session
) -> None:
    made = winners.start()
    head = make_person(session, "administrator")
    began = made[0].news_at

    def remind(days: int) -> int:
        moment = began + timedelta(days=days, hours=1)
        return service.remind_silent_projects(session, Signature(SYSTEM, moment), moment)

    version = made[0].version
    assert remind(29) == 0
    assert remind(30) == 2
    assert remind(31) == 0
    assert remind(60) == 2
    assert remind(75) == 0
    silent = letters(session, "project_silent")
    assert [(letter.recipient, letter.data["days"]) for letter in silent] == [
        (winners.manager.email, 30),
        (head.email, 60),
    ]
    assert {row["number"] for row in silent[0].data["projects"]} == {p.number for p in made}
    session.refresh(made[0])
    assert made[0].version == version
    service.post_update(
        session,
        Signature(winners.by.actor, began + timedelta(days=80)),
        made[0],
        body="x",
        progress=5,
    )
    assert remind(100) == 0
    assert remind(111) == 1


def test_finished_projects_owe_no_news(winners: Winners, project: Project) -> None:
    winners.bring_to(project, "completed")
    moment = datetime.now(UTC) + timedelta(days=400)
    reminded = service.remind_silent_projects(winners.session, Signature(SYSTEM, moment), moment)
    assert reminded == 1, "only the other project is silent"


def test_every_command_leaves_its_entry_in_the_log(
    winners: Winners, session: Session, tmp_path: Path
) -> None:
    project = winners.start()[0]
    winners.bring_to(project, "works")
    service.shift_date(
        session, winners.by, project, new_date=project.due_on + timedelta(days=1), reason="Дожди"
    )
    service.post_update(session, winners.by, project, body="x", progress=5)
    payment = service.record_payment(session, winners.by, project, sum=5, paid_on=TODAY)
    service.void_payment(session, winners.by, project, payment.id, reason="x")
    service.appoint_manager(session, winners.by, project, winners.manager.id)
    service.add_photos(
        session, winners.by, project, [jpeg()], stage="after", root=tmp_path, most_bytes=10**6
    )
    winners.accept(project)
    service.follow(session, signed(winners.secretary), project)
    service.unfollow(session, signed(winners.secretary), project)
    logged = set(
        session.scalars(
            select(AuditEntry.action).where(
                AuditEntry.subject_type == "project", AuditEntry.subject_id == str(project.id)
            )
        )
    )
    assert logged == {
        "project.started",
        "project.step_taken",
        "project.contract_recorded",
        "project.date_moved",
        "project.update_posted",
        "project.payment_recorded",
        "project.payment_voided",
        "project.manager_appointed",
        "project.photos_added",
        "project.acceptance_recorded",
        "project.followed",
        "project.unfollowed",
    }


def test_the_hourly_round_reminds_of_silence(
    winners: Winners, project: Project, session: Session
) -> None:
    project.news_at = datetime.now(UTC) - timedelta(days=31)
    session.commit()
    assert jobs.remind_managers in jobs.HOURLY
    jobs.remind_managers(datetime.now(UTC))
    silent = letters(session, "project_silent")
    assert [letter.recipient for letter in silent] == [winners.manager.email]
