"""A voter's half hour: opened by a proved identity, it keeps the marks as they are made."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Phase
from pb_portal.domain import roll
from pb_portal.domain.ballots import ballot_of
from pb_portal.domain.coarse_time import next_minute
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.register.service import Proved
from pb_portal.voting import queries
from pb_portal.voting.fraud import standing
from pb_portal.voting.marks import Marks
from pb_portal.voting.models import BallotDraft, Participation, VoterSession
from pb_portal.voting.service import letters
from pb_portal.voting.service.poll import Poll, demand_valid, digest, insert

LIFE = timedelta(minutes=30)
LOST_ANSWER = timedelta(minutes=1)
"""How long after the close the last button, pressed again, still gives out its receipt."""


def open_voter(session: Session, poll: Poll, proved: Proved, at: datetime) -> str:
    """Open half an hour for a proved voter; returns the token for the cookie.

    Refuses those whose vote can no longer be changed.
    """
    done = queries.find_participation(session, poll.cycle_id, proved.voter_key)
    if done is not None:
        name = poll.name(proved.voter_key)
        if not standing.may_vote_anew(session, poll.cycle_id, name, proved.how):
            _check_changeable(poll.rules, done)
    token = secrets.token_urlsafe(32)
    hashed, voter_key, area_id = digest(token), proved.voter_key, proved.area_id
    session.add(
        VoterSession(
            token_hash=hashed,
            cycle_id=poll.cycle_id,
            voter_key=proved.voter_key,
            area_id=proved.area_id,
            expires_at=next_minute(at + LIFE),
            how=proved.how,
            mac=roll.visit_mac(poll.roll, hashed, voter_key, area_id, proved.how),
            reminder=letters.has_reminder(session, poll, proved.voter_key),
        )
    )
    session.flush()
    return token


def close_voter(session: Session, token: str) -> None:
    """The voter leaves; the row goes."""
    session.execute(delete(VoterSession).where(VoterSession.token_hash == digest(token)))


def any_visit_over(session: Session, at: datetime) -> bool:
    """Whether a visit has run out, or a vote has closed over visits or unsent marks."""
    closed = _closed(at)
    over = select(
        or_(
            exists().where(_visit_over(at)),
            exists().where(BallotDraft.cycle_id.in_(closed)),
        )
    )
    return bool(session.scalar(over))


def forget_visits(session: Session, at: datetime) -> None:
    """Delete visits that have run out, and at the close all that are not finished, with the marks
    nobody has sent. A finished one stays for a moment: a press whose answer was lost finds its
    receipt."""
    session.execute(delete(VoterSession).where(_visit_over(at)))
    session.execute(delete(BallotDraft).where(BallotDraft.cycle_id.in_(_closed(at))))


def _visit_over(at: datetime) -> ColumnElement[bool]:
    return or_(
        VoterSession.expires_at <= at,
        VoterSession.cycle_id.in_(_closed(at)) & ~VoterSession.finished,
        VoterSession.cycle_id.in_(_closed(at - LOST_ANSWER)),
    )


def _closed(at: datetime) -> Select[int]:
    return select(Phase.cycle_id).where(Phase.kind == PhaseKind.VOTING, Phase.ends_at <= at)


def keep_choices(
    session: Session, poll: Poll, voter: VoterSession, marks: Marks, at: datetime
) -> None:
    """Keep the choice as made so far; the half hour starts again.

    Refuses more than the rules allow and proposals that are not on this ballot.
    """
    ballot = ballot_of(poll.rules, voter.area_id, marks.choices, marks.points)
    if ballot.choices:
        demand_valid(session, poll, ballot, part=True)
    kept = {
        "choices": list(ballot.choices),
        "points": list(ballot.points),
        "other_area_id": marks.other,
    }
    key = {"cycle_id": poll.cycle_id, "ballot_key": poll.name(voter.voter_key)}
    session.execute(
        insert(session, BallotDraft)
        .values({**key, **kept})
        .on_conflict_do_update(index_elements=list(key), set_=kept)
    )
    session.execute(
        update(VoterSession)
        .where(VoterSession.token_hash == voter.token_hash)
        .values(expires_at=next_minute(at + LIFE))
    )


def demand_whole(session: Session, poll: Poll, area_id: int, marks: Marks) -> None:
    """Refuse marks that are no valid ballot yet."""
    demand_valid(session, poll, ballot_of(poll.rules, area_id, marks.choices, marks.points))


def last_marks(session: Session, poll: Poll, voter: VoterSession) -> Marks:
    """What the voter has marked and not yet sent."""
    row = session.execute(
        select(BallotDraft.choices, BallotDraft.points, BallotDraft.other_area_id).where(
            BallotDraft.cycle_id == poll.cycle_id,
            BallotDraft.ballot_key == poll.name(voter.voter_key),
        )
    ).one_or_none()
    return Marks() if row is None else Marks(tuple(row[0]), tuple(row[1]), row[2])


def _check_changeable(rules: RuleBook, done: Participation) -> None:
    if done.channel != "portal":
        raise Refusal("voting.voted_on_paper")
    if not rules.changeable:
        raise Refusal("voting.already_voted")
