"""Create the tables of files."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "files_stored",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files_stored")),
        sa.UniqueConstraint("key", name=op.f("uq_files_stored_key")),
    )
    with op.batch_alter_table("files_stored", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_files_stored_owner_id"), ["owner_id"], unique=False)


def downgrade():
    with op.batch_alter_table("files_stored", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_files_stored_owner_id"))

    op.drop_table("files_stored")
