"""Forms of the register."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from pb_portal.web.forms import Form, Lines, up_to


class FileForm(Form):
    """A register as a CSV file."""

    file = FileField(
        _l("File of residents (CSV)"),
        [FileRequired(_l("Choose a file"))],
        description=_l("Columns in any order: iin, birth_date, area, permanent, phone"),
    )


class FreezeForm(Form):
    """Asking to freeze."""

    reason = Lines(_l("Where the data come from"), [up_to(500)])


class DecideForm(Form):
    """The second person's word."""

    reason = Lines(_l("Your note"), [up_to(500)])
