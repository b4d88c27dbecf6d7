"""What reports keep about people: what somebody of the staff did there in office."""

from __future__ import annotations

from pb_portal.accounts.privacy.holdings import Provider, provide

provide(
    Provider(
        "reports",
        (),
        duties=(
            "reports_report.published_by",
            "reports_withdrawal.withdrawn_by",
        ),
    )
)
