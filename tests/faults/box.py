"""What must be true of the ballot box after any fault."""

from __future__ import annotations

from sqlalchemy import select

from pb_portal.db import db
from pb_portal.domain import ledger
from pb_portal.voting.models import Ballot, Participation
from tests.served import Ground


def assert_whole(ground: Ground, acknowledged: list[str], voters: int) -> None:
    """Nothing acknowledged is lost, nobody counts twice, every ballot opens its leaf."""
    with ground.app.app_context():
        db.engine.dispose()
        rows = db.session.execute(
            select(
                Ballot.ballot_key,
                Ballot.revision,
                Ballot.area_id,
                Ballot.choices,
                Ballot.points,
                Ballot.nonce,
                Ballot.leaf,
            ).where(Ballot.cycle_id == ground.cycle_id)
        ).all()
        took_part = db.session.scalars(
            select(Participation.voter_key).where(Participation.cycle_id == ground.cycle_id)
        ).all()
        db.session.remove()
        db.engine.dispose()
    receipts = {ledger.receipt_of(row.leaf) for row in rows}
    assert set(acknowledged) <= receipts, "an acknowledged ballot is lost"
    assert len(rows) == len(took_part) == len(set(took_part)) == voters
    assert {row.revision for row in rows} <= {1}, "somebody counts twice"
    assert {row.ballot_key for row in rows} == {ground.poll.name(key) for key in took_part}
    for name, revision, area_id, choices, points, once, leaf in rows:
        written = ledger.canonical(ground.cycle_id, name, revision, area_id, choices, points)
        assert leaf == ledger.leaf(written, once)
