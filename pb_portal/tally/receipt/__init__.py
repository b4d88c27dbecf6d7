"""Receipts checked without the portal: a leaf, its paths, and the signed head they lead to.

``tree`` holds the tree of RFC 6962, ``proof`` the file a voter keeps, both described in
docs/tally.md; ``python -m pb_portal.tally receipt PROOF.json`` is ``command``.
"""

from pb_portal.tally.receipt.proof import FORMAT, Kept, Step, check, record_leaf, statement

__all__ = ["FORMAT", "Kept", "Step", "check", "record_leaf", "statement"]
