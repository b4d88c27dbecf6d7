"""Fields that forms of the desk share."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from pb_portal.web.phrases.mark import Sentence, say_later

SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009₸"))
MOST_TENGE = 10**13


def names_of(table: dict[str, Sentence]) -> list[tuple[str, Any]]:
    return [(code, say_later(mark)) for code, mark in table.items()]


class Whole(IntegerField):
    """A whole number; spaces between thousands and the sign of the currency are allowed."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").translate(SPACES)
        if not text:
            self.data = None
            return
        try:
            self.data = int(text) if text.isascii() else int("x")
        except ValueError:
            self.data = None
            raise ValueError(_("Write a whole number, in digits.")) from None


class Version(IntegerField):
    """Which state of the file the person saw; see `renew`."""

    widget = HiddenInput()

    def renew(self, version: int) -> None:
        """After a conflict: the next send is about the state shown now."""
        self.data = version
        self.raw_data = None
