"""What the browser shows of itself when it votes, for the fraud desk: hashed before it is kept.

The device is known by a random name in a cookie of its own, set when an identity is proved. It says
nothing about the person or the machine, is read by the vote alone, and can be deleted at any time.
"""

from __future__ import annotations

import secrets
import time

from flask import Response, request
from flask import session as cookie

from pb_portal.voting.fraud.traces import KEPT, Clues
from pb_portal.voting.views import blueprint, visit
from pb_portal.voting.views.visit import TOKEN
from pb_portal.web import limits

DEVICE = "vote_device"
PROVED = "vote_proved"
LONG_AGO = 3600.0


@blueprint.after_request
def mark(answer: Response) -> Response:
    """However the identity was proved: from then on the ballot is open, and the device is named."""
    token = cookie.get(TOKEN, "")
    if not token:
        cookie.pop(PROVED, None)
    elif cookie.get(PROVED, ["", 0])[0] != token[:8]:
        cookie[PROVED] = [token[:8], int(time.time() * 1000)]
        if not _device():
            answer.set_cookie(
                DEVICE,
                secrets.token_hex(16),
                max_age=int(KEPT.total_seconds()),
                httponly=True,
                samesite="Lax",
                secure=bool(visit.settings().https),
            )
    return answer


def gather() -> Clues:
    """The clues of the ballot that is being sent."""
    proved = cookie.get(PROVED)
    seconds = time.time() - proved[1] / 1000 if proved else LONG_AGO
    return Clues(limits.line(), _device(), max(0.0, seconds))


def _device() -> str:
    name = request.cookies.get(DEVICE, "")
    return name if len(name) == 32 and name.isascii() and name.isalnum() else ""
