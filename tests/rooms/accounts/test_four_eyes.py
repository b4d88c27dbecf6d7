"""Four eyes see who people are at the moment of the decision."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from pb_portal.accounts import by_two, four_eyes
from pb_portal.approvals import service as approvals
from pb_portal.approvals.models import ApprovalRequest
from pb_portal.approvals.registry import KINDS
from pb_portal.domain.refusal import Conflict, Forbidden, Refusal
from tests.factories import make_person, signed


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """An extension that moves nothing: these tests are about the people."""
    bare = replace(KINDS["phase.extend"], check=None, apply=None, decline_reason="")
    monkeypatch.setitem(KINDS, "phase.extend", bare)


def ask(session: Session, by: object) -> ApprovalRequest:
    return approvals.propose(session, by, "phase.extend", "thing:1", payload={}, reason="why")  # type: ignore[arg-type]


def decide(session: Session, by: object, request: ApprovalRequest, approve: bool = True) -> None:
    four_eyes.decide(session, by, request, approve=approve)  # type: ignore[arg-type]


@pytest.mark.parametrize("how", ["blocked", "role taken away"])
def test_a_request_does_not_outlive_its_proposer(session: Session, how: str) -> None:
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    boss = make_person(session, "administrator")
    request = ask(session, signed(one))
    if how == "blocked":
        gone = by_two.propose_block(session, signed(boss), one, reason="Left the office")
    else:
        gone = by_two.propose_revoke(
            session, signed(boss), one, one.grants[0].id, reason="Left the office"
        )
    by_two.decide(session, signed(two), gone, approve=True)
    with pytest.raises(Conflict, match="proposer_gone"):
        decide(session, signed(two), request)
    assert request.state == "open"
    decide(session, signed(two), request, approve=False)
    assert request.state == "declined"


def test_an_approver_who_lost_the_role_after_opening_the_page_is_refused(session: Session) -> None:
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    boss = make_person(session, "administrator")
    request = ask(session, signed(one))
    opened = signed(two)
    grant = two.grants[0].id
    gone = by_two.propose_revoke(session, signed(boss), two, grant, reason="Left the office")
    by_two.decide(session, signed(one), gone, approve=True)
    with pytest.raises(Forbidden):
        decide(session, opened, request)
    assert request.state == "open"


def test_two_who_hold_the_role_decide(session: Session) -> None:
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    request = ask(session, signed(one))
    decide(session, signed(two), request)
    assert request.state == "approved"


def test_neither_asks_nor_decides_without_a_second_factor_just_shown(session: Session) -> None:
    one, two = make_person(session, "commissioner"), make_person(session, "commissioner")
    stale = replace(signed(one), proved=False)
    with pytest.raises(Refusal, match="prove_again"):
        ask(session, stale)
    request = ask(session, signed(one))
    with pytest.raises(Refusal, match="prove_again"):
        decide(session, replace(signed(two), proved=False), request)
    assert request.state == "open"


def test_a_kind_that_is_not_registered_cannot_be_asked_for(session: Session) -> None:
    one = make_person(session, "commissioner")
    with pytest.raises(KeyError):
        approvals.propose(session, signed(one), "phase.erase", "x:1", payload={}, reason="why")
