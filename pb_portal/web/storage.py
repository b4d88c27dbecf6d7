"""Where uploads lie, from the settings."""

from __future__ import annotations

from pathlib import Path

from flask import current_app


def root() -> Path:
    """Folder of stored files."""
    return Path(current_app.instance_path) / "files"


def most_bytes() -> int:
    """The largest upload, in bytes."""
    return int(current_app.config["MAX_CONTENT_LENGTH"])
