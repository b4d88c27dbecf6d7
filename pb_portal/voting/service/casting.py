"""Casting ballots: once per person, last one counts, nobody is linked with a choice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from pb_portal.domain import ledger, roll
from pb_portal.domain.ballots import Ballot as Content
from pb_portal.domain.ballots import ballot_of
from pb_portal.domain.phases import is_open
from pb_portal.domain.refusal import Refusal
from pb_portal.voting.fraud import standing, traces
from pb_portal.voting.service import letters, statements
from pb_portal.voting.service.poll import Poll, demand_valid, digest

MIXED = (
    "voting_participation",
    "voting_ballot",
    "voting_trace",
    "voting_letter",
    "voting_draft",
    "register_phone_use",
    "register_paper_code",
    "register_assistance",
)
"""Tables whose rows are written as people vote: their order must not tell who came when."""


@dataclass(frozen=True)
class Sending:
    """One press of the last button. A retry carries the same `submission`."""

    token: str
    choices: tuple[int, ...]
    submission: str
    points: tuple[int, ...] = ()
    clues: traces.Clues | None = None


def cast(session: Session, poll: Poll, sending: Sending, *, zone: tzinfo) -> str:
    """Put the ballot into the box and return its receipt.

    One transaction, few statements. The phase row is locked and the database's clock decides, so
    nothing is added after the count has begun. The same sending again returns the same receipt.
    """
    here = session.connection()
    voter = statements.enter(here, poll.cycle_id, digest(sending.token))
    if voter is None or not _is_own(poll, voter, sending.token):
        raise Refusal("voting.session_over")
    name = poll.name(voter.voter_key)
    once = ledger.nonce(poll.box, name, sending.submission)
    now, known = statements.look_up(here, poll.cycle_id, name, once)
    if voter.expires_at <= now:
        raise Refusal("voting.session_over")
    if known is not None:
        return ledger.receipt_of(known)
    if voter.finished:
        raise Refusal("voting.session_over")
    if not is_open(voter, now):
        raise Refusal("voting.closed")
    if voter.frozen_at is None:
        raise Refusal("voting.rules_open")
    ballot = ballot_of(poll.rules, voter.area_id, sending.choices, sending.points)
    demand_valid(session, poll, ballot)
    first = _take_part(here, poll, voter.voter_key, now.astimezone(zone))
    revision = 1
    if not first:
        revision, same = _next_revision(session, poll, name, once, voter.how)
        if same:
            return ledger.receipt_of(same)
    leaf = _add(here, poll, ballot, name, revision, once)
    _tidy(session, poll, voter, name, sending.token)
    if sending.clues is not None:
        traces.leave(session, poll, voter.voter_key, sending.clues, now, voter.how)
    return ledger.receipt_of(leaf)


def _is_own(poll: Poll, voter: statements.Entry, token: str) -> bool:
    """Whether the portal itself opened this visit, for this voter."""
    mac = roll.visit_mac(poll.roll, digest(token), voter.voter_key, voter.area_id, voter.how)
    return roll.same(voter.mac, mac)


def _take_part(here: Connection, poll: Poll, voter_key: str, now: datetime) -> bool:
    """Mark the voter's participation; False when the mark was there already.

    The mark is met under a lock, so that sendings of one voter go one after another.
    """
    if statements.take_part(here, poll.roll, poll.cycle_id, voter_key, "portal", now.date()):
        return True
    if statements.lock_participation(here, poll.cycle_id, voter_key) != "portal":
        raise Refusal("voting.voted_on_paper")
    return False


def _next_revision(
    session: Session, poll: Poll, name: str, once: str, how: str
) -> tuple[int, str | None]:
    """The revision that follows a voter's former ballots, and the leaf of this very sending when
    it came in meanwhile."""
    earlier = statements.revisions(session.connection(), poll.cycle_id, name)
    if not earlier:
        # The box's key is not the one of the former ballot: a second one would count beside it.
        raise Refusal("voting.former_lost")
    for row in earlier:
        if row.nonce == once:
            return row.revision, str(row.leaf)
    void = any(row.void for row in earlier)
    anew = void and standing.may_vote_anew(session, poll.cycle_id, name, how)
    if not poll.rules.changeable and not anew:
        raise Refusal("voting.already_voted")
    return max(row.revision for row in earlier) + 1, None


def _add(here: Connection, poll: Poll, ballot: Content, name: str, revision: int, once: str) -> str:
    choices, points = list(ballot.choices), list(ballot.points)
    written = ledger.canonical(poll.cycle_id, name, revision, ballot.area_id, choices, points)
    leaf = ledger.leaf(written, once)
    statements.put(
        here,
        {
            "cycle_id": poll.cycle_id,
            "ballot_key": name,
            "revision": revision,
            "area_id": ballot.area_id,
            "choices": choices,
            "points": points,
            "nonce": once,
            "leaf": leaf,
        },
    )
    return leaf


def _tidy(session: Session, poll: Poll, voter: statements.Entry, name: str, token: str) -> None:
    """The marks go, and the address of who asked to be reminded."""
    statements.tidy(session.connection(), poll.cycle_id, name, digest(token))
    if voter.reminder:
        letters.drop_reminder(session, poll, voter.voter_key)


def mix(session: Session) -> bool:
    """Rewrite the tables in the order of their keys, so that a dump of PostgreSQL cannot be
    joined by the order of writing. SQLite's tables always lie so; returns whether it was needed."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    for table in MIXED:
        session.execute(text(f"CLUSTER {table} USING pk_{table}"))
    return True
