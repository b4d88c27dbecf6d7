"""What take-downs keep about people."""

from __future__ import annotations

from pb_portal.accounts.privacy.holdings import STAYS_RECORD, Holding, Provider, provide
from pb_portal.takedowns.models import TakeDown
from pb_portal.web.phrases.mark import N_

provide(
    Provider(
        "takedowns",
        (
            Holding(
                "objections",
                N_("Your objections to what was taken down"),
                TakeDown.answered_by,
                {"text": TakeDown.answer, "at": TakeDown.answered_at, "answer": TakeDown.decision},
                STAYS_RECORD,
            ),
        ),
        duties=(
            "takedowns_takedown.taken_by",
            "takedowns_takedown.erased_by",
            "takedowns_takedown.restored_by",
            "takedowns_takedown.decided_by",
        ),
    )
)
