"""Let the database refuse other budgets and prices once the rules of a vote are frozen."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

FROZEN = (
    "EXISTS (SELECT 1 FROM cycles_rule_book"
    " WHERE cycle_id = OLD.cycle_id AND frozen_at IS NOT NULL)"
)
ON_BALLOT = "('admitted', 'selected', 'not_selected')"
# table, columns, further condition, what else is a change, message
KEPT = [
    (
        "cycles_area",
        ("cycle_id", "area_id", "budget"),
        "",
        "",
        "budgets are fixed with the rule book",
    ),
    (
        "proposals_proposal",
        ("cycle_id", "area_id", "number", "cost", "reviewed_cost", "status"),
        "OLD.status = 'admitted' AND ",
        f" OR NEW.status NOT IN {ON_BALLOT}",
        "what stands on the ballot is fixed with the rule book",
    ),
]


def upgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, columns, further, changed, message in KEPT:
        different = " OR ".join(
            f"OLD.{column} IS DISTINCT FROM NEW.{column}"
            if postgres
            else f"OLD.{column} IS NOT NEW.{column}"
            for column in columns
            if column != "status"
        )
        different += changed
        if postgres:
            op.execute(
                f"CREATE FUNCTION fix_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {further}{FROZEN} THEN IF TG_OP = 'DELETE' THEN "
                f"RAISE EXCEPTION '{message}' USING ERRCODE = '23000'; END IF; "
                f"IF {different} THEN "
                f"RAISE EXCEPTION '{message}' USING ERRCODE = '23000'; END IF; END IF; "
                "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
            )
        listed = ", ".join(columns)
        for operation, condition in (
            (f"UPDATE OF {listed}", f"{further}{FROZEN} AND ({different})"),
            ("DELETE", f"{further}{FROZEN}"),
        ):
            body = (
                f"FOR EACH ROW EXECUTE FUNCTION fix_{table}()"
                if postgres
                else f"FOR EACH ROW WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            name = f"fix_{table}_{operation.split()[0].lower()}"
            op.execute(f"CREATE TRIGGER {name} BEFORE {operation} ON {table} {body}")


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, *_ in KEPT:
        for operation in ("update", "delete"):
            on = f" ON {table}" if postgres else ""
            op.execute(f"DROP TRIGGER fix_{table}_{operation}{on}")
        if postgres:
            op.execute(f"DROP FUNCTION fix_{table}()")
