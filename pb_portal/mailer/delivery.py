"""Sending a batch of claimed letters: no database here, since a server may take its time."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from urllib.parse import urlsplit

from flask_babel import force_locale, gettext
from jinja2 import Environment

from config import Settings
from pb_portal.domain.letter_kinds import kind_of
from pb_portal.mailer.gateways import Later, Never, Smtp
from pb_portal.mailer.render import write
from pb_portal.mailer.service import Claim
from pb_portal.mailer.sms import HttpSms, SmsGateway
from pb_portal.outbox.stop_links import seal_stop_token

log = logging.getLogger(__name__)
_WHOLE_LINES = SMTP.clone(max_line_length=998)
"""A header with an address is never folded: readers would not find the address in its pieces."""


@dataclass(frozen=True)
class Outcome:
    """What became of a claimed letter: `sent`, `later`, `never` or `expired`."""

    letter_id: int
    result: str
    reference: str = ""


def deliver(
    claims: Sequence[Claim],
    environment: Environment,
    settings: Settings,
    *,
    now: Callable[[], datetime],
    sms: SmsGateway | None = None,
) -> list[Outcome]:
    """Send what was claimed. A server that does not answer delays the rest of the batch too,
    so that a dead one costs one time-out and not one for each letter. What has expired while
    others were sent is dropped."""
    gateway = sms or gateway_of(settings)
    server = Smtp(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_user,
        settings.smtp_password,
        starttls=settings.smtp_starttls,
    )
    outcomes: list[Outcome] = []
    dead: set[str] = set()
    with server:
        for claim in claims:
            result = "later"
            if claim.expires_at is not None and claim.expires_at <= now():
                result = "expired"
            elif claim.channel not in dead:
                result, reached = _attempt(claim, environment, settings, server, gateway)
                if not reached:
                    dead.add(claim.channel)
            outcomes.append(Outcome(claim.id, result, reference_of(settings, claim.id)))
    return outcomes


def gateway_of(settings: Settings) -> HttpSms:
    """The installation's gateway for text messages."""
    return HttpSms(
        settings.sms_gateway_url,
        settings.sms_gateway_token,
        sender=settings.sms_gateway_sender,
        fields=settings.sms_gateway_fields,
        form=settings.sms_gateway_form,
    )


def reference_of(settings: Settings, letter_id: int) -> str:
    """By what a letter is known outside the outbox, in its Message-ID and in the logs.

    The outbox numbers text messages too, so two numbers tell how many codes went out between them.
    """
    text = f"letter\x1f{letter_id}"
    return hmac.digest(settings.secret_key.encode(), text.encode(), "sha256").hex()[:24]


def _attempt(
    claim: Claim, environment: Environment, settings: Settings, server: Smtp, sms: SmsGateway
) -> tuple[str, bool]:
    """The result, and whether the way out answered at all."""
    reference = reference_of(settings, claim.id)
    try:
        text = write(environment, claim, settings.base_url, stop_path(claim, settings))
        if claim.channel == "sms":
            sms.send(claim.recipient, text.body)
        else:
            server.send(message_of(claim, text.subject, text.body, settings))
    except Never as error:
        log.warning("letter %s (%s) refused: %s", reference, claim.template, error)
        return "never", True
    except Later as error:
        log.warning("letter %s (%s) not sent yet: %s", reference, claim.template, error)
        return "later", error.reached
    except Exception as error:
        # A letter that cannot be written must not hold up those behind it.
        log.error("letter %s (%s) broken: %s", reference, claim.template, type(error).__name__)
        return "never", True
    return "sent", True


def stop_path(claim: Claim, settings: Settings) -> str:
    """Where one press stops letters of this kind to this address; empty for one that answers an
    act of its reader."""
    kind = kind_of(claim.template) if claim.channel == "email" else ""
    if not kind:
        return ""
    return f"/letters/stop/{seal_stop_token(settings.secret_key, claim.recipient, kind)}"


def message_of(claim: Claim, subject: str, body: str, settings: Settings) -> EmailMessage:
    """The letter as mail. Its Message-ID is its own, so that one sent twice can be told, and says
    nothing of the letters before it."""
    host = urlsplit(settings.base_url).hostname or "localhost"
    sender = settings.mail_from or f"portal@{host}"
    with force_locale(claim.locale):
        name = gettext("Participatory budget")
    message = EmailMessage(policy=_WHOLE_LINES)
    message["From"] = formataddr((name, sender))
    message["To"] = claim.recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(claim.created_at)
    message["Message-ID"] = f"<{reference_of(settings, claim.id)}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = claim.locale
    stop = stop_path(claim, settings)
    if stop:
        message["List-Unsubscribe"] = f"<{settings.base_url}{stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(body, cte="quoted-printable")
    return message
