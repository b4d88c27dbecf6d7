"""Let the database refuse what must never change: the log, cast ballots, frozen rules.

Written by hand: triggers differ between the two engines.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# table, operations, condition on the old row ("" for always), message
PROTECTED = [
    ("audit_entry", ("UPDATE", "DELETE"), "", "the log is append-only"),
    ("voting_ballot", ("UPDATE", "DELETE"), "", "ballots are append-only"),
    (
        "cycles_rule_book",
        ("UPDATE", "DELETE"),
        "OLD.frozen_at IS NOT NULL",
        "the rule book is frozen",
    ),
    (
        "results_count_run",
        ("UPDATE", "DELETE"),
        "OLD.state = 'certified'",
        "a certified count is final",
    ),
]

# rows of a certified count are final with it
RESULTS = ("results_area", "results_proposal")
CERTIFIED = "(SELECT state FROM results_count_run WHERE id = OLD.run_id) = 'certified'"
FINAL = "a certified count is final"


def upgrade():
    dialect = op.get_bind().dialect.name
    for table in RESULTS:
        protect_results(table, dialect)
    for table, operations, condition, message in PROTECTED:
        if dialect == "postgresql":
            op.execute(
                f"CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = '23000'; END $$"
            )
        for operation in operations:
            name = f"protect_{table}_{operation.lower()}"
            when = f"WHEN ({condition}) " if condition else ""
            if dialect == "postgresql":
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW {when}"
                    f"EXECUTE FUNCTION refuse_{table}()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW {when}"
                    f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
                )


def protect_results(table, dialect):
    # a trigger of PostgreSQL cannot look into another table in its WHEN
    if dialect == "postgresql":
        op.execute(
            f"CREATE FUNCTION refuse_{table}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {CERTIFIED} THEN "
            f"RAISE EXCEPTION '{FINAL}' USING ERRCODE = '23000'; END IF; "
            f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
    for operation in ("UPDATE", "DELETE"):
        body = (
            f"FOR EACH ROW EXECUTE FUNCTION refuse_{table}()"
            if dialect == "postgresql"
            else f"WHEN {CERTIFIED} BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
        )
        op.execute(
            f"CREATE TRIGGER protect_{table}_{operation.lower()} "
            f"BEFORE {operation} ON {table} {body}"
        )


def downgrade():
    dialect = op.get_bind().dialect.name
    for table in RESULTS:
        for operation in ("update", "delete"):
            on = f" ON {table}" if dialect == "postgresql" else ""
            op.execute(f"DROP TRIGGER protect_{table}_{operation}{on}")
        if dialect == "postgresql":
            op.execute(f"DROP FUNCTION refuse_{table}()")
    for table, operations, _, _ in PROTECTED:
        for operation in operations:
            name = f"protect_{table}_{operation.lower()}"
            op.execute(
                f"DROP TRIGGER {name} ON {table}"
                if dialect == "postgresql"
                else f"DROP TRIGGER {name}"
            )
        if dialect == "postgresql":
            op.execute(f"DROP FUNCTION refuse_{table}()")
