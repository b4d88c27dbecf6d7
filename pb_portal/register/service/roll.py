"""The signed digests of a frozen roll: a chain of heads that takes additions only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.domain import roll
from pb_portal.register import queries
from pb_portal.register.models import RegisterState, RemovedMark, RollHead
from pb_portal.signing import Signer, holds
from pb_portal.tally.bundle import canonical

FREEZE = "freeze"


@dataclass(frozen=True, repr=False)
class RollKeys:
    """What seals a roll: the installation's register key, and its signer."""

    register: str
    signer: Signer


def head_content(head: RollHead, slug: str) -> dict[str, Any]:
    """What a head says, as it is signed and published."""
    return {
        "act": head.act,
        "at": head.at.astimezone(UTC).isoformat(),
        "cycle": slug,
        "digest": head.digest,
        "entries": head.entries,
        "kind": "roll",
        "number": head.number,
        "previous": head.previous,
    }


def signed_bytes(head: RollHead, slug: str) -> bytes:
    """The bytes a head's signature stands under."""
    return canonical(head_content(head, slug))


def chain_link(head: RollHead, slug: str) -> str:
    """How the next head names this one."""
    return hashlib.sha256(signed_bytes(head, slug) + bytes.fromhex(head.signature)).hexdigest()


def is_signed(head: RollHead, slug: str) -> bool:
    """Whether the signature of a head holds."""
    return holds(head.public_key, signed_bytes(head, slug), head.signature)


def sign_freeze(
    session: Session, cycle: Cycle, state: RegisterState, keys: RollKeys, at: datetime
) -> RollHead:
    """Sign what the load read, so that rows altered since then differ from the digest too."""
    return _append(session, cycle, keys, FREEZE, state.digest, state.entries, at)


def digest_rows(session: Session, cycle_id: int, register_key: str) -> tuple[str, int]:
    """The digest of the rows as they lie now, and how many there are."""
    digest = roll.RollDigest(roll.cycle_key(register_key, cycle_id))
    entries = digest.add(values for values, _ in queries.roll_rows(session, cycle_id))
    return digest.value, entries


def sign_correction(
    session: Session,
    cycle: Cycle,
    keys: RollKeys,
    act: str,
    rows: tuple[Iterable[roll.RollRow], Iterable[roll.RollRow]],
    at: datetime,
) -> RollHead | None:
    """Sign the digest after a correction: without the former rows, with the new ones.

    None for a register that was frozen before there were heads.
    """
    former, fresh = rows
    last = queries.newest_head(session, cycle.id)
    if last is None:
        return None
    digest = roll.RollDigest(roll.cycle_key(keys.register, cycle.id), last.digest)
    entries = last.entries
    for row in former:
        digest.remove(row)
        entries -= 1
    entries += digest.add(fresh)
    return _append(session, cycle, keys, act, digest.value, entries, at)


def mark_removed(session: Session, cycle_id: int, keys: RollKeys, voter_key: str) -> None:
    """Keep, without a name, that this person was on the roll."""
    mark = roll.removed_mark(roll.cycle_key(keys.register, cycle_id), voter_key)
    if session.get(RemovedMark, (cycle_id, mark)) is None:
        session.execute(insert(RemovedMark).values(cycle_id=cycle_id, mark=mark))


def _append(
    session: Session,
    cycle: Cycle,
    keys: RollKeys,
    act: str,
    digest: str,
    entries: int,
    at: datetime,
) -> RollHead:
    last = queries.newest_head(session, cycle.id)
    head = RollHead(
        cycle_id=cycle.id,
        number=last.number + 1 if last else 1,
        act=act,
        at=at,
        entries=entries,
        digest=digest,
        previous=chain_link(last, cycle.slug) if last else "",
        public_key=keys.signer.public_key,
    )
    head.signature = keys.signer.sign(signed_bytes(head, cycle.slug))
    session.add(head)
    session.flush()
    return head
