"""Steps of a vote, counted by day without persons."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "voting_step",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people >= 0", name=op.f("ck_voting_step_people")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_step_cycle_id")
        ),
        sa.PrimaryKeyConstraint(
            "cycle_id", "on", "step", "how", "shard", name=op.f("pk_voting_step")
        ),
        sqlite_with_rowid=False,
    )


def downgrade():
    op.drop_table("voting_step")
