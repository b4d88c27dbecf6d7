"""Sealing the ledger: on schedule, all of it, once, in a form that tells no outsider anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select, text

from pb_portal import jobs
from pb_portal.cycles.queries import rules_of
from pb_portal.db import Missing, database_now, db, transaction
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.sealing import SLOTS
from pb_portal.register.service import Proved
from pb_portal.signing import Signer
from pb_portal.tally.bundle import canonical
from pb_portal.tally.receipt import Kept, check, record_leaf, tree
from pb_portal.tally.receipt.proof import load
from pb_portal.voting import queries, service
from pb_portal.voting.ledger import batches, proofs, sealing
from pb_portal.voting.models import Ballot, LedgerBatch, PendingLeaf, SealedLeaf
from tests.factories import move_phase
from tests.factories.voting import make_vote, make_voter
from tests.unguarded import unguarded

EVERY = timedelta(seconds=15)
SIGNER = Signer("test-signing")


def cast(session, cycle, papers, voter=None, submission="a" * 32) -> str:
    """One more ballot; its receipt."""
    from tests.rooms.voting.test_secrecy import cast_for

    voter = voter or make_voter(session, cycle)
    return cast_for(session, cycle, voter, [papers[0].id], submission)


def seal(session, cycle, *, open_: bool = True) -> LedgerBatch:
    """The next batch, whatever the clock says."""
    one = sealing.Round(cycle.id, cycle.slug, open_)
    draft = sealing.prepare(session, one, keys_of(cycle), SIGNER)
    assert sealing.store(session, draft)
    return batches.newest(session, cycle.id)[0]


def keys_of(cycle):
    return batches.keys_of(cycle.id, "test-ballot")


def proof_of(session, cycle, receipt) -> bytes:
    place = proofs.find_place(session, cycle.id, receipt, keys_of(cycle))
    return proofs.proof_of(session, cycle.id, cycle.slug, place, keys_of(cycle))


def test_every_ballot_waits_for_its_batch_and_then_lies_in_one(session):
    cycle, papers = make_vote(session)
    receipts = [cast(session, cycle, papers) for _ in range(5)]
    waiting = session.scalars(select(PendingLeaf.leaf)).all()
    assert sorted(waiting) == sorted(session.scalars(select(Ballot.leaf)))
    place = proofs.find_place(session, cycle.id, receipts[0], keys_of(cycle))
    assert place is not None and place.batch is None
    with pytest.raises(Missing):
        proof_of(session, cycle, receipts[0])
    seal(session, cycle)
    assert session.scalars(select(PendingLeaf.leaf)).all() == []
    for receipt in receipts:
        steps = check(load(proof_of(session, cycle, receipt)), Kept(receipt, SIGNER.public_key))
        assert [step.code for step in steps] == ["receipt", "batch", "tree", "signature", "key"]
        assert all(step.holds for step in steps), steps


def test_receipts_of_all_batches_lead_to_heads_that_are_beginnings_of_each_other(session):
    cycle, papers = make_vote(session)
    receipts = []
    for number in range(1, 12):
        receipts += [cast(session, cycle, papers) for _ in range(number % 3)]
        seal(session, cycle)
    rows = session.scalars(select(LedgerBatch).order_by(LedgerBatch.number)).all()
    records = [record_leaf(cycle.slug, row.number, row.root) for row in rows]
    for row in rows:
        assert row.head == tree.root(row.number, _over(records)).hex()
        assert row.previous == (rows[row.number - 2].head if row.number > 1 else tree.EMPTY.hex())
    newest = batches.head_of(rows[-1], cycle.slug)
    for receipt in receipts:
        proof = load(proof_of(session, cycle, receipt))
        first = proof["head"]["batches"]
        path = proofs.consistency_of(session, cycle.id, first, 11)
        steps = check(proof, Kept(receipt, SIGNER.public_key, newest, path))
        assert all(step.holds for step in steps), steps
        if first < 11:
            assert not all(step.holds for step in check(proof, Kept(receipt, "", newest)))
    for first, second in ((0, 3), (3, 2), (5, 12)):
        with pytest.raises(Missing):
            proofs.consistency_of(session, cycle.id, first, second)


def _over(records):
    def subtree(start: int, size: int) -> bytes:
        if size == 1:
            return records[start]
        half = size // 2
        return tree.node_hash(subtree(start, half), subtree(start + half, half))

    return subtree


def test_batches_come_by_the_clock_and_not_by_the_ballots(session):
    cycle, papers = make_vote(session)
    now = database_now(session)
    assert [one.cycle_id for one in sealing.due(session, now, EVERY)] == [cycle.id]
    seal(session, cycle)
    assert sealing.due(session, now + EVERY - timedelta(seconds=2), EVERY) == []
    cast(session, cycle, papers)
    assert sealing.due(session, now + EVERY - timedelta(seconds=2), EVERY) == []
    assert len(sealing.due(session, now + EVERY, EVERY)) == 1


def test_after_the_close_two_batches_end_the_ledger_whatever_is_left(session):
    cycle, papers = make_vote(session)
    cast(session, cycle, papers)
    voting = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    move_phase(
        session,
        voting,
        ends_at=(database_now(session) - timedelta(minutes=1)).replace(microsecond=0),
    )
    session.flush()
    later = database_now(session) + EVERY
    for _ in range(sealing.CLOSING):
        assert [one.open for one in sealing.due(session, later, EVERY)] == [False]
        seal(session, cycle, open_=False)
    assert sealing.due(session, later, EVERY) == []
    session.add(PendingLeaf(cycle_id=cycle.id, leaf="ab" * 32))
    session.flush()
    assert len(sealing.due(session, later, EVERY)) == 1


def test_before_the_vote_and_for_loaded_elections_nothing_is_sealed(session):
    cycle, _ = make_vote(session)
    voting = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    assert sealing.due(session, voting.starts_at - timedelta(seconds=1), EVERY) == []
    with unguarded(session, "cycles_cycle"):
        cycle.is_imported = True
    assert sealing.due(session, database_now(session), EVERY) == []


def test_a_head_has_the_same_bytes_whatever_the_box_holds(session):
    sizes, names = set(), set()
    for ballots in (0, 1, 40):
        cycle, papers = make_vote(session)
        for _ in range(ballots):
            cast(session, cycle, papers)
        batch = seal(session, cycle)
        head = {**batches.head_of(batch, "same"), "cycle": "same"}
        sizes.add(len(canonical(head)))
        names.add(tuple(sorted(head)))
        assert head["slots"] == SLOTS
    assert len(sizes) == len(names) == 1


def test_of_two_workers_with_the_same_number_one_is_kept(session):
    cycle, papers = make_vote(session)
    cast(session, cycle, papers)
    one = sealing.Round(cycle.id, cycle.slug, True)
    drafts = [sealing.prepare(session, one, keys_of(cycle), SIGNER) for _ in range(2)]
    assert [sealing.store(session, draft) for draft in drafts] == [True, False]
    assert session.scalar(select(func.count()).select_from(LedgerBatch)) == 1
    assert session.scalar(select(func.count()).select_from(SealedLeaf)) == 1


def test_a_worker_that_dies_before_it_commits_leaves_nothing_behind(own_app):
    with own_app.app_context():
        with transaction() as work:
            cycle, papers = make_vote(work)
            cycle_id, slug = cycle.id, cycle.slug
            cast(work, cycle, papers)
        one = sealing.Round(cycle_id, slug, True)
        keys = batches.keys_of(cycle_id, "test-ballot")
        draft = sealing.prepare(db.session(), one, keys, SIGNER)
        with pytest.raises(KeyboardInterrupt), transaction() as work:
            sealing.store(work, draft)
            raise KeyboardInterrupt
        assert db.session.scalar(select(func.count()).select_from(LedgerBatch)) == 0
        assert db.session.scalar(select(func.count()).select_from(PendingLeaf)) == 1
        jobs.seal_batches(datetime.now(UTC))
        jobs.seal_batches(datetime.now(UTC))
        assert db.session.scalar(select(func.count()).select_from(LedgerBatch)) == 1
        assert db.session.scalar(select(func.count()).select_from(PendingLeaf)) == 0
        db.session.remove()


def test_another_key_of_the_box_stops_the_sealing(session):
    cycle, _ = make_vote(session)
    seal(session, cycle)
    one = sealing.Round(cycle.id, cycle.slug, True)
    with pytest.raises(sealing.KeyChanged):
        sealing.prepare(session, one, batches.keys_of(cycle.id, "another"), SIGNER)


@pytest.mark.parametrize("table", ["voting_batch", "voting_sealed"])
def test_what_is_sealed_cannot_be_altered_or_taken_out(session, table):
    cycle, papers = make_vote(session)
    cast(session, cycle, papers)
    seal(session, cycle)
    for attack in (f"UPDATE {table} SET cycle_id = cycle_id", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="append-only"), session.begin_nested():
            session.execute(text(attack))


def test_a_copy_of_the_database_does_not_tell_which_ballot_came_in_which_batch(session):
    """No leaf, whole or in part, in bytes or in hex, stands in what was sealed."""
    cycle, papers = make_vote(session)
    for _ in range(6):
        cast(session, cycle, papers)
        seal(session, cycle)
    leaves = session.scalars(select(Ballot.leaf)).all()
    kept = []
    for table in ("voting_batch", "voting_sealed"):
        for row in session.execute(text(f"SELECT * FROM {table}")).all():
            kept += [v.hex() if isinstance(v, bytes | memoryview) else str(v) for v in row]
    said = " ".join(kept)
    assert leaves and not any(leaf[:16] in said for leaf in leaves)


def test_casting_takes_no_statement_more_for_the_ledger(session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    poll = service.poll_of(cycle.id, rules_of(cycle), "test-ballot", "test-register")
    made: list[str] = []
    engine = session.connection().engine
    event.listen(engine, "before_cursor_execute", lambda *a: made.append(a[2]))
    token = service.open_voter(
        session, poll, Proved(voter.key, cycle.areas[0].area_id), database_now(session)
    )
    assert token and not any("voting_pending" in statement for statement in made)
    cast(session, cycle, papers, voter, "b" * 32)
    assert not any("voting_pending" in statement for statement in made)
    assert session.scalar(select(func.count()).select_from(PendingLeaf)) == 1


def test_a_changed_vote_keeps_both_receipts_alike(session):
    cycle, papers = make_vote(session)
    voter = make_voter(session, cycle)
    first = cast(session, cycle, papers, voter, "a" * 32)
    second = cast(session, cycle, papers, voter, "b" * 32)
    seal(session, cycle)
    one, two = (json.loads(proof_of(session, cycle, receipt)) for receipt in (first, second))
    assert set(one) == set(two) and one["head"] == two["head"]
    assert queries.receipt_included(session, cycle.id, first)
    assert all(step.holds for step in check(one, Kept(first)))
