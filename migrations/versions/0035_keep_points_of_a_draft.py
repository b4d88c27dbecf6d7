"""Keep the points of a ballot being made, and the other area picked for it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLE = "voting_draft"


def upgrade():
    numbers = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column(TABLE, sa.Column("points", numbers, nullable=False, server_default="[]"))
    op.add_column(TABLE, sa.Column("other_area_id", sa.Integer(), nullable=True))


def downgrade():
    op.drop_column(TABLE, "other_area_id")
    op.drop_column(TABLE, "points")
