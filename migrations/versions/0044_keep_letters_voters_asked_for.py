"""Addresses for one letter: a reminder of an unfinished ballot, or the result."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "voting_letter",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('reminder', 'result')", name=op.f("ck_voting_letter_kind")),
        sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f("ck_voting_letter_channel")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_letter_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "kind", "key", name=op.f("pk_voting_letter")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "voting_session",
        sa.Column("reminder", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade():
    op.drop_column("voting_session", "reminder")
    op.drop_table("voting_letter")
