"""Days typed into forms: a mistyped year is told, in every form that asks for a day."""

from __future__ import annotations

import inspect
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import DateField, Form
from wtforms.fields.core import UnboundField

import pb_portal
from pb_portal.reports import forms as reports
from pb_portal.web import clock
from pb_portal.web.dates import Day


class Trip(Form):
    """A form with a day that may lie a little ahead and not behind."""

    on = Day("On", back=0, ahead=30)


@pytest.mark.parametrize(
    ("days", "fits"), [(0, True), (30, True), (31, False), (365, False), (-1, False)]
)
@pytest.mark.parametrize("spelling", ["%Y-%m-%d", "%d.%m.%Y"])
def test_a_day_too_far_away_is_refused_with_its_year(
    app: Flask, days: int, fits: bool, spelling: str
) -> None:
    with app.test_request_context():
        day = clock.today() + timedelta(days=days)
        form = Trip(MultiDict({"on": day.strftime(spelling)}))
        assert form.validate() == fits
        if not fits:
            (said,) = form.on.errors
            assert str(day.year) in said and "Check the year" in said


def fields_of_days() -> dict[str, type]:
    """Every field of every form that takes a day, read from the classes."""
    found = {}
    for module in walk_packages(pb_portal.__path__, "pb_portal."):
        if "form" not in module.name:
            continue
        for name, form in inspect.getmembers(import_module(module.name), inspect.isclass):
            for field, bound in inspect.getmembers(form):
                if isinstance(bound, UnboundField) and issubclass(bound.field_class, DateField):
                    found[f"{name}.{field}"] = bound.field_class
    return found


def test_every_form_that_asks_for_a_day_bounds_it() -> None:
    fields = fields_of_days()
    assert len(fields) >= 15
    unbounded = {kind for kind in fields.values() if not issubclass(kind, Day)}
    assert unbounded == {reports.Day}, "reports reach back to 1990 and bound their years themselves"


def test_no_template_writes_the_end_of_a_phase_that_two_agree_to_without_its_year() -> None:
    folder = Path(__file__).resolve().parents[3] / "templates"
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for column in ("proposed_at", "decided_at"):
            for bare in ("datetime", "day", "last_day"):
                assert f"{column}|{bare}" not in text, path
