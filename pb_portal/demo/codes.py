"""A package of paper codes for the sample's voters, printed in demo-voters.json."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config import Settings
from pb_portal.cycles.models import Cycle
from pb_portal.demo.people import People
from pb_portal.domain.signature import Signature
from pb_portal.register.identity import packages


def load_codes(
    session: Session,
    cycle: Cycle,
    people: People,
    voters: list[dict[str, str]],
    settings: Settings,
    at: datetime,
) -> None:
    """Order and print a package as two people would; each voter of the sample gets one code."""
    ordered = Signature(people.by_role["registrar"].actor(), at - timedelta(days=5))
    printed = Signature(people.by_role["commissioner"].actor(), at - timedelta(days=4))
    order = packages.Order(len(voters), "letters", "Алматы, пошта арқылы", None)
    package = packages.order_package(session, ordered, cycle, order)
    codes = packages.fresh_codes(len(voters))
    packages.keep_printed(session, printed, package, codes, settings.register_key)
    for voter, code in zip(voters, codes, strict=True):
        voter["paper_code"] = code
