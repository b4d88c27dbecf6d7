"""Create the tables of results."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "results_count_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counted_by", sa.Integer(), nullable=True),
        sa.Column("certified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_commissioner_id", sa.Integer(), nullable=True),
        sa.Column("second_commissioner_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("input_digest", sa.String(), nullable=False),
        sa.Column("result_digest", sa.String(), nullable=False),
        sa.Column("rules_digest", sa.String(), nullable=False),
        sa.Column("lot_seed", sa.String(), nullable=False),
        sa.Column("ledger_root", sa.String(), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column(
            "turnout", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "checks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.CheckConstraint(
            "state <> 'certified' OR imported OR (certified_at IS NOT NULL AND first_commissioner_id IS NOT NULL AND second_commissioner_id IS NOT NULL)",
            name=op.f("ck_results_count_run_certified_by_two"),
        ),
        sa.CheckConstraint(
            "state IN ('counted', 'certified', 'discarded')",
            name=op.f("ck_results_count_run_state"),
        ),
        sa.CheckConstraint(
            "first_commissioner_id <> second_commissioner_id",
            name=op.f("ck_results_count_run_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_results_count_run_cycle_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results_count_run")),
    )
    with op.batch_alter_table("results_count_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_results_count_run_cycle_id"), ["cycle_id"], unique=False
        )
        batch_op.create_index(
            "uq_results_count_run_certified",
            ["cycle_id"],
            unique=True,
            sqlite_where=sa.text("state = 'certified'"),
            postgresql_where=sa.text("state = 'certified'"),
        )

    op.create_table(
        "results_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.Column("outside", sa.BigInteger(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("cut_off", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_results_area_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["results_count_run.id"],
            name=op.f("fk_results_area_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results_area")),
        sa.UniqueConstraint("run_id", "area_id", name=op.f("uq_results_area_run_id_area_id")),
    )
    op.create_table(
        "results_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("selected", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_results_proposal_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals_proposal.id"], name=op.f("fk_results_proposal_proposal_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["results_count_run.id"],
            name=op.f("fk_results_proposal_run_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results_proposal")),
        sa.UniqueConstraint(
            "run_id", "proposal_id", name=op.f("uq_results_proposal_run_id_proposal_id")
        ),
    )
    with op.batch_alter_table("results_proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_results_proposal_proposal_id"), ["proposal_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_results_proposal_run_id"), ["run_id"], unique=False)


def downgrade():
    with op.batch_alter_table("results_proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_results_proposal_run_id"))
        batch_op.drop_index(batch_op.f("ix_results_proposal_proposal_id"))

    op.drop_table("results_proposal")
    op.drop_table("results_area")
    with op.batch_alter_table("results_count_run", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_results_count_run_certified",
            sqlite_where=sa.text("state = 'certified'"),
            postgresql_where=sa.text("state = 'certified'"),
        )
        batch_op.drop_index(batch_op.f("ix_results_count_run_cycle_id"))

    op.drop_table("results_count_run")
