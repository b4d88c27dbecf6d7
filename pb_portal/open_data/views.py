"""Pages of open_data."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("open_data", __name__)
