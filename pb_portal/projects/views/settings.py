"""What the installation sets for projects."""

from __future__ import annotations

from flask import current_app

from config import Settings
from pb_portal.projects.rules import Limits


def limits() -> Limits:
    """How far a figure may be from the promise without a reason."""
    settings: Settings = current_app.config["SETTINGS"]
    return Limits(settings.ledger_percent, settings.ledger_days)


def updates_wait() -> bool:
    """Whether the head reads updates first, unless set otherwise for a manager."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.updates_need_approval
