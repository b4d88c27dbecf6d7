"""Commands of the register: load, freeze with four eyes, send and check codes."""

from pb_portal.register.service.codes import (
    ATTEMPTS,
    LIFE,
    Claim,
    Desk,
    Proved,
    ask_again,
    ask_code,
    prove,
)
from pb_portal.register.service.freezing import FREEZE, decide_freeze, propose_freeze
from pb_portal.register.service.loading import Faulty, Report, check_rows, load_rows

__all__ = [
    "ATTEMPTS",
    "FREEZE",
    "LIFE",
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
    "prove",
]
