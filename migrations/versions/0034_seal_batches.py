"""Seal leaves into signed batches while the vote is open.

A trigger notes the leaf of every new ballot, so that casting takes no statement more and sealing
finds what is new without reading the box.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

PROTECTED = ("voting_batch", "voting_sealed")
MESSAGE = "the ledger is append-only"
NOTED = ("voting_ballot",)
"""Tables whose new rows carry a leaf."""


def upgrade():
    op.create_table(
        "voting_pending",
        sa.Column("cycle_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("leaf", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("cycle_id", "leaf", name=op.f("pk_voting_pending")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voting_sealed",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_sealed_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "mark", name=op.f("pk_voting_sealed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voting_batch",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column(
            "nodes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("blinds", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contents", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_voting_batch_number")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_batch_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "number", name=op.f("pk_voting_batch")),
    )
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in PROTECTED:
        protect(table, postgres)
    for table in NOTED:
        note_leaves(table, postgres)


def protect(table, postgres):
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


def note_leaves(table, postgres):
    note = (
        "INSERT INTO voting_pending (cycle_id, leaf) VALUES (NEW.cycle_id, NEW.leaf) "
        "ON CONFLICT DO NOTHING;"
    )
    if postgres:
        op.execute(
            f"CREATE FUNCTION note_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {note} RETURN NULL; END $$"
        )
    body = f"EXECUTE FUNCTION note_{table}()" if postgres else f"BEGIN {note} END"
    op.execute(f"CREATE TRIGGER note_{table} AFTER INSERT ON {table} FOR EACH ROW {body}")
    op.execute(f"INSERT INTO voting_pending (cycle_id, leaf) SELECT cycle_id, leaf FROM {table}")


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for table in NOTED:
        op.execute(f"DROP TRIGGER note_{table}" + (f" ON {table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION note_{table}()")
    for table in PROTECTED:
        op.drop_table(table)
        if postgres:
            op.execute(f"DROP FUNCTION refuse_{table}()")
    op.drop_table("voting_pending")
