"""Pages of cycles."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("cycles", __name__)
