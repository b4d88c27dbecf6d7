"""Casting ballots: once per person, last one counts, nobody is linked with a choice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session

from pb_portal.cycles import service as cycles
from pb_portal.db import database_now
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind, is_open
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import check_choices
from pb_portal.voting import queries
from pb_portal.voting.models import Ballot, BallotDraft, Participation, VoterSession
from pb_portal.voting.service.poll import Poll, allowed, digest, insert


@dataclass(frozen=True)
class Sending:
    """One press of the last button. A retry carries the same `submission`."""

    token: str
    choices: tuple[int, ...]
    submission: str


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
    check_choices(poll.rules, choices, allowed(session, poll, voter.area_id, choices))
    first = _take_part(session, poll, voter.voter_key, now.astimezone(zone))
    return ledger.receipt_of(_add(session, poll, voter, name, choices, once, first=first))


def _take_part(session: Session, poll: Poll, voter_key: str, now: datetime) -> bool:
    """Mark the voter's participation; False when the mark was there already.

    The mark is met under a lock, so that sendings of one voter go one after another.
    """
    statement = insert(session, Participation).values(
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
        insert(session, Ballot).values(
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


def mix(session: Session) -> bool:
    """Rewrite both tables in the order of their keys, so that a dump of PostgreSQL cannot be
    joined by the order of writing. SQLite's tables always lie so; returns whether it was needed."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    for table in ("voting_participation", "voting_ballot"):
        session.execute(text(f"CLUSTER {table} USING pk_{table}"))
    return True
