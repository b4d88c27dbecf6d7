"""Create the tables of outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "outbox_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("ck_outbox_letter_channel")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'failed', 'boxed')", name=op.f("ck_outbox_letter_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_letter")),
    )
    with op.batch_alter_table("outbox_letter", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_letter_waiting", ["state", "due_at"], unique=False)


def downgrade():
    with op.batch_alter_table("outbox_letter", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_letter_waiting")

    op.drop_table("outbox_letter")
