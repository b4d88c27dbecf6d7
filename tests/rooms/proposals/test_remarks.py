"""Remarks beside the fields and the reviewed estimate."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import SYSTEM, Signature
from pb_portal.proposals import queries, service
from tests.factories import make_cycle, make_person, make_proposal
from tests.factories.proposals import bench_line


def test_remarks_of_a_round_are_kept_by_field_and_replaced_as_a_whole(
    session: Session, at: datetime
) -> None:
    proposal = make_proposal(session, make_cycle(session), status="in_review")
    by = Signature(SYSTEM, at)
    service.set_remarks(session, by, proposal, {"title": " Say where ", "photos": "  "})
    service.set_remarks(session, by, proposal, {"estimate": "Count the benches"})
    found = queries.remarks.open_for(session, proposal.id)
    assert [(one.field, one.text) for one in found] == [("estimate", "Count the benches")]
    with pytest.raises(Refusal, match="field_unknown"):
        service.set_remarks(session, by, proposal, {"author": "who?"})


def test_a_reviewed_estimate_adds_up_and_knows_only_the_proposals_own_lines(
    session: Session,
) -> None:
    author = make_person(session)
    proposal = make_proposal(session, make_cycle(session), status="in_review", author_id=author.id)
    proposal.lines = [bench_line()]
    session.flush()
    line = proposal.lines[0].id
    total = service.set_reviewed_lines(
        session,
        proposal,
        [
            service.ReviewedWork(line, "Bench", "piece", 1000, 100_000, "One is enough"),
            service.ReviewedWork(None, "Bin", "piece", 2000, 30_000),
        ],
    )
    assert total == 160_000
    assert [one.sum for one in queries.remarks.reviewed_lines(session, proposal.id)] == [
        100_000,
        60_000,
    ]
    with pytest.raises(Refusal, match="line_unknown"):
        service.set_reviewed_lines(
            session, proposal, [service.ReviewedWork(line + 999, "x", "m", 1, 1)]
        )
