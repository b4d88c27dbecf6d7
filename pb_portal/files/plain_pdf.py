"""Looking at PDFs, in a child process: see `pb_portal.parsing`. Imports nothing heavy."""

from __future__ import annotations

import re
from typing import IO

from pb_portal.domain.refusal import Refusal

_TAIL = 2048
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile)\b")


def demand_plain(source: IO[bytes]) -> None:
    """Refuse (on field `document`) what is no PDF, or carries programs or files in plain sight."""
    content = source.read()
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-_TAIL:]:
        raise Refusal("file.not_a_pdf", field="document")
    if _ACTIVE.search(content):
        raise Refusal("file.active_pdf", field="document")
