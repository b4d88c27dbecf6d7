"""Which voters a phone has served, and who used a code on paper, are not rewritten."""

from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

PHONE = "which voters a phone has served is only added"
CODE = "a code on paper stays with who used it"
THERE = (
    "EXISTS (SELECT 1 FROM register_paper_code c"
    " WHERE c.cycle_id = NEW.cycle_id AND c.code_key = NEW.code_key)"
)
TURNED = (
    "(OLD.voter_key IS NOT NULL AND (NEW.voter_key IS NULL OR NEW.voter_key <> OLD.voter_key))"
    " OR NEW.cycle_id <> OLD.cycle_id OR NEW.code_key <> OLD.code_key"
    " OR NEW.package_id <> OLD.package_id OR NEW.attempts < OLD.attempts"
)
GUARDS = [
    ("register_phone_use", "update", "UPDATE", "1 = 1", PHONE),
    ("register_phone_use", "delete", "DELETE", "1 = 1", PHONE),
    ("register_paper_code", "update", "UPDATE", TURNED, CODE),
    ("register_paper_code", "delete", "DELETE", "OLD.voter_key IS NOT NULL", CODE),
    ("register_paper_code", "insert", "INSERT", THERE, CODE),
]


def upgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, name, event, condition, message in GUARDS:
        trigger = f"guard_{table}_{name}"
        if not postgres:
            op.execute(
                f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} FOR EACH ROW "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            continue
        row = "OLD" if event == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23000'; "
            f"END IF; RETURN {row}; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION {trigger}()"
        )


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, name, *_ in GUARDS:
        op.execute(f"DROP TRIGGER guard_{table}_{name}" + (f" ON {table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION guard_{table}_{name}()")
