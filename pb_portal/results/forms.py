"""Forms of the count and its certification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import NumberRange, Optional, Regexp

from pb_portal.cycles.models import Cycle
from pb_portal.cycles.rule_words import rule_line
from pb_portal.results.whatif import Scenario
from pb_portal.web.forms import Form, Line, Lines, required, up_to
from pb_portal.web.i18n import local


class PressForm(Form):
    """A single button: count, or propose to certify."""


class DecisionForm(Form):
    """The second commissioner's word."""

    decision = RadioField(
        _l("Your decision"),
        [required(_l("Choose one of the two"))],
        choices=[
            ("approve", _l("Certify and publish the result")),
            ("decline", _l("Decline")),
        ],
    )
    reason = Lines(
        _l("Why you decline"),
        [up_to(1000)],
        description=_l("Needed only if you decline. The first commissioner will read it"),
    )


TRIED = ("a", "b")
"""Ways to count that are tried beside the real one."""
RULES = (
    "",
    "greedy",
    "greedy-no-skip",
    "greedy-per-cost",
    "greedy-custom",
    "equal-shares",
    "equal-shares/add1-overspend",
    "equal-shares/add1-exhaustive",
    "equal-shares/add1-exhaustive:topup=greedy",
    "phragmen",
    "phragmen:fit=skip",
)


def _whole(label: Any, most: int, **known: Any) -> IntegerField:
    message = _l("From %(min)s to %(max)s")
    return IntegerField(label, [Optional(), NumberRange(0, most, message=message)], **known)


class WhatIfForm(Form):
    """A past vote and two other ways to count it."""

    cycle = SelectField(_l("Past vote"), choices=[])
    rule_a = SelectField(_l("Counting rule"), choices=[], default="equal-shares/add1-exhaustive")
    budget_a = _whole(_l("Budget, per cent of the real one"), 1000, default=100)
    threshold_a = _whole(_l("Least number of votes"), 1_000_000)
    cap_a = _whole(_l("Highest cost of a proposal"), 10**12)
    rule_b = SelectField(_l("Counting rule"), choices=[], default="phragmen")
    budget_b = _whole(_l("Budget, per cent of the real one"), 1000, default=100)
    threshold_b = _whole(_l("Least number of votes"), 1_000_000)
    cap_b = _whole(_l("Highest cost of a proposal"), 10**12)

    def offer(self, cycles: Sequence[Cycle]) -> None:
        """Choices: certified votes, and rules in words."""
        self.cycle.choices = [(one.slug, local(one.names)) for one in cycles]
        named = [(one, rule_line(one)) for one in RULES if one]
        for which in TRIED:
            self._fields[f"rule_{which}"].choices = [("", _l("As it was counted")), *named]

    def scenarios(self) -> list[Scenario]:
        """What is to be tried."""
        return [
            Scenario(
                rule=self._value("rule", which) or "",
                budget=100 if (share := self._value("budget", which)) is None else share,
                threshold=self._value("threshold", which) or 0,
                cap=self._value("cap", which),
            )
            for which in TRIED
        ]

    def _value(self, name: str, which: str) -> Any:
        return self._fields[f"{name}_{which}"].data


class UploadForm(Form):
    """A published election."""

    file = FileField(
        _l("File (.pb, or .zip with several)"), [FileRequired(message=_l("Choose a file"))]
    )
    slug = Line(
        _l("Name in addresses"),
        [
            required(),
            Regexp(
                r"[a-z0-9](?:[a-z0-9-]{0,50}[a-z0-9])?$",
                message=_l("Lower-case Latin letters, digits and hyphens only"),
            ),
        ],
        description=_l("Like wieliczka-2023. Several files are numbered"),
    )
