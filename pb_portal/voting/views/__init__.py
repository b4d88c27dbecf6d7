"""Pages of the vote: identity, code, ballot, check, done; and the receipt."""

from collections.abc import Callable

from flask import Blueprint

from pb_portal.cycles.ballot_words import ballot_heading, ballot_marking
from pb_portal.domain.rule_book import RuleBook

blueprint = Blueprint("voting", __name__)


@blueprint.context_processor
def words() -> dict[str, Callable[[RuleBook], str]]:
    """How a ballot is marked, for every page that tells it."""
    return {"ballot_heading": ballot_heading, "ballot_marking": ballot_marking}


from pb_portal.voting.views import (  # noqa: E402, F401
    at_desk,
    ballot,
    by_openid,
    by_paper,
    by_phone,
    checking,
    clues,
    done,
    how,
    identity,
    known,
    ledger,
    letters,
    proposal,
    receipt,
)
