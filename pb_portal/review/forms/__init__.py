"""Forms of the reviewer, the secretary and the moderator."""

from __future__ import annotations

from pb_portal.review.forms.council import MemberForm, MergeForm, SignForm, SittingForm, VerdictForm
from pb_portal.review.forms.finding import FindingForm
from pb_portal.review.forms.letters import LetterForm
from pb_portal.review.forms.moderation import AppealForm, WordForm
from pb_portal.review.forms.queue import FilterForm, HideForm, NoteForm, SheetForm, TakeForm
from pb_portal.review.forms.typed import Typed, TypedLine

__all__ = [
    "AppealForm",
    "FilterForm",
    "FindingForm",
    "HideForm",
    "LetterForm",
    "MemberForm",
    "MergeForm",
    "NoteForm",
    "SheetForm",
    "SignForm",
    "SittingForm",
    "TakeForm",
    "Typed",
    "TypedLine",
    "VerdictForm",
    "WordForm",
]
