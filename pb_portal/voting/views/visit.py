"""What the pages of one visit share: the poll, the voter's cookie, and the closed door."""

from __future__ import annotations

import json
from typing import Any

from flask import current_app, g, redirect, render_template, url_for
from flask import session as cookie
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import Missing, session
from pb_portal.domain import roll
from pb_portal.domain.phases import PhaseKind, state_at
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.register import queries as register
from pb_portal.voting import queries, service
from pb_portal.voting.fraud.words import REASON_NAMES
from pb_portal.voting.models import VoterSession
from pb_portal.web import clock
from pb_portal.web.phrases import sentence

Answer = str | tuple[str, int] | Response | tuple[Response, int]
LOGIN, KIOSK = "vote_login", "vote_kiosk"
QUESTION, PHONE, TOKEN, RECEIPT = "vote_question", "vote_phone", "vote_token", "vote_receipt"
READING = "vote_reading"
"""Which proposals somebody opened or compares: kept in the browser's cookie and in no address, so
that neither a log nor the history of a shared device tells what a voter was looking at."""


def settings() -> Any:
    """The installation's settings."""
    return current_app.config["SETTINGS"]


def get_vote(slug: str) -> tuple[Cycle, Phase]:
    """The cycle and its phase of voting; raises `Missing` when it holds no vote here."""
    cycle = cycles.get_cycle(session(), slug)
    phase = cycles.find_phase(cycle, PhaseKind.VOTING)
    if phase is None or cycle.is_imported:
        raise Missing("vote")
    return cycle, phase


def poll_of(cycle: Cycle) -> service.Poll:
    """The cycle's poll under the installation's key."""
    return _poll(cycle.id, cycles.rules_of(cycle))


def poll_at(work: Session, slug: str) -> service.Poll:
    """The same from the address alone: sending a ballot needs nothing else of the cycle."""
    row = queries.find_poll(work, slug)
    return _poll(row.id, RuleBook.from_dict(row.content))


def _poll(cycle_id: int, rules: RuleBook) -> service.Poll:
    return service.poll_of(cycle_id, rules, settings().ballot_key, settings().register_key)


def closed_page(cycle: Cycle, phase: Phase, *, late: bool = False) -> tuple[str, int] | None:
    """What to show when nobody can vote now; None when the vote is open.

    `late` says that a ballot was refused because it came after the close.
    """
    state = state_at(phase, clock.now())
    frozen = register.is_frozen(session(), cycle.id)
    ruled = cycles.rules_frozen(cycle)
    if state == "now" and frozen and ruled and not late:
        return None
    g.on_error_page = late
    page = render_template(
        "voting/closed.html",
        cycle=cycle,
        phase=phase,
        state="past" if late else state,
        frozen=frozen,
        ruled=ruled,
        late=late,
    )
    return page, 409 if late else 200


def find_voter(cycle: Cycle) -> VoterSession | None:
    """The proved voter of this browser, while the half hour lasts."""
    token = cookie.get(TOKEN, "")
    if not token:
        return None
    own = roll.cycle_key(settings().register_key, cycle.id)
    return queries.find_voter(session(), cycle.id, service.digest(token), clock.now(), own)


def to_start(slug: str) -> Response:
    """Back to the first page, which says why when a proof of identity has run out."""
    over = cookie.pop(TOKEN, "") != ""
    return redirect(url_for("voting.start", slug=slug, over=1 if over else None))


def sample_voters(slug: str) -> list[dict[str, Any]]:
    """In the sample city: a few residents to try the vote with."""
    if not settings().sample_mode:
        return []
    path = settings().pb_instance / "demo-voters.json"
    if not path.exists():
        return []
    data = json.loads(path.read_text("utf-8"))
    people = data.get(slug, data.get("voters", [])) if isinstance(data, dict) else data
    return [one for one in people or [] if one.get("cycle", slug) == slug][:3]


def refused_page(cycle: Cycle, refusal: Refusal) -> tuple[str, int]:
    """Why this person cannot vote here now, and where to go."""
    if refusal.code == "voting.voided":
        return _told_void(cycle, refusal), 422
    page = render_template(
        "voting/refused.html",
        cycle=cycle,
        reason=sentence(refusal),
        elsewhere=refusal.code.startswith("identity.provider"),
    )
    return page, 422


def _told_void(cycle: Cycle, refusal: Refusal) -> str:
    """What happened to this person's vote, why, and where to appeal."""
    return render_template(
        "voting/fraud/told.html",
        cycle=cycle,
        reason=REASON_NAMES[refusal.params["reason"]],
        sentence=refusal.params["sentence"],
        voting=cycles.find_phase(cycle, PhaseKind.VOTING),
        results=cycles.find_phase(cycle, PhaseKind.RESULTS),
    )
