"""What a check of the installation means, in words for those who can mend it."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from pb_portal.operations.queries import Check
from pb_portal.web import i18n


@dataclass(frozen=True)
class CheckLine:
    """A line of the page: what was looked at, and what to do when it is not well."""

    label: str
    holds: bool
    advice: str = ""


def build_check_lines(checks: list[Check]) -> list[CheckLine]:
    """The lines of the page about the installation."""
    return [
        CheckLine(_labels()[check.code], check.holds, "" if check.holds else _advise(check))
        for check in checks
    ]


def _labels() -> dict[str, str]:
    return {
        "writable": _("The database takes changes"),
        "jobs": _("Background work runs"),
        "letters": _("Letters and text messages go out in time"),
        "sealing": _("The ledger of the vote is sealed in time"),
        "limits": _("Requests are counted together on all servers"),
        "disk": _("There is room on the disk"),
        "built": _("Styles and translations are built"),
        "ledger": _("Sums of projects agree with their entries"),
    }


def _advise(check: Check) -> str:
    advice = {
        "writable": _(
            "Pages can be read, but nothing can be saved: no vote, no proposal, no decision."
            " The database has become read-only; its administrator must act now."
        ),
        "jobs": _(
            "No letters and no codes go out, votes are not sealed and nothing is counted."
            " Restart the background worker (flask jobs run)."
        ),
        "letters": _(
            "Letters have been waiting for more than ten minutes."
            " Check the mail server, the gateway of text messages and the background worker."
        ),
        "sealing": _(
            "Ballots are kept safe, but their receipts cannot be checked yet."
            " Check the background worker and BALLOT_KEY."
        ),
        "limits": _(
            "Redis does not answer. People notice nothing; until it is back each server counts"
            " requests for itself."
        ),
        "disk": _(
            "Only %(free)s MB are free. When the disk is full nothing can be saved: make room now.",
            free=i18n.number(check.figures.get("free", 0)),
        ),
        "built": _("Pages look bare or speak another language. Run make assets and restart."),
        "ledger": _("The daily check has found a sum that differs: see the managers' pages."),
    }
    return str(advice[check.code])
