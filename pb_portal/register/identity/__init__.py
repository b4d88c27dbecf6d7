"""Ways to prove an identity, each a provider behind `base.Provider`; a rule book names those of
its cycle."""

from __future__ import annotations

from typing import Any

from pb_portal.register.identity.base import Caps, Desk, Proved, Provider
from pb_portal.register.identity.openid import OpenIdLogin
from pb_portal.register.identity.operator import OperatorDesk
from pb_portal.register.identity.paper_code import PaperCodes
from pb_portal.register.identity.phone import PhoneCode

PROVIDERS: dict[str, Provider[Any]] = {
    one.code: one for one in (PhoneCode(), PaperCodes(), OpenIdLogin(), OperatorDesk())
}

__all__ = ["PROVIDERS", "Caps", "Desk", "Proved", "Provider"]
