"""Rate limits by address; the default covers every view."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, default_limits=["600 per minute"])

LOGIN = "10 per minute; 60 per hour"
REGISTRATION = "10 per hour"
LOOKUP = "30 per hour"
CODE = "6 per minute; 30 per hour"
UPLOAD = "60 per hour"
SUGGEST = "120 per minute"
