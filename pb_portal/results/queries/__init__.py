"""Reading results: what is public, and what the desk sees before."""

from pb_portal.domain.small_numbers import BALLOTS_FROM as FEW
from pb_portal.results.queries.desk import (
    Waiting,
    find_counted,
    find_open_job,
    find_request,
    get_certification,
    get_counted,
    last_decline,
    last_job,
    people_of,
    progress,
)
from pb_portal.results.queries.shown import (
    Line,
    Result,
    Section,
    certified_run,
    get_certified_run,
    margins,
    names_of,
    public_turnout,
    registered,
    sections,
    set_aside,
    signers,
    winners_of,
)
from pb_portal.results.queries.withholding import withheld_of

__all__ = [
    "FEW",
    "Line",
    "Result",
    "Section",
    "Waiting",
    "certified_run",
    "find_counted",
    "find_open_job",
    "find_request",
    "get_certification",
    "get_certified_run",
    "get_counted",
    "last_decline",
    "last_job",
    "margins",
    "names_of",
    "people_of",
    "progress",
    "public_turnout",
    "registered",
    "sections",
    "set_aside",
    "signers",
    "winners_of",
    "withheld_of",
]
