"""Commands of the register: load, freeze and correct with four eyes, send codes."""

from pb_portal.register.identity.base import Desk, Proved
from pb_portal.register.identity.phone import (
    Claim,
    any_code_over,
    ask_again,
    ask_code,
    forget_codes,
)
from pb_portal.register.service.correcting import (
    CORRECTION,
    Asked,
    Data,
    decide_correction,
    get_correction,
    propose_correction,
)
from pb_portal.register.service.desks import DeskData, change_desk, remove_desk
from pb_portal.register.service.freezing import FREEZE, decide_freeze, propose_freeze
from pb_portal.register.service.intake import Faulty, Report
from pb_portal.register.service.jobs import ask_for_load
from pb_portal.register.service.loading import check_rows, load_rows
from pb_portal.register.service.roll import RollKeys
from pb_portal.register.service.sound import (
    SOUND,
    decide_sound_load,
    open_set_aside,
    propose_sound_load,
)

__all__ = [
    "CORRECTION",
    "FREEZE",
    "SOUND",
    "Asked",
    "Claim",
    "Data",
    "Desk",
    "DeskData",
    "Faulty",
    "Proved",
    "Report",
    "RollKeys",
    "any_code_over",
    "ask_again",
    "ask_code",
    "ask_for_load",
    "change_desk",
    "check_rows",
    "decide_correction",
    "decide_freeze",
    "decide_sound_load",
    "forget_codes",
    "get_correction",
    "load_rows",
    "open_set_aside",
    "propose_correction",
    "propose_freeze",
    "propose_sound_load",
    "remove_desk",
]
