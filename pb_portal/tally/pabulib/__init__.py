"""Elections in Pabulib's format (``.pb``), both ways.

``read`` accepts what the public library holds and refuses the rest in one sentence naming the
line; ``write`` makes files that the library's own checker accepts.
"""

from pb_portal.tally.pabulib.errors import Notice, PabulibError
from pb_portal.tally.pabulib.reader import Reading, read
from pb_portal.tally.pabulib.writer import dumps, write

__all__ = ["Notice", "PabulibError", "Reading", "dumps", "read", "write"]
