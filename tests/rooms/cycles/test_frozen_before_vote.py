"""No ballot is taken under rules that could still change."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal import jobs
from pb_portal.cycles import queries
from pb_portal.domain.refusal import Refusal
from pb_portal.register.service import Proved
from pb_portal.voting import service as voting
from pb_portal.voting.models import Ballot
from tests.factories.voting import make_vote, make_voter
from tests.strict import StrictClient

ALMATY = ZoneInfo("Asia/Almaty")


def test_the_ballot_box_stays_shut_until_the_rules_are_frozen(session: Session) -> None:
    cycle, papers = make_vote(session, frozen=False)
    voter = make_voter(session, cycle)
    poll = voting.poll_of(cycle.id, queries.rules_of(cycle), "test-ballot", "test-register")
    now = datetime.now(UTC)
    proved = Proved(voter.key, cycle.areas[0].area_id)
    token = voting.open_voter(session, poll, proved, now)
    sending = voting.Sending(token, (papers[0].id,), "once")
    with pytest.raises(Refusal) as refused:
        voting.cast(session, poll, sending, zone=ALMATY)
    assert refused.value.code == "voting.rules_open"
    assert session.scalars(select(Ballot)).all() == []
    session.commit()
    jobs.freeze_rules(now)
    assert voting.cast(session, poll, sending, zone=ALMATY)
    assert len(session.scalars(select(Ballot)).all()) == 1


def test_the_page_of_the_vote_waits_for_the_rules(client: StrictClient, session: Session) -> None:
    cycle, _ = make_vote(session, frozen=False)
    session.commit()
    for locale in ("ru", "kk"):
        client.page(f"/c/{cycle.slug}/vote", locale=locale)
    assert "about to be fixed" in client.page(f"/c/{cycle.slug}/vote")
    jobs.freeze_rules(datetime.now(UTC))
    assert "about to be fixed" not in client.page(f"/c/{cycle.slug}/vote")
