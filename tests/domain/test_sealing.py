"""A batch's tree: every leaf is shown, an outsider cannot tell how many there are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pb_portal.domain import ledger
from pb_portal.domain.sealing import DEPTH, SLOTS, batch_tree, packed, seal_keys, unpacked
from pb_portal.tally.receipt import tree

KEYS = seal_keys(ledger.cycle_key("key", 1))
LEAVES = st.sets(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=60)


@given(LEAVES)
@settings(deadline=None)
def test_every_leaf_leads_to_the_root_by_a_path_of_the_same_length(leaves: set[str]) -> None:
    batch = batch_tree(KEYS.blinds, 7, leaves)
    for leaf in map(bytes.fromhex, leaves):
        path = batch.path(leaf)
        assert len(path) == DEPTH
        assert tree.root_of_inclusion(batch.places[leaf], SLOTS, leaf, path) == batch.root


@given(LEAVES)
@settings(deadline=None)
def test_neither_order_nor_repetition_of_sealing_changes_a_batch(leaves: set[str]) -> None:
    listed = sorted(leaves)
    assert batch_tree(KEYS.blinds, 7, listed).root == batch_tree(KEYS.blinds, 7, listed[::-1]).root
    assert unpacked(packed(listed[::-1])) == listed


def test_two_batches_and_two_keys_share_no_hash_not_even_empty_ones() -> None:
    other = seal_keys(ledger.cycle_key("key", 2))
    roots = {
        batch_tree(keys.blinds, number, []).root for keys in (KEYS, other) for number in (1, 2, 3)
    }
    assert len(roots) == 6
    leaf = "ab" * 32
    paths = [batch_tree(KEYS.blinds, number, [leaf]).path(bytes.fromhex(leaf)) for number in (1, 2)]
    assert not set(paths[0]) & set(paths[1])
    assert KEYS.commitment != other.commitment


def test_a_batch_refuses_a_leaf_twice_and_too_many() -> None:
    with pytest.raises(ValueError, match="each leaf once"):
        batch_tree(KEYS.blinds, 1, ["ab" * 32, "ab" * 32])


def test_the_marks_of_leaves_need_the_key() -> None:
    other = seal_keys(ledger.cycle_key("other", 1))
    assert KEYS.mark("ab" * 32) != other.mark("ab" * 32)
    assert "ab" * 32 not in repr(KEYS) and "blinds" not in repr(KEYS)
