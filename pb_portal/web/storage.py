"""Where uploads lie and how large they may be, from the settings."""

from __future__ import annotations

from typing import Any

from flask import current_app

STORE = "file_store"


def root() -> Any:
    """The store of files (`files.storage.Storage`), as the application was started with it."""
    return current_app.extensions[STORE]


def most_bytes() -> int:
    """The largest upload, in bytes."""
    return int(current_app.config["MAX_CONTENT_LENGTH"])
