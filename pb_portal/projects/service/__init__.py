"""Commands on projects. Each takes `by`, checks the permission, writes the log and the letters."""

from pb_portal.projects.service.following import follow, unfollow
from pb_portal.projects.service.ledger import (
    record_acceptance,
    record_contract,
    record_payment,
    void_payment,
)
from pb_portal.projects.service.news import add_photos, post_update
from pb_portal.projects.service.plan import appoint_manager, shift_date
from pb_portal.projects.service.reminders import remind_silent_projects
from pb_portal.projects.service.start import start_from_winners, winners
from pb_portal.projects.service.states import change_status, lacking

__all__ = [
    "add_photos",
    "appoint_manager",
    "change_status",
    "follow",
    "lacking",
    "post_update",
    "record_acceptance",
    "record_contract",
    "record_payment",
    "remind_silent_projects",
    "shift_date",
    "start_from_winners",
    "unfollow",
    "void_payment",
    "winners",
]
