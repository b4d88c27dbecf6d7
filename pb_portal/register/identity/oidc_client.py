"""Talking to an OpenID Connect provider: discovery, authorization code with PKCE, checked ID token.

A dead provider must cost voters of other ways nothing: time-outs are short, at most two requests
of a worker wait for it at once, and after a failure nobody asks it again for a while.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from pb_portal.domain.refusal import Refusal

TIMEOUT = (2.0, 4.0)
"""Seconds for the connection, and for an answer."""
PATIENCE = 15.0
"""Seconds in which a provider that failed is not asked again."""
KEPT = 600.0
"""Seconds for which its discovery document and keys are believed."""
LOGIN_TIME = 600
"""Seconds a person may take to log in."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_AT_ONCE = threading.BoundedSemaphore(2)
_KNOWN: dict[str, tuple[float, dict[str, Any]]] = {}
_SILENT: dict[str, float] = {}


@dataclass(frozen=True)
class Pending:
    """A login on its way; the browser carries it in its signed cookie and gives it back once."""

    slug: str
    state: str
    nonce: str
    verifier: str
    begun: int

    def to_dict(self) -> dict[str, Any]:
        """As the cookie holds it."""
        return asdict(self)

    def demand(self, state: str, at: float) -> None:
        """Refuse an answer to another question, and one that took too long."""
        if not hmac.compare_digest(self.state.encode(), state.encode()):
            raise Refusal("identity.provider_wrong")
        if not 0 <= at - self.begun <= LOGIN_TIME:
            raise Refusal("identity.provider_wrong")


@dataclass(frozen=True)
class Client:
    """This portal as the provider knows it."""

    issuer: str
    client_id: str
    secret: str
    redirect_uri: str

    def begin(self, slug: str, at: float) -> tuple[str, Pending]:
        """Where to send the browser, and what to keep until it comes back."""
        endpoint = self._metadata()["authorization_endpoint"]
        fresh = [secrets.token_urlsafe(32) for _ in range(3)]
        pending = Pending(slug, fresh[0], fresh[1], fresh[2] + secrets.token_urlsafe(16), int(at))
        url, _state = self._session().create_authorization_url(
            endpoint, state=pending.state, nonce=pending.nonce, code_verifier=pending.verifier
        )
        return str(url), pending

    def finish(self, pending: Pending, code: str, at: float) -> dict[str, Any]:
        """The claims of the person who logged in; refuses (`identity.provider_wrong`) what is
        not signed for this portal and this very login."""
        endpoint = self._metadata()["token_endpoint"]
        with _reaching(self.issuer):
            try:
                answer = self._session().fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=pending.verifier,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
            except AuthlibBaseError:
                raise Refusal("identity.provider_wrong") from None
        return self.check(str(answer.get("id_token", "")), pending.nonce, at)

    def check(self, token: str, nonce: str, at: float) -> dict[str, Any]:
        """The claims of an ID token: signature, issuer, audience, time and nonce must fit."""
        try:
            try:
                found = jwt.decode(token, self._keys(), algorithms=list(ALGORITHMS))
            except InvalidKeyIdError:
                found = jwt.decode(token, self._keys(fresh=True), algorithms=list(ALGORITHMS))
            jwt.JWTClaimsRegistry(
                now=int(at),
                leeway=60,
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.client_id},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(found.claims)
        except (JoseError, ValueError, TypeError, KeyError):
            raise Refusal("identity.provider_wrong") from None
        party = found.claims.get("azp", self.client_id)
        if isinstance(found.claims["aud"], list) and len(found.claims["aud"]) > 1:
            party = found.claims.get("azp")
        if party != self.client_id:
            raise Refusal("identity.provider_wrong")
        return dict(found.claims)

    def _session(self) -> Any:
        return OAuth2Session(
            self.client_id,
            self.secret,
            scope="openid profile",
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
        )

    def _metadata(self) -> dict[str, Any]:
        found = _fetch(self.issuer, self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise Refusal("identity.provider_wrong")
        return found

    def _keys(self, *, fresh: bool = False) -> KeySet:
        url = str(self._metadata()["jwks_uri"])
        if fresh:
            _KNOWN.pop(url, None)
        return KeySet.import_key_set(_fetch(self.issuer, url))  # type: ignore[arg-type]


def _fetch(issuer: str, url: str) -> dict[str, Any]:
    until, found = _KNOWN.get(url, (0.0, {}))
    if until > time.monotonic():
        return found
    with _reaching(issuer):
        answer = requests.get(url, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        found = dict(answer.json())
    _KNOWN[url] = (time.monotonic() + KEPT, found)
    return found


@contextmanager
def _reaching(issuer: str) -> Iterator[None]:
    """One request to the provider. Refuses (`identity.provider_silent`) at once while it is known
    to be silent or others already wait for it."""
    if _SILENT.get(issuer, 0.0) > time.monotonic() or not _AT_ONCE.acquire(timeout=0.2):
        raise Refusal("identity.provider_silent")
    try:
        yield
    except (requests.RequestException, OSError, ValueError):
        _SILENT[issuer] = time.monotonic() + PATIENCE
        raise Refusal("identity.provider_silent") from None
    finally:
        _AT_ONCE.release()


def forget() -> None:
    """Believe nothing about any provider any more."""
    _KNOWN.clear()
    _SILENT.clear()
