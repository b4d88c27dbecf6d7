"""The way out for letters: an SMTP server; and what every way out may say (`sms` has the other)."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from types import TracebackType

TIMEOUT = 10.0
PERMANENT = 500


class Later(Exception):
    """It did not go out this time; try again. `reached` tells whether the server answered."""

    def __init__(self, cause: str, *, reached: bool = False) -> None:
        super().__init__(cause)
        self.reached = reached


class Never(Exception):
    """It will not go out however often it is tried, e.g. the address does not exist."""


def _by_code(code: int) -> Later | Never:
    """What an SMTP answer about one letter means."""
    return Never(f"SMTP {code}") if code >= PERMANENT else Later(f"SMTP {code}", reached=True)


class Smtp:
    """One connection to the mail server for a batch of letters; opened when first needed."""

    def __init__(self, host: str, port: int, user: str, password: str, *, starttls: bool) -> None:
        self.host, self.port = host, port
        self.user, self.password = user, password
        self.starttls = starttls
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Smtp:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            try:
                self._server.quit()
            except (OSError, smtplib.SMTPException):
                self._server.close()

    def send(self, message: EmailMessage) -> None:
        """Hand the letter over."""
        try:
            self._connected().send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _by_code(min(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPDataError as error:
            raise _by_code(error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise Never("SMTP without UTF-8 addresses") from None
        except (OSError, smtplib.SMTPException) as error:
            self._server = None
            raise Later(type(error).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            self._server = server
        return self._server
