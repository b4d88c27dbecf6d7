"""Create the tables of published reports, to which rows are only ever added.

Written by hand: triggers differ between the two engines.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLES = ("reports_report", "reports_file", "reports_withdrawal")
MESSAGE = "a published report is final"
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade():
    op.create_table(
        "reports_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint("edition > 0", name=op.f("ck_reports_report_edition")),
        sa.CheckConstraint(
            "(edition = 1) = (replaces_id IS NULL)", name=op.f("ck_reports_report_replaces")
        ),
        sa.CheckConstraint(
            "edition = 1 OR reason <> ''", name=op.f("ck_reports_report_reason")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"],
            ["accounts_person.id"],
            name=op.f("fk_reports_report_published_by_accounts_person"),
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["reports_report.id"],
            name=op.f("fk_reports_report_replaces_id_reports_report"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports_report")),
        sa.UniqueConstraint("number", "edition", name=op.f("uq_reports_report_number_edition")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_reports_report_replaces_id")),
    )
    op.create_index(op.f("ix_reports_report_on_date"), "reports_report", ["on_date"])
    op.create_table(
        "reports_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["reports_report.id"],
            name=op.f("fk_reports_file_report_id_reports_report"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports_file")),
        sa.UniqueConstraint("report_id", "name", name=op.f("uq_reports_file_report_id_name")),
    )
    op.create_index(op.f("ix_reports_file_report_id"), "reports_file", ["report_id"])
    op.create_table(
        "reports_withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_reports_withdrawal_reason")),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["reports_report.id"],
            name=op.f("fk_reports_withdrawal_report_id_reports_report"),
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"],
            ["accounts_person.id"],
            name=op.f("fk_reports_withdrawal_withdrawn_by_accounts_person"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports_withdrawal")),
        sa.UniqueConstraint("report_id", name=op.f("uq_reports_withdrawal_report_id")),
    )
    for table in TABLES:
        protect(table, op.get_bind().dialect.name)


def protect(table, dialect):
    if dialect == "postgresql":
        op.execute(
            f"CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = '23000'; END $$"
        )
    for operation in ("UPDATE", "DELETE"):
        body = (
            f"EXECUTE FUNCTION refuse_{table}()"
            if dialect == "postgresql"
            else f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        op.execute(
            f"CREATE TRIGGER protect_{table}_{operation.lower()} "
            f"BEFORE {operation} ON {table} FOR EACH ROW {body}"
        )


def downgrade():
    dialect = op.get_bind().dialect.name
    for table in reversed(TABLES):
        op.drop_table(table)
        if dialect == "postgresql":
            op.execute(f"DROP FUNCTION refuse_{table}()")
