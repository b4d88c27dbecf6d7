"""What results keep about people: what somebody of the staff did there in office."""

from __future__ import annotations

from pb_portal.accounts.privacy.holdings import Provider, provide

provide(
    Provider(
        "results",
        (),
        duties=(
            "results_count_job.asked_by",
            "results_count_run.counted_by",
            "results_count_run.first_commissioner_id",
            "results_count_run.second_commissioner_id",
        ),
    )
)
