"""A register's sound lines can be loaded by two people; the others are set aside, sealed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

ADDED = (
    ("way", sa.String(), "whole"),
    ("sound", sa.Integer(), "0"),
    ("set_aside", sa.Integer(), "0"),
    ("fault_kinds", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), "{}"),
    ("kept", sa.String(), ""),
)
KEY = "fk_register_load_approval_id_approvals_request"


def upgrade():
    op.add_column(
        "register_state",
        sa.Column("set_aside", sa.Integer(), nullable=False, server_default="0"),
    )
    with op.batch_alter_table("register_load") as table:
        for name, kind, default in ADDED:
            table.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        table.add_column(sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("approval_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(KEY), "approvals_request", ["approval_id"], ["id"])


def downgrade():
    with op.batch_alter_table("register_load") as table:
        table.drop_constraint(op.f(KEY), type_="foreignkey")
        for name in ("approval_id", "kept_until", *(name for name, _, _ in reversed(ADDED))):
            table.drop_column(name)
    op.drop_column("register_state", "set_aside")
