"""The administrator's dictionary of types of work and of the milestones usual for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pb_portal.audit import service as audit
from pb_portal.domain.permissions import P, demand
from pb_portal.domain.project_states import PATH, Sector
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import MilestoneTemplate, WorkType
from pb_portal.projects.rules import need


@dataclass(frozen=True)
class Usual:
    """One usual milestone as it is typed."""

    names: dict[str, str]
    share: int
    state: str = ""


def save_work_type(
    session: Session,
    by: Signature,
    row: WorkType | None,
    *,
    sector: str,
    names: dict[str, str],
    retired: bool = False,
) -> WorkType:
    """Add a type of work or change it; one that is retired is not offered any more."""
    demand(by.actor, P.ADMINISTER)
    if sector not in set(Sector):
        raise Refusal("project.sector_wrong", field="sector")
    for language in ("kk", "ru", "en"):
        need(names.get(language), "project.name_missing", language)
    if row is None:
        last = session.scalar(select(func.max(WorkType.sort)).where(WorkType.sector == sector))
        row = WorkType(code=f"type-{uuid4().hex[:12]}", sort=(last or 0) + 1, templates=[])
        session.add(row)
    row.sector, row.names, row.retired = sector, dict(names), retired
    session.flush()
    audit.record(
        session,
        by,
        "project.work_type_saved",
        ("work_type", row.id),
        sector=sector,
        names=dict(names),
        retired=retired,
    )
    return row


def set_templates(
    session: Session, by: Signature, work_type_id: int | None, rows: Sequence[Usual]
) -> None:
    """Put these milestones in place of the present ones. Projects that have theirs keep them; a
    type without any takes those without a type."""
    demand(by.actor, P.ADMINISTER)
    for place, row in enumerate(rows):
        if not 0 <= row.share <= 100:
            raise Refusal("project.share_wrong", field=f"share_{place}")
        if row.state and row.state not in set(PATH):
            raise Refusal("project.step_refused", field=f"state_{place}")
        if not all(row.names.get(language) for language in ("kk", "ru", "en")):
            raise Refusal("project.name_missing", field=f"kk_{place}")
    same = (
        MilestoneTemplate.work_type_id.is_(None)
        if work_type_id is None
        else MilestoneTemplate.work_type_id == work_type_id
    )
    before = session.scalars(
        select(MilestoneTemplate).where(same).order_by(MilestoneTemplate.share)
    ).all()
    audit.record(
        session,
        by,
        "project.templates_set",
        ("work_type", work_type_id or 0),
        before=[[row.share, row.state, row.names] for row in before],
        after=[[row.share, row.state, row.names] for row in rows],
    )
    for old in before:
        session.delete(old)
    session.add_all(
        MilestoneTemplate(
            work_type_id=work_type_id, names=dict(row.names), share=row.share, state=row.state
        )
        for row in rows
    )
    session.flush()
