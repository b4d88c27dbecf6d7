"""What is not sealed, and why. Every other table and column is, without being named.

Three reasons count: something else protects the row (the ledger, the roll, a MAC of its own); its
records would tell how many have voted; or nothing is decided by it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Column, Table

LEDGER = "The ledger of the vote holds it, and its audit opens it."
ROLL = "The roll's own digests and MACs hold it; a record for each would tell the turnout."
TURNOUT = "Written as people vote: its records would tell the turnout."
SHORT = "Lives for hours; what is done with it stands in the log, which is sealed."
DERIVED = "Made from sealed rows, and made anew from them at any time."
OWN = "A seal itself: the audit computes it again."
NOTHING = "Decides nothing: a mark of where somebody works, gone within a day."

EXEMPT_TABLES: dict[str, str] = {
    "accounts_email_change": SHORT,
    "accounts_email_token": SHORT,
    "accounts_kept_form": "What somebody typed as a session ended, for two hours; enciphered.",
    "accounts_login_session": SHORT,
    "accounts_wrong_tries": "A count of wrong passwords, forgotten within a day.",
    "job_queue_heartbeat": "A sign of life of the jobs, every few seconds.",
    "outbox_claim": "A count of letters to typed addresses, forgotten within a day.",
    "outbox_kept": "What waits for its reader's letter of the day, and goes with it.",
    "outbox_letter": "Codes are sent as people vote: their number tells the turnout.",
    "proposals_said_word": DERIVED,
    "proposals_word": DERIVED,
    "register_assistance": TURNOUT,
    "register_entry": ROLL,
    "register_identity_code": TURNOUT,
    "register_paper_code": TURNOUT,
    "register_phone_use": TURNOUT,
    "review_kept_finding": NOTHING,
    "review_presence": NOTHING,
    "seals_batch": OWN,
    "seals_record": OWN,
    "seals_shape": OWN,
    "voting_ballot": LEDGER,
    "voting_batch": LEDGER,
    "voting_draft": TURNOUT,
    "voting_head": LEDGER,
    "voting_letter": TURNOUT,
    "voting_paper_handed": ROLL,
    "voting_participation": ROLL,
    "voting_pending": LEDGER,
    "voting_sealed": LEDGER,
    "voting_session": TURNOUT,
    "voting_step": "Counts of pages opened, without persons; its records would tell the turnout.",
    "voting_trace": TURNOUT,
}

COUNTER = "A count of rows that are sealed."
INDEX = "Made from the sealed texts."
MOVES = "Moves with every use, and opens nothing."
LEASE = "How far a worker is."

EXEMPT_COLUMNS: dict[str, dict[str, str]] = {
    "accounts_code_app": {"last_step": MOVES},
    "accounts_person": {"mailbox": "Made from the sealed address."},
    "accounts_passkey": {"sign_count": MOVES, "used_at": MOVES},
    "files_stored": {
        "sizes": "Made from the original.",
        "sized_at": "When sizes were made.",
        "size_attempts": LEASE,
    },
    "proposals_comment": {"replies_count": COUNTER},
    "proposals_proposal": {
        "comments_count": COUNTER,
        "supports_count": COUNTER,
        "search_text": INDEX,
    },
    "projects_project": {"search_text": INDEX},
    "register_load": dict.fromkeys(
        ("step", "progress", "lease_until", "worker", "attempts"), LEASE
    ),
    "results_count_job": dict.fromkeys(
        ("step", "progress", "areas_done", "areas", "lease_until", "worker", "attempts"), LEASE
    ),
    "voting_fraud_settings": {"looked_at": "When votes were last looked at."},
}


def is_sealed(table: str) -> bool:
    """Whether rows of a table get records."""
    return table not in EXEMPT_TABLES


@cache
def sealed_columns(table: Table) -> list[Column[Any]]:
    """The columns a table's seals cover, by name."""
    spared = EXEMPT_COLUMNS.get(table.name, {})
    return sorted(
        (column for column in table.columns if column.name not in spared),
        key=lambda column: column.name,
    )
