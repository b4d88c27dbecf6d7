"""What votes keep about people: what somebody of the staff did there in office."""

from __future__ import annotations

from pb_portal.accounts.privacy.holdings import Provider, provide

provide(
    Provider(
        "voting",
        (),
        duties=(
            "voting_fraud_case.assignee_id",
            "voting_fraud_note.person_id",
            "voting_paper_batch.printed_by",
            "voting_paper_batch.issued_by",
            "voting_paper_batch.received_by",
            "voting_paper_batch.returned_by",
            "voting_paper_batch.missing_agreed_by",
            "voting_paper_charge.person_id",
            "voting_paper_keyer.person_id",
            "voting_paper_scan.added_by",
            "voting_void.proposed_by",
            "voting_void.approved_by",
            "voting_void_restored.proposed_by",
            "voting_void_restored.approved_by",
        ),
    )
)
