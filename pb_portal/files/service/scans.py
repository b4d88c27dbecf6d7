"""Scans of papers: a PDF or a picture, told apart by what they hold and not by their names."""

from __future__ import annotations

from typing import IO

from pb_portal.files.service.documents import Document, read_document
from pb_portal.files.service.pictures import Picture, read_picture


def read_scan(stream: IO[bytes], name: str, *, most_bytes: int) -> Picture | Document:
    """Read a scan; refuses what `read_document` and `read_picture` refuse."""
    start = stream.read(5)
    stream.seek(0)
    if start == b"%PDF-":
        return read_document(stream, name, most_bytes=most_bytes)
    return read_picture(stream, most_bytes=most_bytes)
