"""The result bundle: one public file with all that a stranger needs to repeat a result.

``build`` makes it, ``verify`` checks it, both described in docs/tally.md. A zip archive of

``manifest.json``   format, what it is about, and the length and SHA-256 of every other member
``signature.json``  an Ed25519 signature over the bytes of ``manifest.json``, and the public key
``rules.json``      the rule book with its digest; for each area its file, rule identifier and the
                    areas whose unspent money it takes
``lot.json``        the lot's seed and the commitment published before the vote
``poll.json``       areas, their budgets and prices
``ledger.json``     heads of the ledger of ballots (``size``, ``root``, ``at``, ``signature``)
``result.json``     the result of every area with a reason for every project
``areas/….pb``      the ballots of an area; ``areas/….totals.json`` where too few voted to publish
                    them
"""

from pb_portal.tally.bundle.archive import BundleError, canonical, digest
from pb_portal.tally.bundle.build import (
    Bundle,
    LotRecord,
    Part,
    Sign,
    build,
    format_number,
    names_in,
    poll,
    signer,
)
from pb_portal.tally.bundle.report import Finding, Report
from pb_portal.tally.bundle.verify import verify

__all__ = [
    "Bundle",
    "BundleError",
    "Finding",
    "LotRecord",
    "Part",
    "Report",
    "Sign",
    "build",
    "canonical",
    "digest",
    "format_number",
    "names_in",
    "poll",
    "signer",
    "verify",
]
