"""The letter box of a sample city: letters as their readers would see them."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment
from markupsafe import Markup, escape

from pb_portal.mailer.render import write
from pb_portal.outbox.models import Letter

log = logging.getLogger(__name__)
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_CODE = re.compile(r"(?<![\d/])\d{4,8}(?!\d)")


@dataclass(frozen=True)
class Shown:
    """One letter in the box."""

    id: int
    channel: str
    recipient: str
    locale: str
    at: datetime
    subject: str
    body: Markup


def show(letters: Sequence[Letter], environment: Environment, base_url: str) -> list[Shown]:
    """The letters written out; one whose template is broken is left out and logged."""
    shown = []
    for letter in letters:
        try:
            text = write(environment, letter, base_url)
        except Exception as error:
            log.error("letter (%s): %s", letter.template, type(error).__name__)
            continue
        shown.append(
            Shown(
                letter.id,
                letter.channel,
                letter.recipient,
                letter.locale,
                letter.created_at,
                text.subject,
                linked(text.body, codes=letter.channel == "sms"),
            )
        )
    return shown


def linked(text: str, *, codes: bool = False) -> Markup:
    """The text, escaped, with its addresses as links, and its codes set apart."""
    parts: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        parts.append(_plain(text[end : found.start()], codes=codes))
        address = found[0]
        parts.append(Markup('<a href="{0}">{0}</a>').format(address))
        end = found.end()
    parts.append(_plain(text[end:], codes=codes))
    return Markup("").join(parts)


def _plain(text: str, *, codes: bool) -> Markup:
    safe = str(escape(text))
    return Markup(_CODE.sub(r"<code>\g<0></code>", safe) if codes else safe)  # noqa: S704
