"""Tables of projects: the project, its ledger, its plan, its news, and what staff hand in."""

from pb_portal.projects.models.intake import LedgerCheck, ManagerSetting, SheetUpload
from pb_portal.projects.models.ledger import (
    Acceptance,
    AcceptedLine,
    Contract,
    DateShift,
    Payment,
    ProjectLine,
)
from pb_portal.projects.models.news import ProjectFollow, ProjectPhoto, ProjectUpdate
from pb_portal.projects.models.plan import Milestone, MilestoneTemplate, WorkType
from pb_portal.projects.models.project import Project, ProjectEvent, ProjectProposal
from pb_portal.projects.models.voices import (
    Issue,
    IssueStep,
    MailFollow,
    ProjectDocument,
    Rating,
)

__all__ = [
    "Acceptance",
    "AcceptedLine",
    "Contract",
    "DateShift",
    "Issue",
    "IssueStep",
    "LedgerCheck",
    "MailFollow",
    "ManagerSetting",
    "Milestone",
    "MilestoneTemplate",
    "Payment",
    "Project",
    "ProjectDocument",
    "ProjectEvent",
    "ProjectFollow",
    "ProjectLine",
    "ProjectPhoto",
    "ProjectProposal",
    "ProjectUpdate",
    "Rating",
    "SheetUpload",
    "WorkType",
]
