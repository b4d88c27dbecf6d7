"""How often something may be done: the only place that makes limits. Every figure is a setting.

Two are counted. **One**: the account of somebody signed in, else the browser, by the secret of its
forms or because it once signed in to an account. **A line** (an address; of IPv6 the first 64 bits)
is shared by a school or a mobile network, so it has only a far higher ceiling, and none at all for
whoever is known: signed in, in a visit to a vote, or back in a browser that signed in before.

`tries` counts what was refused, `acts` what was done, `visits` every request of a page that costs
much. A line's ceiling of tries counts refusals by a rule alone: empty forms use up nobody's share.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask_limiter import Limit, Limiter

from pb_portal.domain.letter_caps import LetterCaps
from pb_portal.domain.network import network_of
from pb_portal.domain.refusal import Pause
from pb_portal.web import device

View = TypeVar("View", bound=Callable[..., Any])
Question = Callable[[], bool]
PERSON = "person"
"""Where the signed cookie names the account that signed in."""
VISIT = ("vote_token", "vote_question")
"""What a browser's cookie holds while its owner proves who they are and votes."""
PICTURES = (".png", ".svg", ".<ending>")


def line() -> str:
    """The line a request comes by."""
    return network_of(request.remote_addr)


def _notes() -> dict[str, Any]:
    """What the limits know of this request."""
    return request.environ.setdefault("portal.limits", {})  # type: ignore[no-any-return]


def _cookie() -> dict[str, Any]:
    """The browser's signed cookie, read without marking the answer as depending on it."""
    notes = _notes()
    if "cookie" not in notes:
        opened = current_app.session_interface.open_session(current_app, request)
        notes["cookie"] = dict(opened or {})
    return dict(notes["cookie"])


def one() -> str:
    """Whom a request is counted for; empty for a browser that has never been given a form."""
    held, owner = _cookie(), device.find_known_person()
    if PERSON in held:
        return f"person {held[PERSON]}"
    if "_user_id" in held:
        return "session " + sha256(str(held["_user_id"]).encode()).hexdigest()
    if owner is not None:
        return f"device {owner}"
    secret = held.get("csrf_token") or next((held[name] for name in VISIT if name in held), "")
    return f"browser {secret}" if secret else ""


def _nobody() -> bool:
    return not one()


def known() -> bool:
    """Whether a line's ceiling is no hindrance: the person, the visit or the browser is known."""
    held = _cookie()
    return (
        "_user_id" in held
        or device.find_known_person() is not None
        or any(name in held for name in VISIT)
    )


def _rule() -> str:
    return request.url_rule.rule if request.url_rule else ""


def _free() -> bool:
    """Health, files and pictures are never limited, whoever asks."""
    return request.blueprint in ("health", "files") or _rule().endswith(PICTURES)


def _way_to_the_vote() -> bool:
    """The pages where a voter proves an identity: somebody with a code on paper is unknown yet."""
    return _rule().startswith("/c/<slug>/vote")


def _refused(response: Response) -> bool:
    return response.status_code >= 400 and response.status_code not in (429, 500, 502, 503)


def _refused_by_a_rule(response: Response) -> bool:
    return _refused(response) and bool(_notes().get("refused"))


def _done(response: Response) -> bool:
    return response.status_code < 400


def _figure(name: str) -> Callable[[], str]:
    return lambda: str(getattr(current_app.config["SETTINGS"], name))


limiter = Limiter(
    line,
    default_limits=[
        Limit(
            limit_provider=_figure("limit_pages"),
            key_function=one,
            exempt_when=lambda: _free() or _nobody(),
        ),
        Limit(
            limit_provider=_figure("limit_pages_line"),
            key_function=line,
            exempt_when=lambda: _free() or _way_to_the_vote() or known(),
        ),
    ],
    fail_on_first_breach=False,
)


def _limit(
    kind: str,
    deduct: Callable[[Response], bool] | None,
    methods: Sequence[str] | None,
    free_when: Question | None = None,
    *,
    by_line: bool = True,
    of_line: Callable[[Response], bool] | None = None,
) -> Callable[[View], View]:
    shared: dict[str, Any] = {
        "methods": list(methods) if methods else None,
        "override_defaults": False,
    }

    def free() -> bool:
        return free_when is not None and free_when()

    def decorate(view: View) -> View:
        limited: Any = limiter.limit(
            _figure(f"limit_{kind}"),
            key_func=one,
            exempt_when=lambda: _nobody() or free(),
            deduct_when=deduct,
            **shared,
        )(view)
        if by_line:
            limited = limiter.limit(
                _figure(f"limit_{kind}_line"),
                key_func=line,
                exempt_when=lambda: known() or free(),
                deduct_when=of_line or deduct,
                **shared,
            )(limited)
        return limited  # type: ignore[no-any-return]

    return decorate


def tries(
    kind: str = "tries", *, methods: Sequence[str] | None = None, free_when: Question | None = None
) -> Callable[[View], View]:
    """Limit what is refused: wrong passwords, codes and links. `free_when` lets through at once."""
    return _limit(kind, _refused, methods, free_when, of_line=_refused_by_a_rule)


def acts(kind: str, *, methods: Sequence[str] | None = None) -> Callable[[View], View]:
    """Limit what is done by forms that anybody may send."""
    return _limit(kind, _done, methods)


def of_cycle(kind: str, *, methods: Sequence[str] | None = None) -> Callable[[View], View]:
    """Limit what is done in one cycle, whoever does it."""
    limited: Any = limiter.limit(
        _figure(f"limit_{kind}"),
        key_func=lambda: "cycle " + str((request.view_args or {}).get("slug", "")),
        deduct_when=_done,
        methods=list(methods) if methods else None,
        override_defaults=False,
    )
    return limited  # type: ignore[no-any-return]


def visits(
    kind: str,
    *,
    methods: Sequence[str] | None = None,
    free_when: Question | None = None,
    by_line: bool = True,
) -> Callable[[View], View]:
    """Limit every request of a page that costs much. Without `by_line`: a page of accounts."""
    return _limit(kind, None, methods, free_when, by_line=by_line)


def letter_caps() -> LetterCaps:
    """The installation's caps of letters to addresses that people type."""
    caps: LetterCaps = current_app.config["SETTINGS"].letter_caps
    return caps


def come_back() -> float:
    """Seconds until the limit that stopped this request lets it through again."""
    ends = [found.reset_at for found in limiter.current_limits if found.breached]
    return max([end - time.time() for end in ends] or [60.0])


def note_refusal(code: Exception) -> None:
    """A rule refused what this request asked for; a `Pause` also says for how long."""
    _notes()["refused"] = True
    if isinstance(code, Pause):
        pause(code.seconds)


def pause(seconds: float) -> None:
    """The answer to this request says that it works again after so many seconds."""
    _notes()["pause"] = seconds


def _say_when(response: Response) -> Response:
    """A form that was refused for a pause is 429, and every 429 says when to come back."""
    if response.status_code == 422 and "pause" in _notes():
        response.status_code = 429
    if response.status_code == 429 and "Retry-After" not in response.headers:
        response.headers["Retry-After"] = str(max(1, int(_notes().get("pause", 60)) + 1))
    return response


def init_app(app: Flask) -> None:
    """Attach the limits; what no view limits for itself is limited as pages are."""
    app.config["RATELIMIT_HEADERS_ENABLED"] = False
    limiter.init_app(app)
    app.after_request(_say_when)
