"""Forms of residents, and of staff who answer them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import EmailField, FloatField, RadioField, SelectField
from wtforms.validators import Email, InputRequired, NumberRange, Optional

from pb_portal.projects.forms import REASON
from pb_portal.projects.service.mail_follows import RHYTHMS
from pb_portal.web.dates import Day
from pb_portal.web.forms import Form, Line, Lines, required, tidy, up_to
from pb_portal.web.phrases.issues import RHYTHMS as RHYTHM_WORDS

_rhythms = [(code, _l(RHYTHM_WORDS[code].source)) for code in RHYTHMS]
_PHOTO = _l("JPEG, PNG or WebP, up to %(most)s MB", most="12")
_SEEN = _l("What is seen on the photo")


class RhythmForm(Form):
    """How often letters come."""

    rhythm = SelectField(_l("How often"), choices=_rhythms, validate_choice=False)


class MailFollowForm(RhythmForm):
    """Letters without an account."""

    email = EmailField(
        _l("E-mail"),
        [
            required(_l("Enter your e-mail address")),
            up_to(254),
            Email(_l("Enter an address like name@example.kz")),
        ],
        filters=[tidy],
        description=_l("Used for these letters only; each of them can stop them"),
    )


class ReportForm(Form):
    """A defect or a question."""

    kind = RadioField(_l("What is it"), validate_choice=False)
    body = Lines(
        _l("What is wrong, or what do you want to know"),
        [required(_l("Write what is wrong or what you want to know.")), up_to(2000)],
        description=_l("Everybody reads it, so write no phone numbers or names of others"),
    )
    place = Line(
        _l("Where exactly"), [up_to(200)], description=_l("For example: by the second entrance")
    )
    lat = FloatField(_l("Latitude"), [Optional(), NumberRange(-90, 90)])
    lon = FloatField(_l("Longitude"), [Optional(), NumberRange(-180, 180)])
    picture = FileField(_l("Photo"), description=_PHOTO)
    alt = Line(_SEEN, [up_to(200)], description=_l("One line for those who cannot see it"))

    def point(self) -> tuple[float, float] | None:
        """The pin, if both numbers are there."""
        if self.lat.data is None or self.lon.data is None:
            return None
        return float(self.lat.data), float(self.lon.data)


class ReopenForm(Form):
    """Why the answer is not right."""

    body = Lines(
        _l("What is still wrong"),
        [required(_l("Write what is wrong or what you want to know.")), up_to(2000)],
    )


class RateForm(Form):
    """One to five, and a few words."""

    stars = RadioField(
        _l("Your rating"),
        [InputRequired(message=_l("Choose from one to five."))],
        choices=[
            (5, _l("5, very good")),
            (4, _l("4, good")),
            (3, _l("3, so-so")),
            (2, _l("2, poor")),
            (1, _l("1, very poor")),
        ],
        coerce=lambda value: int(value) if str(value) in "12345" and str(value) else 0,
        validate_choice=False,
    )
    comment = Lines(_l("In a few words"), [up_to(1000)])


class AnswerForm(Form):
    """What staff answer in public."""

    step = RadioField(
        _l("The answer"),
        [InputRequired(message=_l("Choose what you answer."))],
        validate_choice=False,
    )
    body = Lines(
        _l("The answer for residents"),
        [required(_l("Write the answer: residents will read it.")), up_to(2000)],
    )
    due_on = Day(
        _l("By which day"),
        [Optional()],
        back=0,
        ahead=730,
        description=_l("Needed when it is promised"),
    )
    picture = FileField(_l("Photo"), description=_PHOTO)


class HideForm(Form):
    """Why something is hidden; stands in its place."""

    reason = Line(_l("Reason for residents"), [required(REASON), up_to(300)])


class DocumentForm(Form):
    """A document to show."""

    title = Line(_l("What it is"), [required(_l("Write what the document is.")), up_to(160)])
    document = FileField(_l("PDF file"), description=_l("PDF, up to %(most)s MB", most="12"))


class TakeAwayForm(Form):
    """Why a document goes; kept in the log."""

    reason = Line(_l("Why it is taken away"), [required(REASON), up_to(300)])
