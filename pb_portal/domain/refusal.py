"""A rule says no with a code and figures; `web.phrases` makes the sentence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any


class Refusal(Exception):
    """A request that a rule refuses, e.g. `Refusal("proposal.over_cap", field="cost", cap=…)`.

    `field` names the form field the sentence belongs beside, if there is one.
    """

    def __init__(self, code: str, *, field: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params


class Pause(Refusal):
    """Too much of it for now; shown as 429 with the moment from which on it works again."""

    def __init__(self, code: str, *, seconds: float, at: datetime, **params: Any) -> None:
        super().__init__(code, until=at + timedelta(seconds=seconds), **params)
        self.seconds = seconds


class Conflict(Refusal):
    """Somebody else changed the same thing first; shown as 409."""


class Forbidden(Exception):
    """The person may not do this; shown as 403."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission
