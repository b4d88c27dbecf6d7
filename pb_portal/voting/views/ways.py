"""What the pages of all ways to prove an identity share: which are offered, the pace, the door."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import current_app, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from pb_portal.cycles import queries as cycles
from pb_portal.cycles.models import Cycle, Phase
from pb_portal.db import session, transaction
from pb_portal.domain import identity
from pb_portal.domain.paper_codes import code_key, read_code
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.register.identity import PROVIDERS, Caps, Desk
from pb_portal.register.identity.paper_code import has_tries_left
from pb_portal.voting import service
from pb_portal.voting.views import empty_ballots, progress, visit
from pb_portal.voting.views.visit import (
    LOGIN,
    PHONE,
    QUESTION,
    READING,
    RECEIPT,
    TOKEN,
    Answer,
)
from pb_portal.web import clock, i18n, limits

PACE = 0.25
"""Seconds an answer about a person takes, whoever it is about."""
PAGES = {
    identity.PHONE: "voting.phone",
    identity.PAPER_CODE: "voting.paper_code",
    identity.OPENID: "voting.openid",
    identity.OPERATOR: "voting.help_desk",
}


@dataclass(frozen=True)
class Door:
    """A vote that is open by the way somebody came."""

    cycle: Cycle
    phase: Phase


def offered(cycle: Cycle) -> list[str]:
    """The ways of the cycle's rule book that this installation can offer."""
    return [
        way
        for way in cycles.rules_of(cycle).identity
        if way != identity.OPENID or visit.settings().oidc_issuer
    ]


def page_of(way: str, slug: str) -> str:
    """Where a way begins."""
    return url_for(PAGES[way], slug=slug)


def words() -> dict[str, tuple[str, str]]:
    """Each way by name, with one plain sentence about it."""
    return {
        identity.PHONE: (
            _("A code to my phone"),
            _("A message comes to the number that the city knows as yours."),
        ),
        identity.PAPER_CODE: (
            _("A code on paper"),
            _("You have a letter with a code, or were given one at the akimat."),
        ),
        identity.OPENID: (
            _("My login of the state services"),
            _("You log in there as usual and come back here."),
        ),
        identity.OPERATOR: (
            _("With an operator on the spot"),
            _("Come with your identity card; nobody sees what you choose."),
        ),
    }


def door(slug: str, way: str) -> Door | Answer:
    """The open vote, if this way is offered there, else the page that says why not."""
    cycle, phase = visit.get_vote(slug)
    if closed := visit.closed_page(cycle, phase):
        return closed
    if nothing := empty_ballots.nothing_page(cycle):
        return nothing
    if way not in offered(cycle):
        return redirect(url_for("voting.start", slug=slug))
    return Door(cycle, phase)


def others(cycle: Cycle, way: str) -> list[tuple[str, str, str]]:
    """Where the other ways begin, with the name of each and a sentence about it."""
    told = words()
    return [(page_of(one, cycle.slug), *told[one]) for one in offered(cycle) if one != way]


def back_from(cycle: Cycle) -> str | None:
    """Where “back” leads from a way's first page: to the choice of ways, when there is one."""
    return url_for("voting.start", slug=cycle.slug) if len(offered(cycle)) > 1 else None


def by() -> Signature:
    """A voter acts under no account, even one who is signed in."""
    return Signature(ANYONE, clock.now())


def desk(cycle: Cycle) -> Desk:
    """Where the question is asked."""
    settings = visit.settings()
    return Desk(
        cycle.id,
        settings.register_key,
        limits.line(),
        i18n.language(),
        caps_of(settings),
        empty_ballots.areas_of(cycle),
    )


def caps_of(settings: Any) -> Caps:
    """The installation's caps of messages."""
    return Caps(
        settings.codes_per_phone_and_address_hour,
        settings.codes_per_phone_hour,
        settings.codes_per_phone_day,
        settings.codes_per_address_hour,
        settings.codes_per_cycle_minute,
    )


@contextmanager
def paced() -> Iterator[None]:
    """Let the answer take its time, whoever it is about."""
    started = time.monotonic()
    try:
        yield
    finally:
        pace = float(current_app.config.get("IDENTITY_PACE", PACE))
        time.sleep(max(0.0, pace - (time.monotonic() - started)))


def prove(cycle: Cycle, way: str, evidence: object) -> Refusal | None:
    """Open the visit, or say why not. Attempts are kept either way, so the work is committed."""
    progress.reached(cycle.id, "asked")
    poll = visit.poll_of(cycle)
    with transaction() as work:
        try:
            proved = PROVIDERS[way].prove(work, by(), desk(cycle), evidence, poll.rules)
            token = service.open_voter(work, poll, proved, clock.now())
        except Refusal as refusal:
            limits.note_refusal(refusal)
            return refusal
    begin(token)
    progress.reached(cycle.id, "proved", way)
    return None


def begin(token: str) -> None:
    """From here on this browser holds an open visit."""
    forget()
    cookie[TOKEN] = token


def forget() -> None:
    """Leave nothing of a visit or of a question in this browser."""
    for name in (TOKEN, QUESTION, PHONE, RECEIPT, LOGIN, READING):
        cookie.pop(name, None)


def holds_question() -> bool:
    """Whether the code being typed answers a question, which counts its own tries."""
    return bool(cookie.get(QUESTION))


def holds_paper_code() -> bool:
    """Whether the code being typed is one that was handed out, which counts its own tries."""
    code = read_code(request.form.get("code", ""))
    if code is None:
        return False
    cycle = cycles.get_cycle(session(), str((request.view_args or {})["slug"]))
    key = code_key(visit.settings().register_key, cycle.id, code)
    return has_tries_left(session(), cycle.id, key)


def to_ballot(slug: str) -> Response:
    """On to the ballot."""
    return redirect(url_for("voting.ballot", slug=slug))
