"""What the pages of paper share."""

from __future__ import annotations

from flask import current_app
from werkzeug.wrappers import Response

from pb_portal.approvals.registry import label_of
from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle
from pb_portal.domain.refusal import Conflict, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.voting import service as voting
from pb_portal.voting.paper.service.requests import Keys
from pb_portal.web import i18n
from pb_portal.web.forms import Form
from pb_portal.web.phrases.polling import state_word, verdict_word

Answer = str | tuple[str, int] | Response
WORDS = {"state_word": state_word, "verdict_word": verdict_word, "request_word": label_of}


def rules_of(cycle: Cycle) -> RuleBook:
    """The rule book of the cycle; raises `Missing` when none was written yet."""
    return cycles.rules_of(cycle)


def keys_of(cycle: Cycle) -> Keys:
    """The keys that acts on paper need, from the settings."""
    settings = current_app.config["SETTINGS"]
    poll = voting.poll_of(cycle.id, rules_of(cycle), settings.ballot_key, settings.register_key)
    return Keys(poll, settings.register_key)


def shown(form: Form, refusal: Refusal) -> int:
    """Put a refusal on a form; the status of the page."""
    form.show(refusal)
    return status_of(refusal)


def status_of(refusal: Refusal) -> int:
    """A conflict with somebody else's act is no mistake of the person's."""
    return 409 if isinstance(refusal, Conflict) else 422


def area_choices(cycle: Cycle) -> list[tuple[int, str]]:
    """The cycle's districts for a select."""
    return [(part.area_id, i18n.local(part.area.names)) for part in cycle.areas]
