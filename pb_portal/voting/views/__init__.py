"""Pages of the vote: identity, code, ballot, check, done; and the receipt."""

from flask import Blueprint

blueprint = Blueprint("voting", __name__)

from pb_portal.voting.views import (  # noqa: E402, F401
    ballot,
    by_phone,
    clues,
    identity,
    ledger,
    proposal,
    receipt,
)
