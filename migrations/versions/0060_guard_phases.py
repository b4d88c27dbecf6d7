"""Dates of phases change only as two people agreed, once the rules are frozen or a phase has begun.

The approved request names each date before and after; the database compares.
"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

FROZEN = (
    "EXISTS (SELECT 1 FROM cycles_rule_book b JOIN cycles_cycle c ON c.id = b.cycle_id"
    " WHERE b.cycle_id = {row}.cycle_id AND b.frozen_at IS NOT NULL AND NOT c.is_imported)"
)
BEGUN = {
    "sqlite": "OLD.starts_at <= strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "postgresql": "OLD.starts_at <= clock_timestamp()",
}
THERE = (
    "EXISTS (SELECT 1 FROM cycles_phase p WHERE p.id = NEW.id"
    " OR (p.cycle_id = NEW.cycle_id AND p.kind = NEW.kind))"
)
ASKED = (
    "a.kind IN ('phase.extend', 'phase.shorten') AND a.state = 'approved'"
    " AND a.cycle_id = OLD.cycle_id"
)
# how the two engines read a request's list of moves
MOVES = {
    "sqlite": "json_each(a.payload, '$.moves') m",
    "postgresql": "jsonb_array_elements(a.payload -> 'moves') AS m(value)",
}
READ = {
    "sqlite": "json_extract({source}, '$.{name}')",
    "postgresql": "({source} ->> '{name}')",
}
SAME = {
    "sqlite": "julianday({read}) = julianday({column})",
    "postgresql": "{read}::timestamptz = {column}",
}
AGREED = "phases move only as two people agreed"
LISTED = "id, cycle_id, kind, starts_at, ends_at, original_ends_at"


def same(dialect, source, name, column):
    read = READ[dialect].format(source=source, name=name)
    return SAME[dialect].format(read=read, column=column)


def agreed(dialect):
    """An approved request that moves this phase from these dates to those."""
    dates = " AND ".join(
        same(dialect, "m.value", f"{before}{name}", f"{row}.{name}")
        for before, row in (("was_", "OLD"), ("", "NEW"))
        for name in ("starts_at", "ends_at")
    )
    kind = READ[dialect].format(source="m.value", name="kind")
    return (
        f"EXISTS (SELECT 1 FROM approvals_request a, {MOVES[dialect]}"
        f" WHERE {ASKED} AND {kind} = OLD.kind AND {dates})"
    )


def differ(dialect, *columns):
    differs = "IS DISTINCT FROM" if dialect == "postgresql" else "IS NOT"
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)


def upgrade():
    dialect = op.get_bind().dialect.name
    bound = f"({FROZEN.replace('{row}', 'OLD')} OR {BEGUN[dialect]})"
    moved = differ(dialect, "starts_at", "ends_at")
    changed = (
        f"({differ(dialect, 'id', 'cycle_id', 'kind')})"
        f" OR (({moved}) AND NOT {agreed(dialect)})"
        f" OR (NOT ({moved}) AND ({differ(dialect, 'original_ends_at')}))"
    )
    into = FROZEN.replace("{row}", "NEW")
    guard("update", f"UPDATE OF {LISTED}", f"{bound} AND ({changed})")
    guard("insert", "INSERT", f"{into} OR {THERE}")
    guard("delete", "DELETE", bound)
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_emptying_phases() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{AGREED}' USING ERRCODE = '23000'; END $$"
        )
        op.execute(
            "CREATE TRIGGER guard_cycles_phase_truncate BEFORE TRUNCATE ON cycles_phase "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_emptying_phases()"
        )


def guard(name, event, condition):
    if op.get_bind().dialect.name != "postgresql":
        op.execute(
            f"CREATE TRIGGER guard_cycles_phase_{name} BEFORE {event} ON cycles_phase "
            f"FOR EACH ROW WHEN {condition} BEGIN SELECT RAISE(ABORT, '{AGREED}'); END"
        )
        return
    row = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION guard_cycles_phase_{name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{AGREED}' USING ERRCODE = '23000'; "
        f"END IF; RETURN {row}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER guard_cycles_phase_{name} BEFORE {event} ON cycles_phase "
        f"FOR EACH ROW EXECUTE FUNCTION guard_cycles_phase_{name}()"
    )


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    on = " ON cycles_phase" if postgres else ""
    for name in ("update", "insert", "delete"):
        op.execute(f"DROP TRIGGER guard_cycles_phase_{name}{on}")
        if postgres:
            op.execute(f"DROP FUNCTION guard_cycles_phase_{name}()")
    if postgres:
        op.execute("DROP TRIGGER guard_cycles_phase_truncate ON cycles_phase")
        op.execute("DROP FUNCTION refuse_emptying_phases()")
