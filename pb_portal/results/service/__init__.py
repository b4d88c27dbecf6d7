"""Commands of results: counting, certifying."""

from pb_portal.results.service.certifying import (
    CERTIFY,
    decide_certification,
    propose_certification,
)
from pb_portal.results.service.counting import count
from pb_portal.results.service.requests import ask_for_count

__all__ = [
    "CERTIFY",
    "ask_for_count",
    "count",
    "decide_certification",
    "propose_certification",
]
