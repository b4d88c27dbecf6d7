"""Forms of the words list and of appeals."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import AnyOf

from pb_portal.review.forms.fields import Version, names_of
from pb_portal.web.forms import Form, Line, Lines, required, up_to
from pb_portal.web.phrases.comments import EFFECTS, LANGUAGES


class WordForm(Form):
    """A word that stops a comment."""

    word = Line(
        _l("Word"),
        [required(_l("Write the word"))],
        description=_l("The beginning is enough: other endings and disguised letters match too"),
    )
    language = SelectField(_l("Language"), choices=names_of(LANGUAGES))
    effect = RadioField(
        _l("What happens to a text with it"),
        [required(_l("Choose what happens"))],
        choices=names_of(EFFECTS),
        default="hold",
    )
    whole = BooleanField(_l("Only as a whole word"))
    reason = Line(_l("Why it is on the list"), [up_to(300)])


class AppealForm(Form):
    """The council's answer to an appeal."""

    version = Version(validators=[required()])
    outcome = RadioField(
        _l("Answer of the council"),
        [
            required(_l("Choose the answer")),
            AnyOf(["grant", "uphold"], message=_l("Choose the answer")),
        ],
        choices=[
            ("grant", _l("Grant: the file is reviewed once more")),
            ("uphold", _l("Decline: the rejection stands for good")),
        ],
        validate_choice=False,
    )
    reply = Lines(
        _l("Why"),
        [required(_l("Write a sentence: the author and residents will read it.")), up_to(2000)],
        description=_l("The author gets it by letter, residents read it on the page"),
    )
