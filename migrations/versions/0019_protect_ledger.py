"""Let the database refuse to change or delete what was entered into the promise ledger.

Written by hand: triggers differ between the two engines. Whoever rebuilds one of these tables on
SQLite must make its triggers again; a test looks for them.
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = (
    "projects_contract",
    "projects_payment",
    "projects_acceptance",
    "projects_accepted_line",
    "projects_date_shift",
    "projects_event",
)
# what was promised of a line; what was delivered may still be entered
PROMISE = "project_id, title, unit, unit_price, promised"


def upgrade():
    for table in TABLES:
        protect(table, {"update": "UPDATE", "delete": "DELETE"}, "the ledger is append-only")
    operations = {"update": f"UPDATE OF {PROMISE}", "delete": "DELETE"}
    protect("projects_line", operations, "a promise never changes")


def protect(table, operations, message):
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(
            f"CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = '23000'; END $$"
        )
    for name, operation in operations.items():
        body = (
            f"EXECUTE FUNCTION refuse_{table}()"
            if postgresql
            else f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        op.execute(
            f"CREATE TRIGGER protect_{table}_{name} BEFORE {operation} ON {table} "
            f"FOR EACH ROW {body}"
        )


def downgrade():
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in (*TABLES, "projects_line"):
        for name in ("update", "delete"):
            on = f" ON {table}" if postgresql else ""
            op.execute(f"DROP TRIGGER protect_{table}_{name}{on}")
        if postgresql:
            op.execute(f"DROP FUNCTION refuse_{table}()")
