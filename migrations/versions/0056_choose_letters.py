"""How often an address wants letters of each kind, and what waits for its letter of the day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade():
    op.create_table(
        "outbox_choice",
        sa.Column("address_digest", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rhythm", sa.String(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "rhythm IN ('each', 'daily', 'never')", name=op.f("ck_outbox_choice_rhythm")
        ),
        sa.PrimaryKeyConstraint("address_digest", "kind", name=op.f("pk_outbox_choice")),
    )
    op.create_table(
        "outbox_kept",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_kept")),
    )
    op.create_index("ix_outbox_kept_recipient", "outbox_kept", ["recipient", "created_at"])


def downgrade():
    op.drop_table("outbox_kept")
    op.drop_table("outbox_choice")
