"""Void ballots need two people and end with the certification; their leaves enter the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

KINDS = {"voting_void": "fraud.void", "voting_void_restored": "fraud.restore"}
CERTIFIED = "the result is certified"
ALONE = "this needs two people"
CLOSED = (
    "EXISTS (SELECT 1 FROM voting_fraud_settings s"
    " WHERE s.cycle_id = NEW.cycle_id AND s.closed_at IS NOT NULL)"
)
AGREED = (
    "EXISTS (SELECT 1 FROM approvals_request a WHERE a.kind = '{kind}' AND a.state = 'approved'"
    " AND a.cycle_id = NEW.cycle_id AND a.proposed_by = NEW.proposed_by"
    " AND a.decided_by = NEW.approved_by)"
)
NOTE = (
    "INSERT INTO voting_pending (cycle_id, leaf) VALUES (NEW.cycle_id, NEW.leaf) "
    "ON CONFLICT DO NOTHING;"
)


def upgrade():
    op.add_column(
        "voting_fraud_settings",
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
    )
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, kind in KINDS.items():
        guard(table, AGREED.replace("{kind}", kind), postgres)
    if postgres:
        op.execute(
            "CREATE FUNCTION note_voting_void() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {NOTE} RETURN NULL; END $$"
        )
    body = "EXECUTE FUNCTION note_voting_void()" if postgres else f"BEGIN {NOTE} END"
    op.execute(f"CREATE TRIGGER note_voting_void AFTER INSERT ON voting_void FOR EACH ROW {body}")


def guard(table, agreed, postgres):
    if postgres:
        op.execute(
            f"CREATE FUNCTION guard_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {CLOSED} THEN RAISE EXCEPTION '{CERTIFIED}' USING ERRCODE = '23000'; END IF; "
            f"IF NOT {agreed} THEN RAISE EXCEPTION '{ALONE}' USING ERRCODE = '23000'; END IF; "
            "RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER guard_{table} BEFORE INSERT ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION guard_{table}()"
        )
        return
    op.execute(
        f"CREATE TRIGGER guard_{table} BEFORE INSERT ON {table} FOR EACH ROW BEGIN "
        f"SELECT RAISE(ABORT, '{CERTIFIED}') WHERE {CLOSED}; "
        f"SELECT RAISE(ABORT, '{ALONE}') WHERE NOT {agreed}; END"
    )


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    names = [("note_voting_void", "voting_void"), *((f"guard_{one}", one) for one in KINDS)]
    for trigger, table in names:
        op.execute(f"DROP TRIGGER {trigger}" + (f" ON {table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION {trigger}()")
    op.drop_column("voting_fraud_settings", "closed_at")
