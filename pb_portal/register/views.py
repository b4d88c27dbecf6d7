"""Pages of register."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("register", __name__)
