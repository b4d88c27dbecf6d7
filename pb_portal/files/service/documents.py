"""Storing documents: PDF only, served as a download and never opened by the portal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO

from sqlalchemy.orm import Session

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.signature import Signature
from pb_portal.files.models import PDF, StoredFile
from pb_portal.files.service.names import name_of, new_key
from pb_portal.files.storage import Where, storage_at
from pb_portal.parsing import parse

_UNSAFE = re.compile(r"[^\w .()№-]+")


@dataclass(frozen=True)
class Document:
    """A document read and found to be one."""

    content: bytes
    name: str


def read_document(stream: IO[bytes], name: str, *, most_bytes: int) -> Document:
    """Read a PDF. Refuses (on field `document`) what is none, too big, or carries programs."""
    content = stream.read(most_bytes + 1)
    if not content:
        raise Refusal("file.empty", field="document")
    if len(content) > most_bytes:
        raise Refusal("file.too_big", field="document", most=most_bytes // (1024 * 1024))
    parse("pb_portal.files.plain_pdf:demand_plain", content, lane="documents", field="document")
    return Document(content, tidy_name(name))


def tidy_name(name: str) -> str:
    """A name a browser may save a document under: letters, figures and plain signs, ending .pdf."""
    stem = re.sub(r"\.pdf$", "", name.replace("\\", "/").rpartition("/")[2], flags=re.I)
    return (" ".join(_UNSAFE.sub(" ", stem).split()).strip(" .")[:80] or "document") + ".pdf"


def keep_document(
    session: Session, by: Signature, document: Document, *, root: Where, public: bool = False
) -> StoredFile:
    """Keep a document in the store and return its row."""
    stored = StoredFile(
        key=new_key(),
        media_type=PDF,
        size=len(document.content),
        width=0,
        height=0,
        owner_id=by.actor.person_id,
        public=public,
        created_at=by.at,
        name=document.name,
        sizes=[],
        sized_at=by.at,
    )
    storage_at(root).put(name_of(stored), document.content, PDF)
    session.add(stored)
    session.flush()
    return stored
