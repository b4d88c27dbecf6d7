"""A paper application as the registrar types it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import EmailField, RadioField, SelectField
from wtforms.validators import Email, Optional

from pb_portal.domain.text import clean
from pb_portal.proposals.forms import read_place
from pb_portal.proposals.models import EstimateLine, PaperApplication, Proposal
from pb_portal.proposals.service import Paper, PaperLine
from pb_portal.proposals.service.drafts import MOST_CHARACTERS
from pb_portal.web.dates import Day
from pb_portal.web.forms import Form, Line, Lines, required, tidy, up_to

ROWS = 8
"""Lines of the estimate on the page."""


def _number(value: str | int | None) -> int | None:
    text = "" if value is None else str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class PaperForm(Form):
    """Everything that stands on the paper, on one page."""

    paper_number = Line(_l("Number of the paper"), [required(), up_to(40)])
    received_on = Day(_l("Received on"), [required()], back=366, ahead=0)
    name = Line(_l("Name of the applicant"), [required(), up_to(120)])
    email = EmailField(
        _l("E-mail"),
        [Optional(), up_to(200), Email(_l("Enter an address like name@example.kz"))],
        filters=[tidy],
        description=_l("The code to claim the proposal goes there"),
    )
    phone = Line(_l("Phone"), [up_to(30)])
    language = RadioField(
        _l("Language of the paper"),
        choices=[("kk", "Қазақша"), ("ru", "Русский")],
        default="ru",
    )
    title = Line(_l("Name of the proposal"), [required(), up_to(MOST_CHARACTERS["title"])])
    problem = Lines(_l("What is wrong now?"), [required(), up_to(MOST_CHARACTERS["problem"])])
    solution = Lines(_l("What do you propose?"), [required(), up_to(MOST_CHARACTERS["solution"])])
    category = SelectField(_l("Category"), choices=[], coerce=_number, validate_choice=False)
    address = Line(_l("Address or landmark"), [required(), up_to(MOST_CHARACTERS["address"])])
    lat = Line(_l("Latitude"), [up_to(30)])
    lon = Line(_l("Longitude"), [up_to(30)])
    area = SelectField(_l("District"), choices=[], coerce=_number, validate_choice=False)
    scan = FileField(
        _l("Scan of the paper"), description=_l("PDF, JPEG or PNG. Only registrars see it")
    )

    def paper(self, lines: list[PaperLine]) -> Paper:
        """What was typed; refuses a point that is none."""
        return Paper(
            paper_number=self.paper_number.data or "",
            received_on=self.received_on.data,
            name=self.name.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
            language=self.language.data if self.language.data in ("kk", "ru") else "ru",
            title=self.title.data or "",
            problem=self.problem.data or "",
            solution=self.solution.data or "",
            address=self.address.data or "",
            category_id=self.category.data,
            area_id=self.area.data,
            place=read_place(self.lat.data or "", self.lon.data or ""),
            lines=lines,
        )

    @classmethod
    def of(cls, held: PaperApplication, draft: Proposal) -> PaperForm:
        """The form with what was entered before."""
        return cls(
            data={
                "paper_number": held.paper_number,
                "received_on": held.received_on,
                "name": held.name,
                "email": held.email,
                "phone": held.phone,
                "language": draft.language,
                "title": draft.title,
                "problem": draft.problem,
                "solution": draft.solution,
                "address": draft.address,
                "category": draft.category_id,
                "area": draft.area_id,
                "lat": "" if draft.lat is None else str(draft.lat),
                "lon": "" if draft.lon is None else str(draft.lon),
            }
        )


def typed_lines(sent: Mapping[str, str]) -> list[PaperLine]:
    """Lines of the estimate in the form, blank ones among them kept in their place."""
    return [
        PaperLine(
            _number(sent.get(f"line{place}_work", "")),
            clean(sent.get(f"line{place}_quantity", ""))[:20],
            clean(sent.get(f"line{place}_title", ""))[:200],
            clean(sent.get(f"line{place}_unit", ""))[:10],
            clean(sent.get(f"line{place}_price", ""))[:24],
            clean(sent.get(f"line{place}_reason", ""))[:300],
        )
        for place in range(ROWS)
    ]


def begun(line: PaperLine) -> bool:
    """Whether anything but the unit was typed."""
    return any(dataclasses.astuple(dataclasses.replace(line, unit="")))


def lines_of(found: list[EstimateLine], plain: Mapping[int, str]) -> list[PaperLine]:
    """The lines of a draft as they would be typed; `plain` are their quantities."""
    return [
        PaperLine(
            line.work_id,
            plain[line.id],
            line.title,
            line.unit,
            "" if line.work_id else str(line.unit_price),
            line.reason,
        )
        for line in found
    ]
