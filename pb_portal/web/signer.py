"""The installation's signer, for the edges that hand it to services."""

from __future__ import annotations

from flask import current_app

from pb_portal.signing import Signer


def signer() -> Signer:
    """The signer of this installation."""
    return Signer(current_app.config["SETTINGS"].signing_key)
