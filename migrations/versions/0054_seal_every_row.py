"""Keep seals over rows; records and batches are only added, a record is given its batch once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

MESSAGE = "seals are append-only"
CHANGED = ("table_name", "row_key", "revision", "deleted", "reason", "contents", "mark")


def upgrade():
    op.create_table(
        "seals_record",
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("contents", sa.LargeBinary(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_seals_record_revision")),
        sa.PrimaryKeyConstraint(
            "table_name", "row_key", "revision", name=op.f("pk_seals_record")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_seals_record_waiting",
        "seals_record",
        ["mark"],
        unique=False,
        sqlite_where=sa.text("batch IS NULL"),
        postgresql_where=sa.text("batch IS NULL"),
    )
    op.create_table(
        "seals_batch",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_seals_batch_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seals_batch")),
    )
    op.create_table(
        "seals_shape",
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column(
            "columns", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_seals_shape")),
    )
    postgres = op.get_bind().dialect.name == "postgresql"
    distinct = "IS DISTINCT FROM" if postgres else "IS NOT"
    differs = " OR ".join(f"NEW.{name} {distinct} OLD.{name}" for name in CHANGED)
    changed = f"(OLD.batch IS NOT NULL OR NEW.batch IS NULL OR {differs})"
    if postgres:
        op.execute(
            "CREATE FUNCTION refuse_seals() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '23000'; END $$"
        )
    for table, operation, condition in (
        ("seals_record", "UPDATE", f"WHEN {changed} "),
        ("seals_record", "DELETE", ""),
        ("seals_batch", "UPDATE", ""),
        ("seals_batch", "DELETE", ""),
    ):
        body = (
            "EXECUTE FUNCTION refuse_seals()"
            if postgres
            else f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        op.execute(
            f"CREATE TRIGGER protect_{table}_{operation.lower()} BEFORE {operation} ON {table} "
            f"FOR EACH ROW {condition}{body}"
        )
        if postgres and operation == "DELETE":
            op.execute(
                f"CREATE TRIGGER protect_{table}_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_seals()"
            )


def downgrade():
    for table in ("seals_record", "seals_batch", "seals_shape"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_seals()")
