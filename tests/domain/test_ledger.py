"""Leaves, receipts and the tree, against the vectors of RFC 6962 implementations."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb_portal.domain import ledger

# Entries and roots of certificate-transparency's own merkle tree tests.
ENTRIES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = st.lists(st.binary(min_size=32, max_size=32).map(bytes.hex), max_size=40)


@pytest.mark.parametrize("size", range(1, 9))
def test_the_root_is_the_one_of_the_published_vectors(size: int):
    leaves = [ledger.leaf_of_entry(bytes.fromhex(entry)) for entry in ENTRIES[:size]]
    assert ledger.tree_root(leaves) == ROOTS[size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert ledger.tree_root([]) == hashlib.sha256(b"").hexdigest()


def recursive(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    left, right = recursive(leaves[:half]), recursive(leaves[half:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@given(LEAVES)
def test_the_root_in_one_pass_equals_the_definition(leaves: list[str]):
    assert ledger.tree_root(leaves) == recursive([bytes.fromhex(x) for x in leaves]).hex()


@given(LEAVES.filter(len), st.data())
def test_any_altered_removed_or_added_leaf_changes_the_root(leaves: list[str], data: st.DataObject):
    place = data.draw(st.integers(0, len(leaves) - 1))
    root = ledger.tree_root(leaves)
    other = hashlib.sha256(leaves[place].encode()).hexdigest()
    assert ledger.tree_root([*leaves[:place], other, *leaves[place + 1 :]]) != root
    assert ledger.tree_root([*leaves[:place], *leaves[place + 1 :]]) != root
    assert ledger.tree_root([*leaves, other]) != root


@given(st.binary(min_size=32, max_size=32).map(bytes.hex))
def test_a_receipt_leads_to_its_leaf_however_it_is_typed(leaf: str):
    code = ledger.receipt_of(leaf)
    assert len(code) == 29 and code.count("-") == 5
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "o")):
        assert ledger.leaf_prefix(typed) == leaf[:30]


@pytest.mark.parametrize("text", ["", "ABC", "U" * 24, "1" * 23, "1" * 25, "привет"])
def test_what_is_no_receipt_leads_nowhere(text: str):
    assert ledger.leaf_prefix(text) is None


def test_a_leaf_covers_every_field_of_the_ballot_and_the_nonce():
    base = (1, "name", 1, 3, [5, 6], [])
    others = [
        (2, "name", 1, 3, [5, 6], []),
        (1, "other", 1, 3, [5, 6], []),
        (1, "name", 2, 3, [5, 6], []),
        (1, "name", 1, 4, [5, 6], []),
        (1, "name", 1, 3, [6, 5], []),
        (1, "name", 1, 3, [5, 6], [1, 2]),
    ]
    leaves = {ledger.leaf(ledger.canonical(*fields), "00" * 16) for fields in [base, *others]}
    leaves.add(ledger.leaf(ledger.canonical(*base), "01" * 16))
    assert len(leaves) == 8


def test_the_same_ballot_sent_twice_has_two_unlike_leaves():
    box = ledger.cycle_key("k", 1)
    first, second = (ledger.nonce(box, "name", press) for press in ("a" * 32, "b" * 32))
    assert first != second and len(bytes.fromhex(first)) == 16
    assert ledger.nonce(box, "name", "a" * 32) == first


def test_a_ballots_name_needs_the_key_of_its_cycle():
    first, second = ledger.cycle_key("k", 1), ledger.cycle_key("k", 2)
    assert ledger.ballot_key(first, "voter") != ledger.ballot_key(second, "voter")
