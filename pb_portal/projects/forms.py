"""Forms of projects. Every POST is checked for its token, so the forms carry none of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf.file import MultipleFileField
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from pb_portal.projects.fields import Money, Percent, Quantity
from pb_portal.projects.models import Project, ProjectLine
from pb_portal.web.dates import DECADE, Day
from pb_portal.web.forms import Form, Line, Lines, required, up_to
from pb_portal.web.phrases.projects import STAGES, stage_word

REASON = _l("Write the reason: residents will read it.")
CHANGES = [
    ("amendment", _l("An amendment was signed")),
    ("correction", _l("The entry was mistaken")),
]


def _id(value: Any) -> int:
    """An id out of a choice; 0, which nothing has, for anything else."""
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class UpdateForm(Form):
    """News from the site: thirty seconds on a phone."""

    body = Lines(
        _l("What is new"), [required(_l("Write what is new: one line is enough.")), up_to(2000)]
    )
    progress = Percent(_l("Done, per cent"), [required(_l("Enter a whole number from 0 to 100."))])
    picture = MultipleFileField(
        _l("Photos"), description=_l("JPEG, PNG or WebP, up to %(most)s MB together", most="12")
    )
    stage = RadioField(_l("The photos show the place"), default="during", validate_choice=False)


class SiteForm(UpdateForm):
    """The same from a phone on the site; the key tells a second sending from a second update."""

    sent_key = HiddenField()


class ReadingForm(Form):
    """The head publishes news or returns it."""

    remark = Lines(_l("What to change"), [up_to(1000)])


class StepForm(Form):
    """A step that needs nothing said."""

    target = Line(_l("New state"), [required()])


class HaltForm(Form):
    """A step whose reason residents read."""

    target = RadioField(
        _l("What happens"),
        [InputRequired(message=_l("Choose what happens."))],
        validate_choice=False,
    )
    reason = Lines(_l("Reason for residents"), [up_to(2000)])
    new_date = Day(_l("New date"), [Optional()])


class ContractForm(Form):
    """The contract."""

    contractor = Line(_l("Contractor"), [required(), up_to(200)])
    contractor_bin = Line(
        _l("BIN of the contractor"), [required(), up_to(20)], description=_l("12 digits")
    )
    number = Line(_l("Contract number"), [required(), up_to(80)])
    sum = Money(_l("Sum of the contract"), [required()])
    signed_on = Day(_l("Signed on"), [required()], back=DECADE, ahead=0)
    ends_on = Day(_l("Works to be done by"), [Optional()])
    procurement_url = Line(
        _l("Page of the public procurement"), [up_to(500)], description=_l("Begins with https://")
    )
    difference = Lines(
        _l("Why sum or date differ from the promise"),
        [up_to(2000)],
        description=_l("Needed when the difference is large. Residents will read it."),
    )
    kind = RadioField(_l("What changes"), choices=CHANGES, default="", validate_choice=False)
    reason = Lines(_l("Why it changes"), [up_to(2000)], description=_l("Residents will read it."))


class PaymentForm(Form):
    """Money paid."""

    sum = Money(_l("Sum paid"), [required()])
    paid_on = Day(_l("Paid on"), [required()], back=DECADE, ahead=0)
    note = Line(lazy_pgettext("payment", "What for"), [up_to(200)])


class VoidForm(Form):
    """Taking a mistaken payment back."""

    payment = SelectField(_l("Payment"), coerce=_id, validate_choice=False)
    void_reason = Line(
        _l("What was wrong"),
        [required(REASON), up_to(300)],
    )


class ShiftForm(Form):
    """Another promised date."""

    new_date = Day(_l("New date"), [required(_l("Choose the new date residents can count on."))])
    reason = Lines(
        _l("Reason for residents"),
        [required(REASON), up_to(2000)],
    )


class PhotosForm(Form):
    """Photos of the place."""

    stage = RadioField(_l("When they were taken"), default="during", validate_choice=False)
    picture = MultipleFileField(
        _l("Photos"),
        [InputRequired(message=_l("Choose at least one photo."))],
        description=_l("JPEG, PNG or WebP, up to %(most)s MB together", most="12"),
    )
    caption = Line(_l("What is seen"), [up_to(200)])


class ManagerForm(Form):
    """Who answers for the project."""

    manager = SelectField(_l("Manager"), coerce=_id, validate_choice=False)


class AcceptanceForm(Form):
    """The act, and below it one pair of fields for every promised line."""

    accepted_on = Day(_l("Accepted on"), [required()], back=DECADE, ahead=0)
    act = Line(_l("Number of the act"), [required(_l("Enter the number of the act.")), up_to(80)])
    late_reason = Lines(
        _l("Why later than promised"),
        [up_to(2000)],
        description=_l("Needed when it is much later. Residents will read it."),
    )
    change_reason = Lines(
        _l("Why the earlier entry is corrected"),
        [up_to(2000)],
        description=_l("The earlier entry stays in the history."),
    )

    def pairs(self) -> dict[int, tuple[int, str]]:
        """{line id: (quantity, reason)} as typed."""
        found = {}
        for name, box in self._fields.items():
            if name.startswith("delivered_"):
                line_id = int(name.removeprefix("delivered_"))
                found[line_id] = (box.data, self._fields[f"reason_{line_id}"].data or "")
        return found


class MilestoneForm(Form):
    """The days of one milestone."""

    milestone = SelectField(_l("Milestone"), coerce=_id, validate_choice=False)
    planned_on = Day(_l("Planned for"), [required()])
    done_on = Day(_l("Done on"), [Optional()], back=DECADE, ahead=0)


class NewMilestoneForm(Form):
    """A milestone of the manager's own."""

    name = Line(_l("What is to be done"), [required(), up_to(120)])
    planned_on = Day(_l("Planned for"), [required()])


class StartForm(Form):
    """Winners become projects."""

    promised_on = Day(_l("Promised by"), [required(_l("Choose the date residents can count on."))])


def acceptance_form(lines: Sequence[ProjectLine]) -> type[AcceptanceForm]:
    """The form with the fields of these lines."""
    fields: dict[str, Any] = {}
    for line in lines:
        fields[f"delivered_{line.id}"] = Quantity(
            lazy_pgettext("quantity", "Accepted"),
            [required(_l("Enter how much was accepted; 0 if nothing."))],
        )
        fields[f"reason_{line.id}"] = Line(_l("Why it differs from the promise"), [up_to(500)])
    return type("AcceptanceForm", (AcceptanceForm,), fields)


def stages() -> list[tuple[str, str]]:
    """Choices of the stage of a photo."""
    return [(code, stage_word(code)) for code in STAGES]


def values_of(project: Project, today: date) -> dict[str, dict[str, Any]]:
    """What each form shows before anything is typed."""
    accepted: dict[str, Any] = {
        "accepted_on": project.accepted_on,
        "act": project.acceptance_act,
        "late_reason": project.late_reason,
    }
    for line in project.lines:
        accepted[f"delivered_{line.id}"] = line.delivered
        accepted[f"reason_{line.id}"] = line.difference
    return {
        "news": {"progress": project.progress},
        "contract": {
            "contractor": project.contractor,
            "contractor_bin": project.contractor_bin,
            "number": project.contract_number,
            "sum": project.contract_sum,
            "signed_on": project.contract_on,
            "ends_on": project.contract_ends_on,
            "procurement_url": project.procurement_url,
            "difference": project.contract_difference,
        },
        "payment": {"paid_on": today},
        "acceptance": accepted,
        "manager": {"manager": project.manager_id},
    }
