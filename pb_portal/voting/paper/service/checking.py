"""Whether a ballot on paper keeps the rules: the same question as on the portal."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.domain.polling import Marks
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook, check_choices
from pb_portal.voting import queries as voting
from pb_portal.voting.paper.models import Batch


def check_marks(session: Session, batch: Batch, rules: RuleBook, marks: Marks) -> None:
    """Refuse marks that the portal would refuse, beside the field in which they are typed."""
    choices = list(marks.choices)
    known = voting.on_ballot_among(session, batch.cycle_id, rules, batch.point.area_id, choices)
    try:
        check_choices(rules, choices, known)
    except Refusal as refusal:
        refusal.field = "marks"
        raise
