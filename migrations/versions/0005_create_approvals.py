"""Create the tables of approvals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "approvals_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_by IS NULL)", name=op.f("ck_approvals_request_decided")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'declined', 'withdrawn')",
            name=op.f("ck_approvals_request_state"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by",
            name=op.f("ck_approvals_request_four_eyes"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals_request")),
    )
    with op.batch_alter_table("approvals_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_approvals_request_cycle_id"), ["cycle_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_approvals_request_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_approvals_request_open",
            ["kind", "subject"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )


def downgrade():
    with op.batch_alter_table("approvals_request", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_approvals_request_open",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_approvals_request_state"))
        batch_op.drop_index(batch_op.f("ix_approvals_request_cycle_id"))

    op.drop_table("approvals_request")
