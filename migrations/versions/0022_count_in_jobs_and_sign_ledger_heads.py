"""Counts become requests with progress and a lease; ledger heads are signed; areas name rules."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('queued', 'running')")
MESSAGE = "ledger heads are append-only"


def json():
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade():
    op.create_table(
        "results_count_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("areas_done", sa.Integer(), nullable=False),
        sa.Column("areas", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("error_params", json(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed')",
            name=op.f("ck_results_count_job_state"),
        ),
        sa.CheckConstraint(
            "progress BETWEEN 0 AND 100", name=op.f("ck_results_count_job_progress")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_results_count_job_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["results_count_run.id"], name=op.f("fk_results_count_job_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results_count_job")),
    )
    with op.batch_alter_table("results_count_job", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_results_count_job_cycle_id"), ["cycle_id"], unique=False
        )
        batch_op.create_index(
            "uq_results_count_job_open",
            ["cycle_id"],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )
    op.add_column(
        "results_area", sa.Column("rule", sa.String(), nullable=False, server_default="")
    )
    op.add_column("results_area", sa.Column("figures", json(), nullable=False, server_default="{}"))
    op.create_table(
        "voting_head",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_voting_head_size")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_head_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "number", name=op.f("pk_voting_head")),
    )
    protect("voting_head")


def protect(table):
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(
            f"CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '23000'; END $$"
        )
    for operation in ("UPDATE", "DELETE"):
        body = (
            f"EXECUTE FUNCTION refuse_{table}()"
            if postgres
            else f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        op.execute(
            f"CREATE TRIGGER protect_{table}_{operation.lower()} BEFORE {operation} ON {table} "
            f"FOR EACH ROW {body}"
        )


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for operation in ("update", "delete"):
        op.execute(
            f"DROP TRIGGER protect_voting_head_{operation}"
            + (" ON voting_head" if postgres else "")
        )
    op.drop_table("voting_head")
    if postgres:
        op.execute("DROP FUNCTION refuse_voting_head()")
    op.drop_column("results_area", "figures")
    op.drop_column("results_area", "rule")
    op.drop_table("results_count_job")
