"""Fields that read dates, sums and quantities as people write them."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from wtforms import Field
from wtforms.widgets import TextInput

from pb_portal.domain.money import parse_quantity
from pb_portal.web import i18n

_WHOLE = re.compile(r"-?\d{1,15}")
_SPACES = re.compile(r"[\s₸]")


class Number(Field):
    """A number as people type it; what cannot be read stays in the box."""

    widget = TextInput()
    raw: str = ""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            self.data = self.read(_SPACES.sub("", valuelist[0]))

    def written(self, value: int) -> str:
        return str(value)

    def read(self, text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise ValueError(_("Enter a whole number, for example 12 500 000"))
        return int(text)


class Money(Number):
    """An amount, grouped by thousands as people write it."""

    def written(self, value: int) -> str:
        return f"{value:,}".replace(",", "\u00a0")


class Percent(Number):
    """A share from 0 to 100."""

    def read(self, text: str) -> int:
        if not _WHOLE.fullmatch(text.rstrip("%")):
            raise ValueError(_("Enter a whole number from 0 to 100."))
        return int(text.rstrip("%"))


class Quantity(Number):
    """A quantity in thousandths of the unit; zero is allowed."""

    def written(self, value: int) -> str:
        return i18n.quantity(value)

    def read(self, text: str) -> int:
        bare = text.lstrip("-")
        value = 0 if re.fullmatch(r"0+([.,]0+)?", bare) else parse_quantity(bare)
        if value is None:
            raise ValueError(_("Enter a quantity, for example 12,5"))
        return -value if text.startswith("-") else value
