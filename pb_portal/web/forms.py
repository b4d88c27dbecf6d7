"""Base of every form: CSRF, messages in the person's language, rules' refusals beside fields."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.text import clean
from pb_portal.web import limits
from pb_portal.web.phrases import sentence


class Form(FlaskForm):
    """A form with CSRF. `show(refusal)` puts a rule's sentence beside its field or on top.

    Fields with choices may be given them as plain (value, label) pairs.
    """

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            pairs = unbound_field.kwargs.get("choices")
            if isinstance(pairs, list | tuple):
                options = {**options, "choices": [SelectChoice.from_input(pair) for pair in pairs]}
            return super().bind_field(form, unbound_field, options)

    def show(self, refusal: Refusal) -> None:
        """Add the refusal's sentence to the field it names, else to the form."""
        limits.note_refusal(refusal)
        text = sentence(refusal)
        if refusal.field and refusal.field in self._fields:
            target = self._fields[refusal.field]
            target.errors = [*target.errors, text]
        else:
            self.form_errors.append(text)


def tidy(value: Any) -> Any:
    """Filter for text fields: no control or zero-width marks, trimmed."""
    return clean(value) if isinstance(value, str) else value


def one_line(value: Any) -> Any:
    """Filter for a single line: a line break in it could begin another line of a letter."""
    return " ".join(clean(value).split()) if isinstance(value, str) else value


def required(message: Any = None) -> InputRequired:
    """The field must be filled in."""
    return InputRequired(message=message or _l("Fill in this field"))


def up_to(most: int) -> Length:
    """At most so many characters."""
    return Length(max=most, message=_l("At most %(max)d characters"))


class Line(StringField):
    """One line of text, cleaned."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[one_line], **kwargs)


class Lines(TextAreaField):
    """Several lines of text, cleaned."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[tidy], **kwargs)
