"""Keep what recounts of a certified result found out, and its signed bundle."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = ("results_margin", "results_alternative", "results_bundle")
MESSAGE = "a certified count is final"


def upgrade():
    op.create_table(
        "results_margin",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("more_voters", sa.Integer(), nullable=True),
        sa.Column("top_cost", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["results_count_run.id"], name=op.f("fk_results_margin_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals_proposal.id"], name=op.f("fk_results_margin_proposal_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "proposal_id", name=op.f("pk_results_margin")),
    )
    op.create_table(
        "results_alternative",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column(
            "data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["results_count_run.id"], name=op.f("fk_results_alternative_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_results_alternative_area_id")
        ),
        sa.PrimaryKeyConstraint(
            "run_id", "area_id", "rule", name=op.f("pk_results_alternative")
        ),
    )
    op.create_table(
        "results_bundle",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["results_count_run.id"], name=op.f("fk_results_bundle_run_id")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_results_bundle")),
    )
    for table in TABLES:
        protect(table)


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
    for table in TABLES[::-1]:
        op.drop_table(table)
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION refuse_{table}()")
