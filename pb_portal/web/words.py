"""Words for codes that many pages show: phases of a cycle, staff roles."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext

from pb_portal.domain.permissions import Role
from pb_portal.domain.phases import PhaseKind
from pb_portal.web.phrases.mark import N_
from pb_portal.web.phrases.projects import state_word
from pb_portal.web.phrases.proposals import status_name

PHASES = {
    PhaseKind.APPLICATIONS: N_("Call for applications"),
    PhaseKind.REVIEW: N_("Review"),
    PhaseKind.REWORK: N_("Rework by authors"),
    PhaseKind.SECOND_REVIEW: N_("Second review"),
    PhaseKind.VOTING: N_("Voting"),
    PhaseKind.RESULTS: N_("Results"),
    PhaseKind.DELIVERY: N_("Delivery"),
}

ROLES = {
    Role.MODERATOR: N_("Moderator"),
    Role.REVIEWER: N_("Reviewer"),
    Role.SECRETARY: N_("Council secretary"),
    Role.REGISTRAR: N_("Registrar"),
    Role.COMMISSIONER: N_("Commissioner"),
    Role.MANAGER: N_("Project manager"),
    Role.HEAD: N_("Head of delivery"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}


def phase_name(kind: str) -> str:
    """The phase as the public calls it."""
    return str(gettext(PHASES[PhaseKind(kind)].source))


def role_name(role: str) -> str:
    """The staff role as people call it."""
    return str(gettext(ROLES[Role(role)].source))


def init_app(app: Flask) -> None:
    """Attach the filters of templates."""
    app.jinja_env.filters.update(
        phase_name=phase_name, role_name=role_name, status_name=status_name, state_word=state_word
    )
