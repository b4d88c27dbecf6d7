"""Commands on cycles: moving their phases by two people, writing and freezing their rules."""

from pb_portal.cycles.service.locks import hold_cycle, lock_phase
from pb_portal.cycles.service.phases import (
    CALENDAR_KINDS,
    EXTEND,
    SHORTEN,
    decide_change,
    decide_extension,
    get_change,
    get_extension,
    plan_change,
    propose_extension,
    propose_shortening,
    shortest_end,
)
from pb_portal.cycles.service.rules import (
    FREEZE_AHEAD,
    freeze_due_rules,
    freeze_rules,
    rules_due,
    rules_frozen,
    write_rules,
)

__all__ = [
    "CALENDAR_KINDS",
    "EXTEND",
    "FREEZE_AHEAD",
    "SHORTEN",
    "decide_change",
    "decide_extension",
    "freeze_due_rules",
    "freeze_rules",
    "get_change",
    "get_extension",
    "hold_cycle",
    "lock_phase",
    "plan_change",
    "propose_extension",
    "propose_shortening",
    "rules_due",
    "rules_frozen",
    "shortest_end",
    "write_rules",
]
