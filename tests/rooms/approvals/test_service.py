"""Four eyes: in the application and in the database."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pb_portal.approvals import queries, service
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.domain.refusal import Conflict, Refusal
from tests.factories import make_person, signed


def ask(session: Session, by: object, subject: str = "thing:1") -> ApprovalRequest:
    return service.propose(session, by, "phase.extend", subject, payload={}, reason="why")  # type: ignore[arg-type]


def test_the_proposer_cannot_decide(session: Session) -> None:
    one = make_person(session, "commissioner")
    request = ask(session, signed(one))
    with pytest.raises(Refusal) as refused:
        service.decide(session, signed(one), request, approve=True)
    assert refused.value.code == "approval.same_person"
    assert request.state == "open"


def test_the_database_itself_refuses_the_proposer_as_approver(session: Session) -> None:
    one = make_person(session, "commissioner")
    request = ask(session, signed(one))
    session.flush()
    with pytest.raises(IntegrityError, match="four_eyes"):
        session.execute(
            update(ApprovalRequest)
            .where(ApprovalRequest.id == request.id)
            .values(state="approved", decided_by=one.id)
        )


def test_a_request_is_decided_once(session: Session) -> None:
    one, two, three = (make_person(session, "commissioner") for _ in range(3))
    request = ask(session, signed(one))
    service.decide(session, signed(two), request, approve=False)
    with pytest.raises(Conflict) as refused:
        service.decide(session, signed(three), request, approve=True)
    assert refused.value.code == "approval.decided"
    assert request.state == "declined"


def test_the_same_act_cannot_be_asked_for_twice_at_once(session: Session) -> None:
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    request = ask(session, signed(one))
    with pytest.raises(Refusal, match=r"approval\.open_already"):
        ask(session, signed(two))
    service.decide(session, signed(two), request, approve=False)
    assert ask(session, signed(two)).state == "open"


def test_open_requests_are_listed_oldest_first(session: Session) -> None:
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    first, second = ask(session, signed(one), "thing:7"), ask(session, signed(one), "thing:8")
    assert [row.id for row in queries.waiting(session, "phase.extend")] == [first.id, second.id]
    service.decide(session, signed(two), first, approve=True)
    assert [row.id for row in queries.waiting(session)] == [second.id]
