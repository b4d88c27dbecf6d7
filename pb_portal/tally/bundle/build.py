"""Making the bundle of a certified result.

    bundle = build(
        [Part(Area("almaly", election, "greedy-threshold:threshold=40"))],
        rule_book=rules.to_dict(), lot=LotRecord(seed, commitment), ledger={"heads": [...]},
        about={"cycle": "bnu-2026", "certified_at": "2026-11-16T12:00:00+05:00"},
        sign=signer(private_key),
    )

Everything in the result is counted from the very bytes that are published, so a stranger's recount
has to give the same; the caller compares ``bundle.outcomes`` with what was certified.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final

from pb_portal.tally.areas import Area, left_over, order_of, with_leftovers
from pb_portal.tally.bundle.archive import (
    BundleError,
    canonical,
    digest,
    pack,
    parse,
    unpack,
)
from pb_portal.tally.bundle.record import (
    WINNERS_ONLY,
    area_record,
    can_count_totals,
    candidates,
    from_totals,
    spelled,
    totals,
    winners_record,
)
from pb_portal.tally.bundle.rulebook import METHOD, POLL
from pb_portal.tally.lots import lot
from pb_portal.tally.model import Election
from pb_portal.tally.outcome import Outcome
from pb_portal.tally.pabulib import dumps, read
from pb_portal.tally.rules import count, parse_rule

#: The newest is the last. The first has no poll, and its ledger says less.
FORMATS: Final = ("pb-portal result bundle 1", "pb-portal result bundle 2")
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature.json"

#: Public key and signature of some bytes.
Sign = Callable[[bytes], tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Part:
    """One area of the result.

    The election's ``meta`` holds what a Pabulib file requires. ``withheld``: too few voted to
    publish ballots, so only totals are. ``uncounted``: nor the number of ballots. ``winners_only``:
    so few voted that no totals are published either. ``about`` is for readers: names of the area.
    """

    area: Area
    withheld: bool = False
    uncounted: bool = False
    winners_only: bool = False
    about: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LotRecord:
    """The draw: the seed, its commitment published before the vote, and when that was."""

    seed: bytes
    commitment: str
    about: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """The file, what is in it, and the count of each area."""

    data: bytes
    members: Mapping[str, bytes]
    outcomes: Mapping[str, Outcome]

    @property
    def sha256(self) -> str:
        """The digest of the file."""
        return digest(self.data)


def build(
    parts: Sequence[Part],
    *,
    rule_book: Mapping[str, Any],
    lot: LotRecord,
    ledger: Mapping[str, Any],
    about: Mapping[str, Any],
    sign: Sign,
    number: int = len(FORMATS),
) -> Bundle:
    """Count, write, digest and sign. ``ElectionError`` where a part cannot be counted or written.

    Values in ``rule_book``, ``ledger`` and the ``about``s are plain JSON without floats. ``number``
    is that of the format, for a bundle that was made before the newest.
    """
    members = {_file(part): _member(part) for part in parts}
    records, outcomes = _count(parts, members, lot.seed)
    members |= {
        "rules.json": canonical(_rules(parts, rule_book)),
        "lot.json": canonical(
            {
                **(lot.about or {}),
                "commitment": lot.commitment,
                "seed": lot.seed.hex(),
                "method": METHOD,
            }
        ),
        "ledger.json": canonical(ledger),
        "result.json": canonical({"areas": records}),
    }
    if number > 1:
        members[POLL] = canonical(poll([part.area for part in parts]))
    listed = {name: {"bytes": len(data), "sha256": digest(data)} for name, data in members.items()}
    manifest = canonical({"format": FORMATS[number - 1], "about": about, "members": listed})
    key, signature = sign(manifest)
    members[MANIFEST] = manifest
    members[SIGNATURE] = signature_record(key, signature)
    return Bundle(pack(members), members, outcomes)


def format_number(data: bytes) -> int:
    """The number of the format a bundle was made in."""
    name = parse(unpack(BytesIO(data)), MANIFEST).get("format")
    if name not in FORMATS:
        raise BundleError(f"The manifest is not of the format “{FORMATS[-1]}”.")
    return FORMATS.index(name) + 1


def poll(areas: Sequence[Area]) -> dict[str, Any]:
    """What was voted on: areas, their own budgets, and prices."""
    return {
        "areas": [
            {
                "code": area.code,
                "budget": spelled(area.election.budget, area.election.scale),
                "projects": [
                    {"id": one.id, "cost": spelled(one.cost, area.election.scale)}
                    for one in area.election.projects
                ],
            }
            for area in areas
        ]
    }


def signature_record(key: bytes, signature: bytes) -> bytes:
    """The member that holds the signature."""
    told = {"key": key.hex(), "signature": signature.hex()}
    return canonical({"algorithm": "Ed25519", "signs": MANIFEST, **told})


def signer(private_key: bytes) -> Sign:
    """Sign with the 32 bytes of an Ed25519 key; needs the package ``cryptography``."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return lambda message: (key.public_key().public_bytes_raw(), key.sign(message))


def _file(part: Part) -> str:
    if part.winners_only:
        return f"areas/{part.area.code}{WINNERS_ONLY}"
    return f"areas/{part.area.code}{'.totals.json' if part.withheld else '.pb'}"


def _member(part: Part) -> bytes:
    if part.winners_only:
        return canonical(candidates(part.area.election))
    if part.withheld:
        return canonical(totals(part.area.election, uncounted=part.uncounted))
    rule = part.area.rule or part.area.election.rule
    return dumps(replace(part.area.election, rule=rule)).encode()


def names_in(data: bytes) -> dict[int, str]:
    """Number → name of every project a bundle of the portal's own names."""
    found: dict[int, str] = {}
    for name, member in unpack(BytesIO(data)).items():
        if name.endswith(".pb"):
            said = [(one.id, one.name) for one in read(member, voters=False).election.projects]
        elif name.startswith("areas/"):
            said = [(one["id"], one["name"]) for one in json.loads(member)["projects"]]
        else:
            continue
        found |= {int(one): title for one, title in said if one.isdigit()}
    return found


def published(part: Part, member: bytes) -> tuple[Election, int]:
    """The election a stranger finds in the bundle, and how many ballots were not blank.

    Where ballots are withheld and totals do not tell the result, it is the election itself.
    """
    rule = part.area.rule or part.area.election.rule
    if not (part.withheld or part.winners_only):
        found = read(member, voters=False).election
        return replace(found, rule=rule), found.voters
    own = part.area.election
    ballots = sum(one.weight for one in own.ballots if one.choices)
    if can_count_totals(parse_rule(rule)) and not part.winners_only:
        return replace(from_totals(totals(own))[0], rule=rule), ballots
    return replace(own, rule=rule), ballots


def _count(
    parts: Sequence[Part], members: Mapping[str, bytes], seed: bytes
) -> tuple[list[dict[str, Any]], dict[str, Outcome]]:
    found = {part.area.code: published(part, members[_file(part)]) for part in parts}
    areas = {
        part.area.code: replace(part.area, election=found[part.area.code][0]) for part in parts
    }
    left: dict[str, int] = {}
    outcomes: dict[str, Outcome] = {}
    for code in order_of({part.area.code: part.area.takes_from for part in parts}):
        election = with_leftovers(areas[code], areas, left)
        outcomes[code] = count(election, election.rule, lot(seed, election))
        left[code] = left_over(outcomes[code])
    quiet = {part.area.code for part in parts if part.winners_only}
    uncounted = {part.area.code for part in parts if part.uncounted}
    records = [
        winners_record(code, area.election, outcomes[code])
        if code in quiet
        else area_record(
            code, area.election, outcomes[code], None if code in uncounted else found[code][1]
        )
        for code, area in areas.items()
    ]
    return records, outcomes


def _rules(parts: Sequence[Part], rule_book: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rule_book": rule_book,
        "rule_book_sha256": digest(canonical(rule_book)),
        "areas": [
            {
                "about": part.about or {},
                "code": part.area.code,
                "file": _file(part),
                "rule": part.area.rule or part.area.election.rule,
                "takes_from": list(part.area.takes_from),
            }
            for part in parts
        ],
    }
