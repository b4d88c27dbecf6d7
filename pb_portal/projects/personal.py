"""What projects keep about people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.accounts.privacy.holdings import (
    GOES,
    STAYS_NAMELESS,
    Holding,
    Provider,
    Section,
    provide,
)
from pb_portal.domain.signature import Signature
from pb_portal.projects.models import Issue, MailFollow, ProjectFollow, Rating
from pb_portal.seals.service import delete_rows
from pb_portal.web.phrases.mark import N_


def _by_mail(session: Session, person: Person) -> Sequence[Section]:
    """Letters about projects that go to the address without the account."""
    found = session.execute(
        select(MailFollow.project_id, MailFollow.rhythm, MailFollow.asked_at).where(
            MailFollow.email == person.email
        )
    )
    rows = [{"project": row[0], "how_often": row[1], "at": row[2]} for row in found]
    return [Section("mail_follows", N_("Projects followed by your address alone"), rows, GOES)]


def _forget(session: Session, by: Signature, person: Person) -> None:
    delete_rows(
        session, delete(MailFollow).where(MailFollow.email == person.email), "account deleted"
    )


provide(
    Provider(
        "projects",
        (
            Holding(
                "project_follows",
                N_("Projects you follow"),
                ProjectFollow.person_id,
                {
                    "project": ProjectFollow.project_id,
                    "how_often": ProjectFollow.rhythm,
                    "at": ProjectFollow.at,
                },
                GOES,
                gone=True,
            ),
            Holding(
                "issues",
                N_("Defects and questions you reported"),
                Issue.reporter_id,
                {
                    "project": Issue.project_id,
                    "kind": Issue.kind,
                    "text": Issue.body,
                    "address": Issue.place,
                    "state": Issue.state,
                    "at": Issue.at,
                },
                STAYS_NAMELESS,
                blanked={"reporter_id": None},
            ),
            Holding(
                "ratings",
                N_("Your ratings"),
                Rating.person_id,
                {
                    "project": Rating.project_id,
                    "stars": Rating.stars,
                    "text": Rating.comment,
                    "at": Rating.at,
                },
                STAYS_NAMELESS,
            ),
        ),
        duties=(
            "projects_acceptance.actor_id",
            "projects_contract.actor_id",
            "projects_document.actor_id",
            "projects_event.actor_id",
            "projects_issue_step.actor_id",
            "projects_manager_setting.person_id",
            "projects_payment.actor_id",
            "projects_project.manager_id",
            "projects_sheet_upload.owner_id",
            "projects_update.author_id",
        ),
        more=_by_mail,
        forget=_forget,
    )
)
