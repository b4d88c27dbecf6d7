"""Inclusion and consistency of RFC 6962: published vectors, the definition, and every forgery."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pb_portal.tally.receipt import tree
from tests.domain.test_ledger import ENTRIES, ROOTS, recursive

# Of certificate-transparency's merkle tree tests: leaf (from one), size, path.
N96, N5F, N6B = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
NBC, NCA, ND3 = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
)
INCLUSIONS = [
    (1, 1, []),
    (1, 8, [N96, N5F, N6B]),
    (6, 8, [NBC, NCA, ND3]),
    (3, 3, [ROOTS[1]]),
    (2, 5, [ROOTS[0], N5F, NBC]),
]
CONSISTENCIES = [
    (1, 1, []),
    (1, 8, [N96, N5F, N6B]),
    (6, 8, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", NCA, ND3]),
    (2, 5, [N5F, NBC]),
]
VECTORS = [tree.leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]
SIZES = st.integers(1, 130)


def made_of(leaves: list[bytes]) -> tree.Subtree:
    return lambda start, size: recursive(leaves[start : start + size])


def numbered(size: int) -> list[bytes]:
    return [tree.leaf_hash(str(number).encode()) for number in range(size)]


@pytest.mark.parametrize(("leaf", "size", "path"), INCLUSIONS)
def test_inclusion_is_that_of_the_published_vectors(leaf: int, size: int, path: list[str]) -> None:
    found = tree.inclusion(leaf - 1, size, made_of(VECTORS))
    assert [step.hex() for step in found] == path
    reached = tree.root_of_inclusion(leaf - 1, size, VECTORS[leaf - 1], found)
    assert reached is not None and reached.hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCIES)
def test_consistency_is_that_of_the_published_vectors(
    first: int, second: int, path: list[str]
) -> None:
    found = tree.consistency(first, second, made_of(VECTORS))
    assert [step.hex() for step in found] == path
    roots = [bytes.fromhex(ROOTS[size - 1]) for size in (first, second)]
    assert tree.is_consistent(first, second, *roots, found)


@given(SIZES, st.data())
def test_every_leaf_of_every_size_is_shown_and_no_other(size: int, data: st.DataObject) -> None:
    leaves = numbered(size)
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 140))
    root = recursive(leaves)
    path = tree.inclusion(index, size, made_of(leaves))
    assert tree.root(size, made_of(leaves)) == root
    assert tree.root_of_inclusion(index, size, leaves[index], path) == root
    if other != index:
        assert tree.root_of_inclusion(other, size, leaves[index], path) != root
    assert tree.root_of_inclusion(index, size, tree.leaf_hash(b"forged"), path) != root
    assert tree.root_of_inclusion(index, size, leaves[index], [*path, root]) != root
    if path:
        assert tree.root_of_inclusion(index, size, leaves[index], path[:-1]) != root
        assert tree.root_of_inclusion(index, size, leaves[index], _bent(path, data)) != root


@given(SIZES, SIZES, st.data())
def test_a_beginning_is_shown_and_an_altered_past_is_not(
    one: int, two: int, data: st.DataObject
) -> None:
    first, second = sorted((one, two))
    leaves = numbered(second)
    old, new = recursive(leaves[:first]), recursive(leaves)
    path = tree.consistency(first, second, made_of(leaves))
    assert tree.is_consistent(first, second, old, new, path)
    place = data.draw(st.integers(0, first - 1))
    past = [*leaves[:place], tree.leaf_hash(b"altered"), *leaves[place + 1 : first]]
    assert not tree.is_consistent(first, second, recursive(past), new, path)
    assert not tree.is_consistent(first, second, old, tree.leaf_hash(b"new"), path)
    assert not tree.is_consistent(first, second, old, new, [*path, old])
    if path:
        assert not tree.is_consistent(first, second, old, new, _bent(path, data))


def _bent(path: list[bytes], data: st.DataObject) -> list[bytes]:
    place = data.draw(st.integers(0, len(path) - 1))
    return [*path[:place], hashlib.sha256(path[place]).digest(), *path[place + 1 :]]


def test_sizes_that_make_no_sense_prove_nothing() -> None:
    root = tree.leaf_hash(b"")
    assert tree.root_of_inclusion(0, 0, root, []) is None
    assert tree.root_of_inclusion(-1, 1, root, []) is None
    assert not tree.is_consistent(0, 1, tree.EMPTY, root, [])
    assert not tree.is_consistent(2, 1, root, root, [])
    assert not tree.is_consistent(3, 5, root, root, [])
    assert tree.root(0, made_of([])) == tree.EMPTY
