"""Rows of the roll carry codes, and the roll's digest is signed at the freeze and ever after."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

KEPT = {
    "register_head": ("a signed digest never changes", "number"),
    "register_removed": ("marks of removed people are only added", "mark"),
}


def upgrade():
    for table, column in (("register_entry", "mac"), ("register_state", "digest")):
        op.add_column(table, sa.Column(column, sa.String(), nullable=False, server_default=""))
    op.create_table(
        "register_head",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.CheckConstraint(
            "act IN ('freeze', 'add', 'change', 'remove')", name=op.f("ck_register_head_act")
        ),
        sa.CheckConstraint(
            "number >= 1 AND entries >= 0", name=op.f("ck_register_head_figures")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_register_head_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "number", name=op.f("pk_register_head")),
    )
    op.create_table(
        "register_removed",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_register_removed_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "mark", name=op.f("pk_register_removed")),
        sqlite_with_rowid=False,
    )
    for table, (message, column) in KEPT.items():
        protect(table, message, column)


def protect(table, message, column):
    """Additions only: no change, no deletion, no emptying, no writing over (REPLACE)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = '23000'; END $$"
        )
        for act, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            op.execute(
                f"CREATE TRIGGER protect_{table}_{act} BEFORE {act.upper()} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION refuse_{table}()"
            )
        return
    there = (
        f"EXISTS (SELECT 1 FROM {table} o WHERE o.cycle_id = NEW.cycle_id"
        f" AND o.{column} = NEW.{column})"
    )
    for act, event, condition in (
        ("update", "UPDATE", "1"),
        ("delete", "DELETE", "1"),
        ("replace", "INSERT", there),
    ):
        op.execute(
            f"CREATE TRIGGER protect_{table}_{act} BEFORE {event} ON {table} FOR EACH ROW "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in KEPT:
        op.drop_table(table)
        if postgres:
            op.execute(f"DROP FUNCTION refuse_{table}()")
    op.drop_column("register_state", "digest")
    op.drop_column("register_entry", "mac")
