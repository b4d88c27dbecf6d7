"""The way out for text messages: an HTTP gateway, as operators of mobile networks offer it.

Only the worker that empties the outbox calls it. Time-outs are short, redirects are not followed
(the token would go along), and nothing of the answer is read but its status.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Protocol

import requests

from pb_portal.mailer.gateways import Later, Never

CONNECT, ANSWER = 3.0, 5.0
"""Seconds to wait for the connection, and for the answer to begin."""
LASTING_EXCEPT = (401, 403, 408, 425, 429)
"""4xx that are not about this very message: the gateway may take it later."""

PLACE = re.compile(r"\{(?:phone|text|sender)\}")


class SmsGateway(Protocol):
    """A way to send text messages. Raises `Later` or `Never`."""

    def send(self, recipient: str, text: str) -> None: ...


class HttpSms:
    """A gateway that takes a message by POST with a bearer token.

    `fields` names what is posted; `{phone}`, `{text}` and `{sender}` in its values are filled in.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        sender: str = "",
        fields: Mapping[str, str],
        form: bool = False,
    ) -> None:
        self.url, self.token, self.sender = url, token, sender
        self.fields, self.form = fields, form

    def send(self, recipient: str, text: str) -> None:
        """Hand the message over."""
        if not self.url.startswith(("https://", "http://")):
            raise Never("no gateway")
        try:
            status = self._post(self._body(recipient, text))
        except (requests.RequestException, OSError, ValueError) as error:
            raise Later(type(error).__name__) from None
        if 300 <= status < 500 and status not in LASTING_EXCEPT:
            raise Never(f"HTTP {status}")
        if status >= 300:
            raise Later(f"HTTP {status}", reached=status < 500)

    def _body(self, recipient: str, text: str) -> dict[str, str]:
        known = {"{phone}": recipient, "{text}": text, "{sender}": self.sender}
        return {name: _filled(value, known) for name, value in self.fields.items()}

    def _post(self, body: dict[str, str]) -> int:
        with requests.post(
            self.url,
            data=body if self.form else json.dumps(body, ensure_ascii=False).encode(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded"
                if self.form
                else "application/json",
                "Authorization": f"Bearer {self.token}",
            },
            timeout=(CONNECT, ANSWER),
            allow_redirects=False,
            stream=True,
        ) as answer:
            return answer.status_code


def _filled(template: str, known: Mapping[str, str]) -> str:
    """The template with its places filled in one pass, so that no text is taken for a place."""
    return PLACE.sub(lambda found: known[found[0]], template)
