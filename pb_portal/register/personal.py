"""What registers keep about people: what somebody of the staff did there in office."""

from __future__ import annotations

from pb_portal.accounts.privacy.holdings import Provider, provide

provide(
    Provider(
        "register",
        (),
        duties=(
            "register_assistance.operator_id",
            "register_code_package.made_by",
            "register_code_package.downloaded_by",
            "register_code_package.revoked_by",
            "register_load.asked_by",
        ),
    )
)
