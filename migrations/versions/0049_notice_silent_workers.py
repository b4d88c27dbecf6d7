"""Let background workers leave a sign of life, so that a dead one is noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_queue_heartbeat",
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("lane IN ('frequent', 'slow')", name="ck_job_queue_heartbeat_lane"),
        sa.PrimaryKeyConstraint("lane", name="pk_job_queue_heartbeat"),
    )


def downgrade() -> None:
    op.drop_table("job_queue_heartbeat")
