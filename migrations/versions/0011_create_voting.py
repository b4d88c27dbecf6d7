"""Create the tables of voting."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "voting_ballot",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("ballot_key", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column(
            "choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "points", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("leaf", sa.String(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_voting_ballot_revision")),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_voting_ballot_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_ballot_cycle_id")
        ),
        sa.PrimaryKeyConstraint(
            "cycle_id", "ballot_key", "revision", name=op.f("pk_voting_ballot")
        ),
        sa.UniqueConstraint("leaf", name=op.f("uq_voting_ballot_leaf")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("voting_ballot", schema=None) as batch_op:
        batch_op.create_index("ix_voting_ballot_count", ["cycle_id", "area_id"], unique=False)

    op.create_table(
        "voting_draft",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("ballot_key", sa.String(), nullable=False),
        sa.Column(
            "choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_draft_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "ballot_key", name=op.f("pk_voting_draft")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voting_participation",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('portal', 'paper')", name=op.f("ck_voting_participation_channel")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_participation_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "voter_key", name=op.f("pk_voting_participation")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voting_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_voting_session_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_session_cycle_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_voting_session")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("voting_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_voting_session_expires_at"), ["expires_at"], unique=False
        )


def downgrade():
    with op.batch_alter_table("voting_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voting_session_expires_at"))

    op.drop_table("voting_session")
    op.drop_table("voting_participation")
    op.drop_table("voting_draft")
    with op.batch_alter_table("voting_ballot", schema=None) as batch_op:
        batch_op.drop_index("ix_voting_ballot_count")

    op.drop_table("voting_ballot")
