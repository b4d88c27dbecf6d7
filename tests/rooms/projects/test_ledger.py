"""Nothing in the ledger can be edited without trace, and what is shown agrees with its entries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.audit.models import AuditEntry
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.projects import service
from pb_portal.projects.models import Acceptance, Contract, LedgerCheck, Payment, Project
from pb_portal.projects.rules import Limits, is_link
from tests.conftest import sign_in
from tests.rooms.projects.conftest import TODAY, Winners
from tests.strict import StrictClient
from tests.unguarded import drop_guards

TABLES = {
    "projects_contract": "sum = 1",
    "projects_payment": "sum = 1",
    "projects_acceptance": "act = 'x'",
    "projects_accepted_line": "quantity = 1",
    "projects_date_shift": "reason = 'x'",
    "projects_event": "reason = 'x'",
}


@pytest.fixture
def paid(winners: Winners, project: Project) -> Project:
    """A project with an entry of every kind."""
    winners.bring_to(project, "acceptance")
    service.record_payment(winners.session, winners.by, project, sum=4_000_000, paid_on=TODAY)
    winners.accept(project)
    service.shift_date(
        winners.session,
        winners.by,
        project,
        new_date=project.due_on + timedelta(days=9),
        reason="Дожди",
    )
    return project


def check(session: Session) -> LedgerCheck:
    return service.check_ledger(session, Signature(SYSTEM, datetime.now(UTC)), datetime.now(UTC))


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_change_or_delete_an_entry(
    session: Session, paid: Project, table: str
) -> None:
    assert session.scalar(text(f"SELECT count(*) FROM {table}")), "there is something to change"
    for statement in (f"UPDATE {table} SET {TABLES[table]}", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="append-only"), session.begin_nested():
            session.execute(text(statement))


def test_the_database_refuses_to_change_a_promise_and_lets_deliveries_be_entered(
    session: Session, paid: Project
) -> None:
    for change in ("promised = 1", "unit_price = 1", "unit = 'm'"):
        with pytest.raises(DatabaseError, match="never changes"), session.begin_nested():
            session.execute(text(f"UPDATE projects_line SET {change}"))
    session.execute(text("UPDATE projects_line SET delivered = 5"))


def test_the_database_keeps_payments_within_the_contract(session: Session, paid: Project) -> None:
    for change in ("paid_sum = contract_sum + 1", "paid_sum = -1", "accepted_on = '2001-01-01'"):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(f"UPDATE projects_project SET {change}"))


def test_an_amendment_is_an_entry_of_its_own_with_its_reason(
    winners: Winners, session: Session, project: Project
) -> None:
    winners.contract(project)
    for reason, kind, code in (("", "amendment", "change_reason"), ("x", "contract", "kind")):
        with pytest.raises(Refusal, match=code):
            winners.contract(project, sum=9_800_000, kind=kind, reason=reason)
    winners.contract(project, sum=9_800_000, kind="amendment", reason="Меньше плитки")
    rows = session.execute(select(Contract.kind, Contract.sum).order_by(Contract.id)).all()
    assert [tuple(row) for row in rows] == [("contract", 10_000_000), ("amendment", 9_800_000)]
    assert project.contract_sum == 9_800_000
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "project.contract_amendment")
    ).one()
    assert (entry.reason, entry.data["sum_before"]) == ("Меньше плитки", 10_000_000)


def test_a_second_act_says_why_and_leaves_the_first(
    winners: Winners, session: Session, project: Project
) -> None:
    winners.bring_to(project, "acceptance")
    winners.accept(project)
    with pytest.raises(Refusal, match="change_reason"):
        winners.accept(project)
    lines = {line.id: (line.promised, "") for line in project.lines}
    service.record_acceptance(
        session,
        winners.by,
        project,
        accepted_on=TODAY,
        act="A-2",
        delivered=lines,
        reason="Опечатка",
    )
    assert session.scalar(select(func.count(Acceptance.id))) == 2
    assert project.acceptance_act == "A-2"
    assert check(session).faults == []


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"ends_on": TODAY - timedelta(days=1)}, "project.ends_before", "ends_on"),
        ({"ends_on": date(2090, 1, 1)}, "project.later_missing", "difference"),
        ({"procurement_url": "http://zakup.example/1"}, "project.link_wrong", "procurement_url"),
        ({"procurement_url": "javascript:alert(1)"}, "project.link_wrong", "procurement_url"),
        ({"contractor_bin": "990140000018"}, "project.bin_wrong", "contractor_bin"),
        ({"sum": 0}, "project.sum_zero", "sum"),
    ],
)
def test_a_contract_with_wrong_terms_gets_a_sentence_at_its_field(
    winners: Winners,
    session: Session,
    project: Project,
    changes: dict[str, Any],
    code: str,
    field: str,
) -> None:
    with pytest.raises(Refusal) as refused:
        winners.contract(project, **changes)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert session.scalar(select(func.count(Contract.id))) == 0


def test_the_limits_are_the_installations(winners: Winners, project: Project) -> None:
    terms = service.Terms("Jol", "990140000017", "1", 10_900_000, TODAY)
    loose = Limits(percent=10, days=14)
    service.record_contract(winners.session, winners.by, project, terms, limits=loose)
    assert project.contract_sum == 10_900_000


@pytest.mark.parametrize(
    ("quantity", "why"), [(999, True), (1000, False), (1050, False), (1051, True)]
)
def test_less_or_much_more_than_promised_differs(quantity: int, why: bool) -> None:
    assert Limits().quantity_differs(1000, quantity) == why


@pytest.mark.parametrize(
    "address",
    [
        "https://a b.kz/",
        "https://user@zakup.kz/",
        "https://z.kz/" + "a" * 600,
        "ftp://a.kz",
        "https://x",
    ],
)
def test_only_a_plain_secure_address_is_a_link(address: str) -> None:
    assert not is_link(address)


def test_acceptance_much_later_than_promised_says_why(
    winners: Winners, session: Session, project: Project
) -> None:
    winners.bring_to(project, "acceptance")
    project.promised_on = TODAY - timedelta(days=15)
    lines = {line.id: (line.promised, "") for line in project.lines}
    act: dict[str, Any] = {"accepted_on": TODAY, "act": "1", "delivered": lines}
    with pytest.raises(Refusal, match="late_reason"):
        service.record_acceptance(session, winners.by, project, **act)
    service.record_acceptance(session, winners.by, project, late_reason="Зима", **act)
    assert project.late_reason == "Зима"


def test_the_check_finds_every_figure_that_was_tampered_with(
    session: Session, paid: Project
) -> None:
    assert check(session).faults == []
    drop_guards(session)
    for what, change in {
        "paid": "paid_sum = paid_sum - 1",
        "contract": "contract_sum = contract_sum + 1",
        "acceptance": "acceptance_act = 'x'",
        "due": "due_on = '2031-01-01'",
        "promise": "promised_sum = promised_sum + 1",
        "promised_on": "promised_on = '2031-01-01'",
    }.items():
        with session.begin_nested() as inner:
            session.execute(
                text(f"UPDATE projects_project SET {change} WHERE id = :id"), {"id": paid.id}
            )
            found = check(session).faults
            assert what in {fault["what"] for fault in found}, what
            assert {"area", "year"} <= {fault["what"] for fault in found} or what != "paid"
            inner.rollback()
    with session.begin_nested() as inner:
        session.execute(text("UPDATE projects_line SET delivered = 1"))
        assert {fault["what"] for fault in check(session).faults} == {"line"}
        inner.rollback()
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("ledger.%")))
    assert set(actions) == {"ledger.agrees"}, "what was rolled back left no entry"


def test_a_payment_taken_back_is_two_entries_that_make_nothing(
    winners: Winners, session: Session, paid: Project
) -> None:
    payment = paid.payments[0]
    service.void_payment(session, winners.by, paid, payment.id, reason="Не тот счёт")
    assert (paid.paid_sum, payment.void_reason) == (0, "Не тот счёт")
    assert session.scalar(select(func.sum(Payment.sum))) == 0
    assert session.scalar(select(func.count(Payment.id))) == 2
    assert check(session).faults == []


def test_the_daily_check_runs_once_a_day_and_tells_the_monitor_and_the_desk(
    client: StrictClient, winners: Winners, session: Session, paid: Project
) -> None:
    at = datetime.now(UTC)
    jobs.check_ledger(at)
    jobs.check_ledger(at)
    assert session.scalar(select(func.count(LedgerCheck.id))) == 1
    assert client.get("/readyz").get_json()["ledger"] is True
    wrong = text("UPDATE projects_project SET paid_sum = 1 WHERE id = :id")
    session.execute(wrong, {"id": paid.id})
    jobs.check_ledger(at + timedelta(days=1))
    assert client.get("/readyz").get_json()["ledger"] is False
    sign_in(client, winners.manager)
    assert "A sum in the ledger does not agree" in client.page("/desk/projects")
