"""Keep which fields a version changed beside it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade():
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column(
        "proposals_version", sa.Column("changed", json, server_default="[]", nullable=False)
    )


def downgrade():
    op.drop_column("proposals_version", "changed")
