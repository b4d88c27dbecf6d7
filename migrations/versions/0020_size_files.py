"""Let files be documents too, keep originals beside pictures, and note the sizes made of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TEXTS = ("name", "original")
UNSIZED = sa.text("sized_at IS NULL")


def upgrade():
    with op.batch_alter_table("files_stored") as batch:
        for column in TEXTS:
            batch.add_column(sa.Column(column, sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("sizes", JSON, nullable=False, server_default="[]"))
        batch.add_column(sa.Column("sized_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(
            sa.Column("size_attempts", sa.Integer(), nullable=False, server_default="0")
        )
        batch.create_index(
            "ix_files_stored_unsized",
            ["id"],
            unique=False,
            sqlite_where=UNSIZED,
            postgresql_where=UNSIZED,
        )


def downgrade():
    with op.batch_alter_table("files_stored") as batch:
        batch.drop_index("ix_files_stored_unsized")
        for column in (*TEXTS, "sizes", "sized_at", "size_attempts"):
            batch.drop_column(column)
