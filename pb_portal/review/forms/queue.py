"""Small forms around the queue."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from pb_portal.review.forms.fields import Version
from pb_portal.web.forms import Form, Line, Lines, required, up_to


class FilterForm(Form):
    """Keeping a view of the queue."""

    name = Line(_l("Name of this view"), [required(_l("Give the view a name")), up_to(60)])


class TakeForm(Form):
    """Taking a file."""

    version = Version(validators=[required()])


class NoteForm(Form):
    """A note among staff."""

    body = Lines(_l("Note for colleagues"), [required(_l("Write the note")), up_to(2000)])


class SheetForm(Form):
    """A spreadsheet handed in."""

    sheet = FileField(_l("Spreadsheet (XLSX)"), [FileRequired(_l("Choose a file"))])


class HideForm(Form):
    """Hiding a comment."""

    reason = Line(
        _l("Reason"),
        [required(_l("Write the reason: it stands in place of the comment.")), up_to(300)],
    )
