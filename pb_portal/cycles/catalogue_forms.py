"""Forms of the administrator's catalogues."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import HiddenInput

from pb_portal.cycles.catalogues import LANGUAGES, LONGEST_NAME
from pb_portal.web.forms import Form, Line, required, up_to


class Whole(IntegerField):
    """A whole number; spaces between thousands and the sign of the currency are allowed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = "".join((valuelist[0] if valuelist else "").replace("₸", "").split())
        if not text:
            self.data = None
            return
        if not (text.isascii() and text.lstrip("-").isdigit() and len(text) < 16):
            self.data = None
            raise ValueError(_("Write a whole number, in digits."))
        self.data = int(text)


class Version(IntegerField):
    """Which state of the entry the person saw."""

    widget = HiddenInput()

    def renew(self, version: int) -> None:
        """After a conflict: the next send is about the state shown now."""
        self.data = version
        self.raw_data = None


LONG = up_to(LONGEST_NAME)
IN_ORDER = NumberRange(0, 100_000, message=_l("From 0 to 100000"))


class EntryForm(Form):
    """What every entry of a catalogue has."""

    version = Version(default=0)
    name_kk = Line(_l("Name in Kazakh"), [required(), LONG], render_kw={"lang": "kk"})
    name_ru = Line(_l("Name in Russian"), [required(), LONG], render_kw={"lang": "ru"})
    name_en = Line(_l("Name in English"), [required(), LONG], render_kw={"lang": "en"})
    sort = Whole(
        _l("Place in the list"),
        [Optional(), IN_ORDER],
        description=_l("Smaller numbers stand first"),
    )

    def values(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        names = {code: self[f"name_{code}"].data for code in LANGUAGES}
        return {"names": names, "sort": self.sort.data or 0}

    def fill(self, entry: Any) -> None:
        """Show the entry as it is."""
        for code in LANGUAGES:
            self[f"name_{code}"].data = entry.names.get(code, "")
        self.sort.data = entry.sort


class CategoryForm(EntryForm):
    """A category."""

    sector = SelectField(_l("Sector"), [required()], validate_choice=False)

    def values(self) -> dict[str, Any]:
        return {**super().values(), "sector": self.sector.data}

    def fill(self, entry: Any) -> None:
        super().fill(entry)
        self.sector.data = entry.sector


class QuestionForm(EntryForm):
    """A question of a checklist."""

    part = SelectField(_l("Part of the check"), [required()], validate_choice=False)

    def values(self) -> dict[str, Any]:
        return {**super().values(), "part": self.part.data}

    def fill(self, entry: Any) -> None:
        super().fill(entry)
        self.part.data = entry.part


class WorkForm(EntryForm):
    """A typical work. Prices of single cycles are added by the view."""

    category_id = SelectField(_l("Category"), [required()], validate_choice=False)
    unit = SelectField(_l("Unit"), [required()], validate_choice=False)
    unit_price = Whole(
        _l("Price of one unit"),
        [required(), NumberRange(1, 10**12, message=_l("The price must be above zero"))],
        description=_l("Estimates already made keep the price they were made with"),
    )
    note_kk = Line(_l("What the price includes, in Kazakh"), [up_to(300)])
    note_ru = Line(_l("What the price includes, in Russian"), [up_to(300)])
    note_en = Line(_l("What the price includes, in English"), [up_to(300)])
    picture = SelectField(_l("Picture"), validate_choice=False)

    def values(self) -> dict[str, Any]:
        chosen = self.category_id.data or ""
        return {
            **super().values(),
            "category_id": int(chosen) if chosen.isascii() and chosen.isdigit() else None,
            "unit": self.unit.data,
            "unit_price": self.unit_price.data,
            "notes": {code: self[f"note_{code}"].data for code in LANGUAGES},
            "picture": self.picture.data or "",
        }

    def fill(self, entry: Any) -> None:
        super().fill(entry)
        self.category_id.data = str(entry.category_id)
        self.unit.data, self.unit_price.data = entry.unit, entry.unit_price
        self.picture.data = entry.picture
        for code in LANGUAGES:
            self[f"note_{code}"].data = entry.notes.get(code, "")

    def prices(self) -> dict[int, int | None]:
        """The prices of single cycles that were asked about."""
        return {
            int(name.removeprefix("price_")): field.data
            for name, field in self._fields.items()
            if name.startswith("price_")
        }


class OfferForm(Form):
    """Retiring an entry or offering it again."""

    version = Version(default=0)


class BoundariesForm(Form):
    """A file of boundaries to look at; `text` is the file looked at, to be taken over."""

    file = FileField(
        _l("File of boundaries"),
        description=_l(
            "GeoJSON: a FeatureCollection of polygons with name_kk, name_ru, name_en and a code"
        ),
    )
    text = HiddenField()
    seen = HiddenField()
