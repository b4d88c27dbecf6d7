"""The installation's signer, for the edges that hand it to services."""

from __future__ import annotations

from flask import current_app

from pb_portal.signing import Keys, Signer
from pb_portal.web import clock


def signer() -> Signer:
    """The signer of this installation."""
    return Signer(current_app.config["SETTINGS"].signing_key)


def audit_keys() -> Keys:
    """What an audit of a vote needs of the settings."""
    settings = current_app.config["SETTINGS"]
    return Keys(settings.ballot_key, signer(), clock.city_zone(), settings.register_key)
