"""Visits to the ballot name how the identity was proved; letters may expire."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column(
        "voting_session", sa.Column("how", sa.String(), nullable=False, server_default="phone")
    )
    op.add_column(
        "outbox_letter", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade():
    op.drop_column("outbox_letter", "expires_at")
    op.drop_column("voting_session", "how")
