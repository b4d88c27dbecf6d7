"""Commands of voting on paper."""

from pb_portal.voting.paper.service.accepting import box_of, close_box, propose_accept
from pb_portal.voting.paper.service.desk import (
    Document,
    Handed,
    find_resident,
    hand_out,
    propose_take_back,
)
from pb_portal.voting.paper.service.judging import finish_judging, judge_sheet
from pb_portal.voting.paper.service.keying import finish_round, key_sheet, take_round
from pb_portal.voting.paper.service.points import PointData, close_point, save_point
from pb_portal.voting.paper.service.printing import issue, print_batch, record_printing
from pb_portal.voting.paper.service.requests import (
    KINDS,
    decide,
    get_request,
    lock_request,
    propose_difference,
    propose_set_aside,
)
from pb_portal.voting.paper.service.returning import correct_equation, give_back
from pb_portal.voting.paper.service.scans import add_scan

__all__ = [
    "KINDS",
    "Document",
    "Handed",
    "PointData",
    "add_scan",
    "box_of",
    "close_box",
    "close_point",
    "correct_equation",
    "decide",
    "find_resident",
    "finish_judging",
    "finish_round",
    "get_request",
    "give_back",
    "hand_out",
    "issue",
    "judge_sheet",
    "key_sheet",
    "lock_request",
    "print_batch",
    "propose_accept",
    "propose_difference",
    "propose_set_aside",
    "propose_take_back",
    "record_printing",
    "save_point",
    "take_round",
]
