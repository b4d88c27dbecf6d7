"""Commands on projects. Each takes `by`, checks the permission, writes the log and the letters."""

from pb_portal.projects.service.acceptance import record_acceptance
from pb_portal.projects.service.checking import check_due, check_ledger, last_check
from pb_portal.projects.service.contracts import Terms, record_contract
from pb_portal.projects.service.following import follow, unfollow
from pb_portal.projects.service.grouping import Wish, clashes, promised_lines
from pb_portal.projects.service.guard import may_change
from pb_portal.projects.service.milestones import add_milestone, set_milestone
from pb_portal.projects.service.news import (
    add_photos,
    decide_update,
    demand_few,
    post_update,
    send_update,
    set_approval,
)
from pb_portal.projects.service.payments import record_payment, void_payment
from pb_portal.projects.service.plan import appoint_manager, shift_date
from pb_portal.projects.service.reminders import remind_silent_projects
from pb_portal.projects.service.sheets import (
    apply_news,
    apply_works,
    check_news,
    check_works,
    get_sheet,
    keep_sheet,
)
from pb_portal.projects.service.start import preview, start_from_winners, waiting_winners, winners
from pb_portal.projects.service.states import change_status, lacking
from pb_portal.projects.service.works import Work, add_works

__all__ = [
    "Terms",
    "Wish",
    "Work",
    "add_milestone",
    "add_photos",
    "add_works",
    "apply_news",
    "apply_works",
    "appoint_manager",
    "change_status",
    "check_due",
    "check_ledger",
    "check_news",
    "check_works",
    "clashes",
    "decide_update",
    "demand_few",
    "follow",
    "get_sheet",
    "keep_sheet",
    "lacking",
    "last_check",
    "may_change",
    "post_update",
    "preview",
    "promised_lines",
    "record_acceptance",
    "record_contract",
    "record_payment",
    "remind_silent_projects",
    "send_update",
    "set_approval",
    "set_milestone",
    "shift_date",
    "start_from_winners",
    "unfollow",
    "void_payment",
    "waiting_winners",
    "winners",
]
