"""Forms of proposals."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import HiddenField, RadioField, SelectField

from pb_portal.cycles.models import Category
from pb_portal.domain.refusal import Refusal
from pb_portal.proposals.models import Proposal
from pb_portal.proposals.service.coauthors import LONGEST_WORDS
from pb_portal.proposals.service.comments import LONGEST_REPORT
from pb_portal.proposals.service.drafts import MOST_CHARACTERS, Place
from pb_portal.proposals.service.submission import LONGEST_APPEAL
from pb_portal.web.forms import Form, Line, Lines, required, up_to
from pb_portal.web.i18n import local
from pb_portal.web.phrases.comments import REPORT_REASONS


class PlaceForm(Form):
    """Where. `area` is asked for only in a cycle whose areas have no outlines."""

    lat = Line(_l("Latitude"), [up_to(30)])
    lon = Line(_l("Longitude"), [up_to(30)])
    address = Line(
        _l("Address or landmark"),
        [up_to(MOST_CHARACTERS["address"])],
        description=_l("Street and house, or what stands nearby"),
    )
    area = SelectField(_l("District"), validate_choice=False)

    @property
    def chooses_area(self) -> bool:
        """Whether the district is chosen by name."""
        return bool(self.area.choices)

    @classmethod
    def of(cls, proposal: Proposal) -> PlaceForm:
        """The form with what was saved."""
        form = cls(
            data={
                "lat": _degrees(proposal.lat),
                "lon": _degrees(proposal.lon),
                "address": proposal.address,
                "area": str(proposal.area_id or ""),
            }
        )
        areas = [part.area for part in proposal.cycle.areas]
        outlined = any(area.outline for area in areas)
        named = [] if outlined else [(str(area.id), local(area.names)) for area in areas]
        form.area.choices = [("", lazy_pgettext("list", "Choose")), *named] if named else []
        return form


class IdeaForm(Form):
    """What."""

    title = Line(
        _l("Name of the proposal"),
        [up_to(MOST_CHARACTERS["title"])],
        description=_l("Short, as you would tell a neighbour"),
    )
    category = RadioField(_l("What is it about?"), validate_choice=False)
    problem = Lines(
        _l("What is wrong now?"),
        [up_to(MOST_CHARACTERS["problem"])],
        description=_l("Who meets the problem, where and how often"),
    )
    solution = Lines(
        _l("What do you propose?"),
        [up_to(MOST_CHARACTERS["solution"])],
        description=_l("What should be done so that life here gets better"),
    )

    @classmethod
    def of(cls, proposal: Proposal, kinds: Sequence[Category]) -> IdeaForm:
        """The form with what was saved."""
        form = cls(
            data={
                "title": proposal.title,
                "category": str(proposal.category_id or ""),
                "problem": proposal.problem,
                "solution": proposal.solution,
            }
        )
        form.category.choices = [(str(kind.id), local(kind.names)) for kind in kinds]
        return form


class CommentForm(Form):
    """A comment."""

    body = Lines(_l("Your comment"))
    parent = HiddenField()


class ReportForm(Form):
    """Telling a moderator that a comment breaks the rules."""

    reason = RadioField(
        _l("What is wrong with it?"),
        choices=[(code, _l(mark.source)) for code, mark in REPORT_REASONS.items()],
        validate_choice=False,
    )
    text = Lines(
        _l("In your own words"),
        [up_to(LONGEST_REPORT)],
        description=_l("Only moderators read it"),
    )


class InviteForm(Form):
    """Inviting somebody to write together."""

    email = Line(
        _l("E-mail of the co-author"),
        description=_l("They get a letter with a link and can say yes or no"),
    )


class JoinForm(Form):
    """Asking to write together."""

    words = Lines(
        _l("A few words to the author"),
        [up_to(LONGEST_WORDS)],
        description=_l("Who you are and how you can help. Only the author reads it"),
    )


class AppealForm(Form):
    """Asking the council to look at a rejection again."""

    reason = Lines(
        _l("Why should it be looked at again?"),
        [up_to(LONGEST_APPEAL)],
        description=_l("Answer each ground of the rejection. Residents will read it on the page"),
    )


class WithdrawForm(Form):
    """Taking a proposal back."""

    reason = Lines(
        _l("Why do you withdraw it?"),
        [up_to(1000)],
        description=_l("Residents will read it on the page of the proposal"),
    )


def read_place(lat: str, lon: str) -> Place | None:
    """The point typed or set by the map; None when both are empty.

    Refuses what is no number of degrees (nan, inf, 999) and half a point.
    """
    if not lat and not lon:
        return None
    if not lat or not lon:
        raise Refusal("proposal.pin_half", field="lon" if lat else "lat")
    return Place(
        _coordinate(lat, 90, Refusal("proposal.lat_wrong", field="lat")),
        _coordinate(lon, 180, Refusal("proposal.lon_wrong", field="lon")),
    )


def _coordinate(text: str, most: int, wrong: Refusal) -> float:
    try:
        value = float(text.replace(",", ".").replace("−", "-"))
    except ValueError:
        raise wrong from None
    if not math.isfinite(value) or abs(value) > most:
        raise wrong
    return round(value, 6)


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.6f}".rstrip("0").rstrip(".")


class ClaimForm(Form):
    """The code of a paper application."""

    code = Line(_l("Code from the letter or the akimat"), [required(), up_to(40)])
