"""Keep what somebody sent after the session had ended, sealed, for two hours."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts_kept_form",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name="fk_accounts_kept_form_person_id_accounts_person",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_accounts_kept_form"),
    )
    for column in ("person_id", "expires_at"):
        op.create_index(f"ix_accounts_kept_form_{column}", "accounts_kept_form", [column])


def downgrade() -> None:
    op.drop_table("accounts_kept_form")
