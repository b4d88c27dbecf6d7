"""A voter's half hour: opened by a proved identity, it keeps the marks as they are made."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook, check_choices
from pb_portal.register.service import Proved
from pb_portal.voting import queries
from pb_portal.voting.models import BallotDraft, Participation, VoterSession
from pb_portal.voting.service.poll import Poll, allowed, digest, insert

LIFE = timedelta(minutes=30)


def open_voter(session: Session, poll: Poll, proved: Proved, at: datetime) -> str:
    """Open half an hour for a proved voter; returns the token for the cookie.

    Refuses those whose vote can no longer be changed.
    """
    done = queries.find_participation(session, poll.cycle_id, proved.voter_key)
    if done is not None:
        _check_changeable(poll.rules, done)
    session.execute(delete(VoterSession).where(VoterSession.expires_at <= at))
    token = secrets.token_urlsafe(32)
    session.add(
        VoterSession(
            token_hash=digest(token),
            cycle_id=poll.cycle_id,
            voter_key=proved.voter_key,
            area_id=proved.area_id,
            expires_at=at + LIFE,
        )
    )
    session.flush()
    return token


def close_voter(session: Session, token: str) -> None:
    """The voter leaves; the row goes."""
    session.execute(delete(VoterSession).where(VoterSession.token_hash == digest(token)))


def keep_choices(
    session: Session, poll: Poll, voter: VoterSession, choices: list[int], at: datetime
) -> None:
    """Keep the choice as made so far; the half hour starts again.

    Refuses more than the rules allow and proposals that are not on this ballot.
    """
    chosen = sorted(choices)
    if chosen:
        check_choices(poll.rules, chosen, allowed(session, poll, voter.area_id, chosen), part=True)
    row = {
        "cycle_id": poll.cycle_id,
        "ballot_key": poll.name(voter.voter_key),
        "choices": chosen,
    }
    statement = insert(session, BallotDraft).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["cycle_id", "ballot_key"], set_={"choices": chosen}
        )
    )
    session.execute(
        update(VoterSession)
        .where(VoterSession.token_hash == voter.token_hash)
        .values(expires_at=at + LIFE)
    )


def last_choices(session: Session, poll: Poll, voter: VoterSession) -> list[int]:
    """What the voter has marked and not yet sent."""
    return (
        session.scalar(
            select(BallotDraft.choices).where(
                BallotDraft.cycle_id == poll.cycle_id,
                BallotDraft.ballot_key == poll.name(voter.voter_key),
            )
        )
        or []
    )


def _check_changeable(rules: RuleBook, done: Participation) -> None:
    if done.channel != "portal":
        raise Refusal("voting.voted_on_paper")
    if not rules.changeable:
        raise Refusal("voting.already_voted")
