"""Packages of paper codes: one person orders, another prints, once.

The codes are made while the file is typeset and only their keyed hashes stay. A file that was
lost on its way cannot be had again: the package is revoked and a new one ordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from pb_portal.approvals import registry
from pb_portal.approvals.registry import N_
from pb_portal.audit import service as audit
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain.identity import PAPER_CODE
from pb_portal.domain.paper_codes import code_key, new_code, read_code
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.register.identity.models import CodePackage, PaperCode

MOST = 1000
PACKAGE = registry.register_pair(
    "codes.package",
    label=N_("Order codes on paper, and print them"),
    may_propose=P.ISSUE_CODES,
    may_approve=P.ISSUE_CODES,
)
Packages = Sequence[CodePackage]


@dataclass(frozen=True)
class Order:
    """What a package is to be: how many codes, for which district, handed out where, and how."""

    size: int
    form: str
    place: str
    area_id: int | None = None


def packages_of(session: Session, cycle_id: int) -> Packages:
    """The packages of a cycle, newest first."""
    query = select(CodePackage).where(CodePackage.cycle_id == cycle_id)
    return session.scalars(query.order_by(CodePackage.id.desc())).all()


def get_package(session: Session, package_id: int) -> CodePackage:
    """The package under a lock; raises `Missing`."""
    found = session.get(CodePackage, package_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Missing("package")
    return found


def order_package(session: Session, by: Signature, cycle: Cycle, order: Order) -> CodePackage:
    """Order a package. It holds no codes before it is printed."""
    registry.require_proposer(by, PACKAGE)
    _check_cycle(by, cycle)
    if not 1 <= order.size <= MOST:
        raise Refusal("codes.size", field="size", most=MOST)
    if order.area_id is not None and cycles.find_cycle_area(cycle, order.area_id) is None:
        raise Refusal("codes.area", field="area")
    package = CodePackage(
        cycle_id=cycle.id,
        area_id=order.area_id,
        place=order.place,
        form=order.form,
        size=order.size,
        made_by=by.actor.person_id,
        made_at=by.at,
    )
    session.add(package)
    session.flush()
    _record(session, by, "codes.ordered", package, place=order.place, form=order.form)
    return package


def fresh_codes(size: int) -> list[str]:
    """Codes to be printed, before any of them is known to the portal."""
    return [new_code() for _ in range(size)]


def demand_printable(by: Signature, cycle: Cycle, package: CodePackage) -> None:
    """Refuse the person who ordered the package, a second time, and a revoked package."""
    registry.require_approver(by, PACKAGE)
    _check_cycle(by, cycle)
    if package.revoked_at is not None:
        raise Refusal("codes.revoked")
    if package.downloaded_at is not None:
        raise Refusal("codes.printed")
    if package.made_by == by.actor.person_id:
        raise Refusal("codes.four_eyes")


def keep_printed(
    session: Session, by: Signature, package: CodePackage, codes: list[str], key: str
) -> None:
    """Keep the hashes of codes that are printed; from then on they open ballots. Refuses what
    `demand_printable` refuses."""
    demand_printable(by, cycles.get_cycle_by_id(session, package.cycle_id), package)
    package.downloaded_by, package.downloaded_at = by.actor.person_id, by.at
    session.execute(insert(PaperCode), _rows(package, codes, key))
    _record(session, by, "codes.printed", package)


def note_refused(session: Session, by: Signature, package: CodePackage, why: str) -> None:
    """Write into the log of acts that somebody tried to print a package and was refused."""
    _record(session, by, "codes.refused", package, why=why)


def revoke_package(session: Session, by: Signature, package: CodePackage) -> None:
    """Let none of its codes open a ballot any more. Ballots already cast stay."""
    demand(by.actor, P.ISSUE_CODES)
    if package.revoked_at is not None:
        raise Refusal("codes.revoked")
    package.revoked_by, package.revoked_at = by.actor.person_id, by.at
    _record(session, by, "codes.revoked", package)


def _check_cycle(by: Signature, cycle: Cycle) -> None:
    if cycle.rule_book is None or PAPER_CODE not in cycles.rules_of(cycle).identity:
        raise Refusal("codes.not_offered")
    if cycles.phase_over(cycle, PhaseKind.VOTING, by.at):
        raise Refusal("codes.over")


def _rows(package: CodePackage, codes: list[str], key: str) -> list[dict[str, Any]]:
    names = (code_key(key, package.cycle_id, read_code(code) or "") for code in codes)
    return [
        {
            "cycle_id": package.cycle_id,
            "code_key": name,
            "package_id": package.id,
            "voter_key": None,
            "attempts": 0,
        }
        for name in sorted(names)
    ]


def _record(session: Session, by: Signature, act: str, package: CodePackage, **more: Any) -> None:
    audit.record(
        session,
        by,
        act,
        ("code package", package.id),
        cycle_id=package.cycle_id,
        size=package.size,
        **more,
    )
