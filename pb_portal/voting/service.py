"""Casting ballots: once per person, last one counts, nobody is linked with a choice."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import cast as typing_cast

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from pb_portal.cycles import service as cycles
from pb_portal.db import Base, database_now
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind, is_open
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook, check_choices
from pb_portal.register.service import Proved
from pb_portal.voting import queries
from pb_portal.voting.models import Ballot, BallotDraft, Participation, VoterSession

LIFE = timedelta(minutes=30)
MOST_OVER = 500


@dataclass(frozen=True)
class Poll:
    """The vote of one cycle: its rules, and the key of its ballot box."""

    cycle_id: int
    rules: RuleBook
    box: str

    def name(self, voter_key: str) -> str:
        """Under which name a voter's ballots and draft lie."""
        return ledger.ballot_key(self.box, voter_key)


@dataclass(frozen=True)
class Sending:
    """One press of the last button. A retry carries the same `submission`."""

    token: str
    choices: tuple[int, ...]
    submission: str


def digest(token: str) -> str:
    """How a token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


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
        check_choices(poll.rules, chosen, _allowed(session, poll, voter.area_id, chosen), part=True)
    row = {
        "cycle_id": poll.cycle_id,
        "ballot_key": poll.name(voter.voter_key),
        "choices": chosen,
    }
    statement = _insert(session, BallotDraft).values(row)
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


def cast(session: Session, poll: Poll, sending: Sending, *, zone: tzinfo) -> str:
    """Put the ballot into the box and return its receipt.

    One transaction, few statements. The phase row is locked and the database's clock decides, so
    nothing is added after the count has begun. The same sending again returns the same receipt.
    """
    voter = queries.find_voter_row(session, poll.cycle_id, digest(sending.token))
    phase = cycles.lock_phase(session, poll.cycle_id, PhaseKind.VOTING)
    now = database_now(session)
    if voter is None or voter.expires_at <= now:
        raise Refusal("voting.session_over")
    name = poll.name(voter.voter_key)
    once = ledger.nonce(poll.box, name, sending.submission)
    known = queries.find_leaf(session, poll.cycle_id, name, once)
    if known is not None:
        return ledger.receipt_of(known)
    if voter.finished:
        raise Refusal("voting.session_over")
    if phase is None or not is_open(phase, now):
        raise Refusal("voting.closed")
    if not cycles.rules_frozen(session, poll.cycle_id):
        raise Refusal("voting.rules_open")
    choices = sorted(sending.choices)
    check_choices(poll.rules, choices, _allowed(session, poll, voter.area_id, choices))
    first = _take_part(session, poll, voter.voter_key, now.astimezone(zone))
    return ledger.receipt_of(_add(session, poll, voter, name, choices, once, first=first))


def _take_part(session: Session, poll: Poll, voter_key: str, now: datetime) -> bool:
    """Mark the voter's participation; False when the mark was there already.

    The mark is met under a lock, so that sendings of one voter go one after another.
    """
    statement = _insert(session, Participation).values(
        cycle_id=poll.cycle_id, voter_key=voter_key, channel="portal", on=now.date()
    )
    made = session.execute(
        statement.on_conflict_do_nothing(index_elements=["cycle_id", "voter_key"]).returning(
            Participation.channel
        )
    ).scalar_one_or_none()
    if made is None:
        if queries.lock_participation(session, poll.cycle_id, voter_key) != "portal":
            raise Refusal("voting.voted_on_paper")
        return False
    return True


def _add(
    session: Session,
    poll: Poll,
    voter: VoterSession,
    name: str,
    choices: list[int],
    once: str,
    *,
    first: bool,
) -> str:
    earlier = queries.find_revisions(session, poll.cycle_id, name)
    if not first and not earlier:
        # The box's key is not the one of the former ballot: a second one would count beside it.
        raise Refusal("voting.former_lost")
    for row in earlier:
        if row.nonce == once:
            return str(row.leaf)
    if earlier and not poll.rules.changeable:
        raise Refusal("voting.already_voted")
    revision = max((row.revision for row in earlier), default=0) + 1
    ballot = ledger.canonical(poll.cycle_id, name, revision, voter.area_id, choices)
    leaf = ledger.leaf(ballot, once)
    session.execute(
        _insert(session, Ballot).values(
            cycle_id=poll.cycle_id,
            ballot_key=name,
            revision=revision,
            area_id=voter.area_id,
            choices=choices,
            points=[],
            nonce=once,
            leaf=leaf,
        )
    )
    session.execute(
        delete(BallotDraft).where(
            BallotDraft.cycle_id == poll.cycle_id, BallotDraft.ballot_key == name
        )
    )
    session.execute(
        update(VoterSession)
        .where(VoterSession.token_hash == voter.token_hash)
        .values(finished=True)
    )
    return leaf


def _insert(session: Session, table: type[Base]) -> Insert:
    """INSERT … ON CONFLICT, which both engines spell alike."""
    if session.get_bind().dialect.name == "postgresql":
        return typing_cast(Insert, postgresql_insert(table))
    return sqlite_insert(table)


def _allowed(session: Session, poll: Poll, area_id: int, choices: list[int]) -> set[int]:
    """Which of the choices stand on this ballot. A list far over the limit, which no page of
    ours sends, is refused before the database is asked about every line of it."""
    if len(choices) > poll.rules.max_choices + MOST_OVER:
        raise Refusal("ballot.too_many", most=poll.rules.max_choices, chosen=len(choices))
    return queries.on_ballot_among(session, poll.cycle_id, poll.rules, area_id, choices)


def _check_changeable(rules: RuleBook, done: Participation) -> None:
    if done.channel != "portal":
        raise Refusal("voting.voted_on_paper")
    if not rules.changeable:
        raise Refusal("voting.already_voted")


def mix(session: Session) -> bool:
    """Rewrite both tables in the order of their keys, so that a dump of PostgreSQL cannot be
    joined by the order of writing. SQLite's tables always lie so; returns whether it was needed."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    for table in ("voting_participation", "voting_ballot"):
        session.execute(text(f"CLUSTER {table} USING pk_{table}"))
    return True


def poll_of(cycle_id: int, rules: RuleBook, key: str) -> Poll:
    """The poll of a cycle; `key` is the installation's ballot key from the settings."""
    return Poll(cycle_id, rules, ledger.cycle_key(key, cycle_id))


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
