"""Whether a ballot on paper keeps the rules: the same question as on the portal."""

from __future__ import annotations

from sqlalchemy.orm import Session

from pb_portal.domain.ballots import Ballot, check_ballot
from pb_portal.domain.polling import Marks
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.voting import queries as voting
from pb_portal.voting.paper.models import Batch


def check_marks(session: Session, batch: Batch, rules: RuleBook, marks: Marks) -> None:
    """Refuse marks that the portal would refuse, beside the field in which they are typed."""
    ballot = Ballot(batch.point.area_id, marks.choices, marks.points)
    papers = voting.papers_among(session, batch.cycle_id, marks.choices)
    try:
        check_ballot(rules, ballot, papers)
    except Refusal as refusal:
        refusal.field = "marks"
        raise
