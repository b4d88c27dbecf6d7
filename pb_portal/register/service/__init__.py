"""Commands of the register: load, freeze with four eyes, send codes."""

from pb_portal.register.identity.base import Desk, Proved
from pb_portal.register.identity.phone import Claim, ask_again, ask_code
from pb_portal.register.service.freezing import FREEZE, decide_freeze, propose_freeze
from pb_portal.register.service.loading import Faulty, Report, check_rows, load_rows

__all__ = [
    "FREEZE",
    "Claim",
    "Desk",
    "Faulty",
    "Proved",
    "Report",
    "ask_again",
    "ask_code",
    "check_rows",
    "decide_freeze",
    "load_rows",
    "propose_freeze",
]
