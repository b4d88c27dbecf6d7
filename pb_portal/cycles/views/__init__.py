"""Pages of cycles: public ones, and the commissioner's desk."""

from __future__ import annotations

from flask import Blueprint

from pb_portal.web.phrases.cycles import phase_name

blueprint = Blueprint("cycles", __name__)
blueprint.add_app_template_filter(phase_name, "phase_name")

from pb_portal.cycles.views import desk, public  # noqa: E402, F401
