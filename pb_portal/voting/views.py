"""Pages of voting."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("voting", __name__)
