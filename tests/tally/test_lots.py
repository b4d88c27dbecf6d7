"""The order of ties."""

import hashlib
from dataclasses import replace

from pb_portal.tally import commit, file_ties, lot, lot_order, official_ties

SEED = bytes.fromhex("00ff" * 16)


def test_anyone_can_repeat_the_lot_with_a_hash_program():
    ids = ["7", "12", "жоба"]
    by_hand = sorted(ids, key=lambda one: hashlib.sha256(SEED + one.encode()).hexdigest())
    assert lot_order(SEED, ids) == by_hand


def test_the_lot_does_not_depend_on_the_order_of_the_projects():
    assert lot_order(SEED, "abcdef") == lot_order(SEED, "fedcba")


def test_another_seed_draws_another_order():
    ids = [str(number) for number in range(50)]
    assert lot_order(SEED, ids) != lot_order(b"x", ids)


def test_the_commitment_is_the_hash_of_the_seed():
    assert commit(SEED) == hashlib.sha256(SEED).hexdigest()


def test_a_published_result_shows_who_won_among_equals(make):
    election = make({"a": 1, "b": 1, "c": 1}, [], 1)
    assert official_ties(election) == file_ties(election)
    marked = tuple(replace(one, official=int(one.id == "c")) for one in election.projects)
    ties = official_ties(replace(election, projects=marked))
    assert (ties.name, ties.order) == ("official", ("c", "a", "b"))


def test_the_lot_covers_every_project(make):
    election = make({"a": 1, "b": 1, "c": 1}, [], 1)
    assert sorted(lot(SEED, election).order) == ["a", "b", "c"]
