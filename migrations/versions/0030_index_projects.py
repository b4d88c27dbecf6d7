"""Find the newest of each state, and the newest happenings, without sorting."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_projects_project_board", "projects_project", ["status", "number"]),
    ("ix_projects_project_updated_at", "projects_project", ["updated_at"]),
    ("ix_projects_event_at", "projects_event", ["at"]),
    ("ix_projects_date_shift_at", "projects_date_shift", ["at"]),
    ("ix_projects_issue_step_at", "projects_issue_step", ["at"]),
)


def upgrade():
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)


def downgrade():
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
