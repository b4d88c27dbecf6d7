"""Letters to addresses without an account, defects and questions, ratings, documents of projects,
and the district a person lives in."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
RHYTHM = "rhythm IN ('each', 'daily', 'weekly')"


def project():
    return sa.ForeignKeyConstraint(["project_id"], ["projects_project.id"], ondelete="CASCADE")


def person(column, **options):
    return sa.ForeignKeyConstraint([column], ["accounts_person.id"], **options)


def stored():
    return sa.ForeignKeyConstraint(["file_id"], ["files_stored.id"])


def upgrade():
    named = {
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
    with op.batch_alter_table("accounts_person", naming_convention=named) as batch:
        batch.add_column(sa.Column("area_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            "fk_accounts_person_area_id", "places_area", ["area_id"], ["id"]
        )
    with op.batch_alter_table("projects_follow", naming_convention=named) as batch:
        batch.add_column(sa.Column("rhythm", sa.String(), nullable=False, server_default="each"))
        batch.add_column(sa.Column("digested_at", MOMENT, nullable=True))
        batch.create_check_constraint(batch.f("ck_projects_follow_rhythm"), RHYTHM)
        batch.create_index("ix_projects_follow_rhythm", ["rhythm", "digested_at"])
    op.create_table(
        "projects_mail_follow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("digested_at", MOMENT, nullable=True),
        sa.CheckConstraint(RHYTHM, name="rhythm"),
        sa.CheckConstraint("locale IN ('kk', 'ru', 'en')", name="locale"),
        project(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "email"),
        sa.UniqueConstraint("token"),
    )
    op.create_index("ix_projects_mail_follow_email", "projects_mail_follow", ["email"])
    op.create_table(
        "projects_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("photo_alt", sa.String(), nullable=False),
        sa.Column("reporter_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("hidden_at", MOMENT, nullable=True),
        sa.Column("hidden_reason", sa.String(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('defect', 'question')", name="kind"),
        sa.CheckConstraint("state IN ('open', 'promised', 'closed')", name="state"),
        sa.CheckConstraint("reopened >= 0", name="reopened"),
        sa.CheckConstraint("(hidden_at IS NULL) = (hidden_reason = '')", name="hidden_whole"),
        project(),
        stored(),
        person("reporter_id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_projects_issue_list", "projects_issue", ["project_id", "kind", "state"])
    op.create_index("ix_projects_issue_due", "projects_issue", ["state", "due_on"])
    op.create_index("ix_projects_issue_file_id", "projects_issue", ["file_id"])
    op.create_index("ix_projects_issue_reporter_id", "projects_issue", ["reporter_id"])
    op.create_table(
        "projects_issue_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('promised', 'fixed', 'explained', 'reopened')", name="kind"
        ),
        sa.CheckConstraint("(kind = 'promised') = (due_on IS NOT NULL)", name="due_whole"),
        sa.CheckConstraint("body <> ''", name="body"),
        sa.ForeignKeyConstraint(["issue_id"], ["projects_issue.id"], ondelete="CASCADE"),
        stored(),
        person("actor_id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_projects_issue_step_issue_id", "projects_issue_step", ["issue_id"])
    op.create_index("ix_projects_issue_step_file_id", "projects_issue_step", ["file_id"])
    op.create_table(
        "projects_rating",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("hidden_at", MOMENT, nullable=True),
        sa.Column("hidden_reason", sa.String(), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        sa.CheckConstraint("(hidden_at IS NULL) = (hidden_reason = '')", name="hidden_whole"),
        project(),
        person("person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "person_id"),
    )
    op.create_index("ix_projects_rating_person_id", "projects_rating", ["person_id"])
    op.create_table(
        "projects_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("title <> ''", name="title"),
        project(),
        stored(),
        person("actor_id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_projects_document_project_id", "projects_document", ["project_id"])
    op.create_index("ix_projects_document_file_id", "projects_document", ["file_id"])


def downgrade():
    for table in (
        "projects_document",
        "projects_rating",
        "projects_issue_step",
        "projects_issue",
        "projects_mail_follow",
    ):
        op.drop_table(table)
    with op.batch_alter_table("projects_follow") as batch:
        batch.drop_index("ix_projects_follow_rhythm")
        batch.drop_constraint(batch.f("ck_projects_follow_rhythm"), type_="check")
        batch.drop_column("digested_at")
        batch.drop_column("rhythm")
    with op.batch_alter_table("accounts_person") as batch:
        batch.drop_constraint("fk_accounts_person_area_id", type_="foreignkey")
        batch.drop_column("area_id")
