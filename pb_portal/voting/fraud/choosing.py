"""The desk's settings: thresholds before the vote, shared addresses at any time."""

from __future__ import annotations

import ipaddress
from dataclasses import fields

from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.domain import fraud
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.voting.fraud.looking import settings_row

RANGES = {
    "address": (10, 1000), "phone": (3, 100), "device": (3, 1000), "burst": (5, 1000),
    "ages": (5, 1000), "quick": (2, 1000), "identical": (60, 100),
}  # fmt: skip


def choose(
    session: Session, by: Signature, cycle: Cycle, thresholds: dict[str, int], shared: list[str]
) -> None:
    """Set the desk of a cycle. Thresholds are refused once the vote has begun."""
    demand(by.actor, P.STEER_CYCLE)
    row = settings_row(session, cycle.id)
    for name, (least, most) in RANGES.items():
        if not least <= thresholds.get(name, least) <= most:
            raise Refusal("fraud.threshold", field=name, least=least, most=most)
    before = fraud.Thresholds.from_dict(row.thresholds)
    after = fraud.Thresholds.from_dict(thresholds)
    voting = cycles.find_phase(cycle, PhaseKind.VOTING)
    if after != before and voting is not None and voting.starts_at <= by.at:
        raise Refusal("fraud.started")
    row.thresholds = {one.name: getattr(after, one.name) for one in fields(after)}
    row.shared = [_network(place) for place in shared]
    audit.record(
        session,
        by,
        "fraud.settings",
        ("cycle", cycle.id),
        cycle_id=cycle.id,
        shared=len(row.shared),
        thresholds=row.thresholds,
    )


def _network(place: str) -> str:
    """One address (of IPv6 its /64), or a network of the width a trace knows (/24, /48)."""
    try:
        if "/" not in place:
            bits = 32 if ipaddress.ip_address(place).version == 4 else 64
            return str(ipaddress.ip_network(f"{place}/{bits}", strict=False))
        found = ipaddress.ip_network(place, strict=False)
    except ValueError:
        raise Refusal("fraud.place", field="shared", place=place) from None
    if found.prefixlen not in ((32, 24) if found.version == 4 else (64, 48)):
        raise Refusal("fraud.place", field="shared", place=place)
    return str(found)
