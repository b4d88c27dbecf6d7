"""When the author offered to hand a proposal over to a co-author."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "proposals_coauthor", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade():
    with op.batch_alter_table("proposals_coauthor") as batch:
        batch.drop_column("offered_at")
