"""What each form of the manage page does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from pb_portal.domain.signature import Signature
from pb_portal.files.service import read_picture
from pb_portal.projects import forms, service
from pb_portal.projects.models import Project
from pb_portal.projects.views.settings import limits, updates_wait
from pb_portal.web import clock, storage
from pb_portal.web.forms import Form


def _seen() -> int | None:
    """The version of the project the person looked at."""
    return request.form.get("version", type=int)


def read_photos(form: Any) -> None:
    """Read a form's photos in place of their streams: before the transaction, which it would
    hold up."""
    if "picture" not in form:
        return
    sent = form.picture.data or []
    service.demand_few(sent)
    form.picture.data = [
        read_picture(picture.stream, most_bytes=storage.most_bytes()) for picture in sent
    ]


def _update(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.send_update(
        work,
        by,
        project,
        form.picture.data or [],
        body=form.body.data,
        progress=form.progress.data,
        stage=form.stage.data,
        root=storage.root(),
        most_bytes=storage.most_bytes(),
        head_first=updates_wait(),
    )


def _photos(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.add_photos(
        work,
        by,
        project,
        form.picture.data or [],
        stage=form.stage.data,
        root=storage.root(),
        most_bytes=storage.most_bytes(),
        caption=form.caption.data or "",
    )


def _step(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.change_status(work, by, project, form.target.data, seen=_seen(), today=clock.today())


def _halt(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.change_status(
        work,
        by,
        project,
        form.target.data,
        reason=form.reason.data or "",
        new_date=form.new_date.data,
        seen=_seen(),
        today=clock.today(),
    )


def _contract(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.record_contract(
        work,
        by,
        project,
        service.Terms(
            contractor=form.contractor.data,
            contractor_bin="".join(form.contractor_bin.data.split()),
            number=form.number.data,
            sum=form.sum.data,
            signed_on=form.signed_on.data,
            ends_on=form.ends_on.data,
            procurement_url=form.procurement_url.data or "",
            difference=form.difference.data or "",
        ),
        kind=form.kind.data or "",
        reason=form.reason.data or "",
        limits=limits(),
        today=clock.today(),
        seen=_seen(),
    )


def _payment(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.record_payment(
        work,
        by,
        project,
        sum=form.sum.data,
        paid_on=form.paid_on.data,
        note=form.note.data or "",
        today=clock.today(),
        seen=_seen(),
    )


def _void(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.void_payment(
        work, by, project, form.payment.data, reason=form.void_reason.data, seen=_seen()
    )


def _acceptance(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.record_acceptance(
        work,
        by,
        project,
        accepted_on=form.accepted_on.data,
        act=form.act.data,
        delivered=form.pairs(),
        late_reason=form.late_reason.data or "",
        reason=form.change_reason.data or "",
        limits=limits(),
        today=clock.today(),
        seen=_seen(),
    )


def _shift(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.shift_date(
        work,
        by,
        project,
        new_date=form.new_date.data,
        reason=form.reason.data,
        today=clock.today(),
        seen=_seen(),
    )


def _manager(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.appoint_manager(work, by, project, form.manager.data)


def _milestone(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.set_milestone(
        work,
        by,
        project,
        form.milestone.data,
        planned_on=form.planned_on.data,
        done_on=form.done_on.data,
        today=clock.today(),
        seen=_seen(),
    )


def _new_milestone(work: Session, by: Signature, project: Project, form: Any) -> None:
    service.add_milestone(
        work, by, project, name=form.name.data, planned_on=form.planned_on.data, seen=_seen()
    )


ACTS: dict[str, Callable[[Session, Signature, Project, Any], None]] = {
    "news": _update,
    "step": _step,
    "halt": _halt,
    "contract": _contract,
    "payment": _payment,
    "void": _void,
    "acceptance": _acceptance,
    "shift": _shift,
    "photos": _photos,
    "manager": _manager,
    "milestone": _milestone,
    "new_milestone": _new_milestone,
}

FORMS: dict[str, type[Form]] = {
    "news": forms.UpdateForm,
    "step": forms.StepForm,
    "halt": forms.HaltForm,
    "contract": forms.ContractForm,
    "payment": forms.PaymentForm,
    "void": forms.VoidForm,
    "acceptance": forms.AcceptanceForm,
    "shift": forms.ShiftForm,
    "photos": forms.PhotosForm,
    "manager": forms.ManagerForm,
    "milestone": forms.MilestoneForm,
    "new_milestone": forms.NewMilestoneForm,
}
