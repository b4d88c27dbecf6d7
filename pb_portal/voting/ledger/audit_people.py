"""Whether everybody who took part was on the roll, entered by the portal, and has one ballot."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from pb_portal.domain import ledger, roll
from pb_portal.register import queries as register
from pb_portal.register.service.roll import chain_link, digest_rows, is_signed
from pb_portal.voting.ledger.findings import Box, Look
from pb_portal.voting.paper.queries.batches import batches_of
from pb_portal.voting.queries.opened import off_roll, participants

PORTAL = "portal"


def check_people(session: Session, look: Look, box: Box) -> Iterator[str]:
    """Everybody who voted here is on the roll and has a ballot, and nobody else has one."""
    own = ledger.cycle_key(look.key, look.cycle.id)
    days, left = look.days, set(box.names)
    for voter_key, channel, on, mac in participants(session, look.cycle.id, look.at):
        if not roll.same(mac, roll.participation_mac(look.roll_key, voter_key, channel, on)):
            yield "a participation was not entered by the portal, or altered since"
        name = ledger.ballot_key(own, voter_key)
        if channel == PORTAL and name not in left:
            yield "somebody who voted in the portal has no ballot"
        if channel == PORTAL:
            left.discard(name)
        if days is None or not days[0] <= on <= days[1]:
            yield "somebody took part on a day outside the vote"
    for _ in left - set(paper_names(session, look.cycle.id, own)):
        yield "a ballot belongs to nobody who voted"
    removed = register.removed_marks(session, look.cycle.id)
    for voter_key in off_roll(session, look.cycle.id, look.at):
        if roll.removed_mark(look.roll_key, voter_key) not in removed:
            yield "somebody who was never on the roll took part"


def paper_names(session: Session, cycle_id: int, own: str) -> Iterator[str]:
    """Under which names ballots on paper may lie in the box."""
    for batch in batches_of(session, cycle_id):
        for serial in range(batch.first, batch.last + 1):
            yield ledger.ballot_key(own, f"paper:{batch.number}:{serial}")


def check_roll(session: Session, look: Look) -> Iterator[str]:
    """The roll is the one whose digest was signed at the freeze and after each correction."""
    heads = register.heads_of(session, look.cycle.id)
    state = register.find_state(session, look.cycle.id)
    if not heads or state is None or state.frozen_at is None:
        yield "the digest of the roll was not signed"
        return
    former = None
    for number, head in enumerate(heads, 1):
        if head.number != number or (head.act == "freeze") != (number == 1):
            yield f"signed digest {number} of the roll is missing"
        if head.public_key != look.public_key or not is_signed(head, look.cycle.slug):
            yield f"signed digest {head.number} of the roll: its signature does not hold"
        if head.previous != (chain_link(former, look.cycle.slug) if former else ""):
            yield f"signed digest {head.number} of the roll does not name the one before it"
        former = head
    if heads[0].at != state.frozen_at or heads[-1].entries != state.entries:
        yield "the register states another freeze or another number of people"
    digest, entries = digest_rows(session, look.cycle.id, look.register_key)
    if (digest, entries) != (heads[-1].digest, heads[-1].entries):
        yield "the roll is not the one whose digest was signed"
    altered = sum(
        not roll.same(mac, roll.entry_mac(look.roll_key, values))
        for values, mac in register.roll_rows(session, look.cycle.id)
    )
    if altered:
        yield "a row of the roll does not carry its own code"
