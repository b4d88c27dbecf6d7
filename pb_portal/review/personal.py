"""What reviews keep about people: what somebody of the staff did there in office."""

from __future__ import annotations

from pb_portal.accounts.privacy.holdings import Provider, provide

provide(
    Provider(
        "review",
        (),
        duties=(
            "review_batch.person_id",
            "review_council_decision.secretary_id",
            "review_kept_finding.person_id",
            "review_mailing.person_id",
            "review_note.author_id",
            "review_opinion.reviewer_id",
            "review_presence.person_id",
            "review_saved_filter.person_id",
            "review_sitting.opened_by",
            "review_sitting.signed_by",
        ),
    )
)
