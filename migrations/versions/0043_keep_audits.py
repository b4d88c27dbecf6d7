"""Keep the outcomes of audits of a vote; rows are only added."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TABLE = "results_audit"
MESSAGE = "audits are append-only"


def upgrade():
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column(
            "findings", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_results_audit_cycle_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results_audit")),
    )
    op.create_index(op.f("ix_results_audit_cycle_id"), TABLE, ["cycle_id"], unique=False)
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute(
            f"CREATE FUNCTION refuse_{TABLE}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '23000'; END $$"
        )
    for operation in ("UPDATE", "DELETE"):
        body = (
            f"EXECUTE FUNCTION refuse_{TABLE}()"
            if postgres
            else f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        op.execute(
            f"CREATE TRIGGER protect_{TABLE}_{operation.lower()} BEFORE {operation} ON {TABLE} "
            f"FOR EACH ROW {body}"
        )


def downgrade():
    op.drop_table(TABLE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION refuse_{TABLE}()")
