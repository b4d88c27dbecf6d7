"""Batches: chained, signed, published on a schedule that nothing done on the portal changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from pb_portal import jobs
from pb_portal.seals import batches, checking
from pb_portal.signing import Signer, holds
from tests.factories import make_person
from tests.rooms.seals.test_records import unguard

SIGNER = Signer("test-signing")


def broken(session):
    return list(checking.find_broken_batches(session, SIGNER.public_key))


@pytest.fixture
def sealed(session):
    """Three batches, the second one empty."""
    make_person(session, "registrar")
    session.flush()
    assert batches.seal_waiting(session, SIGNER) == 1
    assert batches.seal_waiting(session, SIGNER) == 2
    make_person(session, "auditor")
    session.flush()
    assert batches.seal_waiting(session, SIGNER) == 3
    return session


def test_batches_follow_each_other_and_hold(sealed):
    assert broken(sealed) == []
    assert sealed.scalar(text("SELECT count(*) FROM seals_record WHERE batch IS NULL")) == 0


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE seals_record SET batch = NULL WHERE table_name = 'accounts_role_grant'",
        "UPDATE seals_record SET batch = 2 WHERE table_name = 'accounts_role_grant'",
        "UPDATE seals_record SET batch = 9 WHERE table_name = 'accounts_role_grant'",
        "DELETE FROM seals_record WHERE table_name = 'accounts_role_grant'",
        "DELETE FROM seals_batch WHERE number = 2",
        "DELETE FROM seals_batch WHERE number = 3",
        "UPDATE seals_batch SET root = '00' WHERE number = 2",
        "UPDATE seals_batch SET previous = '00' WHERE number = 2",
        "UPDATE seals_batch SET head = '00' WHERE number = 3",
        "UPDATE seals_batch SET public_key = '00' WHERE number = 1",
        "UPDATE seals_batch SET signature = '00' WHERE number = 1",
        "UPDATE seals_batch SET sealed_at = '2001-01-01 00:00:00.000000' WHERE number = 3",
        "UPDATE seals_batch SET number = 7 WHERE number = 3",
    ],
)
def test_what_sql_changes_in_them_is_seen(sealed, attack):
    unguard(sealed)
    sealed.execute(text(attack))
    sealed.expire_all()
    assert broken(sealed), attack


def test_a_chain_signed_anew_by_another_key_is_seen(sealed):
    wrong = list(checking.find_broken_batches(sealed, Signer("other").public_key))
    assert wrong[0] == "batch of seals 1: it is signed with another key"


def test_batches_come_by_the_clock_whether_or_not_anything_was_done(session, app):
    jobs.seal_acts(datetime.now(UTC))
    first = batches.find_newest(session)
    make_person(session, "registrar")
    session.commit()
    jobs.seal_acts(datetime.now(UTC))
    assert batches.find_newest(session).number == first.number
    assert not batches.is_due(session, timedelta(seconds=300))
    assert batches.is_due(session, timedelta(0))


def test_the_heads_are_public_and_tell_an_empty_batch_from_a_full_one_by_nothing(client, sealed):
    sealed.commit()
    told = client.get("/ledger/acts.json").get_json()
    heads = told["heads"]
    assert [one["number"] for one in heads] == [3, 2, 1]
    assert {len(str(one)) for one in heads} == {len(str(heads[0]))}
    for one in heads:
        message = batches.canonical({name: one[name] for name in one if name != "signature"})
        assert holds(told["key"], message, one["signature"])
    assert heads[0]["previous"] == heads[1]["head"]
    older = client.get("/ledger/acts.json?to=1").get_json()
    assert [one["number"] for one in older["heads"]] == [1] and older["older"] is None
