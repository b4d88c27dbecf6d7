"""Loads of the register as jobs, two-person corrections after the freeze, addresses of help desks.

The triggers let a frozen register change only as an approved correction says, and keep its date of
freezing. On PostgreSQL they look at whole statements, so that loading two million rows stays fast.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
FROZEN = "the register is frozen"
CLOSED = "a correction is not rewritten"

APPROVED = (
    "SELECT 1 FROM register_correction c JOIN approvals_request a ON a.id = c.approval_id"
    " WHERE c.state = 'open' AND a.state = 'approved' AND a.kind = 'register.correction'"
    " AND a.decided_by <> a.proposed_by AND c.cycle_id = {row}.cycle_id"
    " AND c.voter_key = {row}.voter_key AND c.kind = '{kind}'"
)
AS_SAID = (
    " AND c.proof = {row}.proof AND c.phone_key = {row}.phone_key AND c.area_id = {row}.area_id"
    " AND c.permanent = {row}.permanent AND c.old_enough = {row}.old_enough"
)
# what happens to a row, the row that tells, and the correction that allows it
ACTS = (
    ("insert", "NEW", (APPROVED + AS_SAID).replace("{kind}", "add")),
    ("update", "NEW", (APPROVED + AS_SAID).replace("{kind}", "change")),
    ("delete", "OLD", APPROVED.replace("{kind}", "remove")),
)
IS_FROZEN = (
    "SELECT 1 FROM register_state s WHERE s.cycle_id = {row}.cycle_id AND s.frozen_at IS NOT NULL"
)
SAME_PERSON = "NEW.cycle_id <> OLD.cycle_id OR NEW.voter_key <> OLD.voter_key"
THAWED = "OLD.frozen_at IS NOT NULL"
REWRITTEN = (
    "OLD.state <> 'open' OR NEW.cycle_id <> OLD.cycle_id OR NEW.kind <> OLD.kind"
    " OR (OLD.approval_id IS NOT NULL AND NEW.approval_id <> OLD.approval_id)"
    " OR (NEW.state = 'open' AND (NEW.voter_key <> OLD.voter_key OR NEW.proof <> OLD.proof"
    " OR NEW.phone_key <> OLD.phone_key OR NEW.area_id <> OLD.area_id"
    " OR NEW.permanent <> OLD.permanent OR NEW.old_enough <> OLD.old_enough))"
)


def upgrade():
    op.create_table(
        "register_load",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("upload", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("error_params", JSON, nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.Column("too_young", sa.Integer(), nullable=False),
        sa.Column("temporary", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("faults_total", sa.Integer(), nullable=False),
        sa.Column("faults", JSON, nullable=False),
        sa.CheckConstraint("kind IN ('check', 'load')", name=op.f("ck_register_load_kind")),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed')",
            name=op.f("ck_register_load_state"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_register_load_progress")),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_register_load_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_load")),
    )
    op.create_index("ix_register_load_cycle_id", "register_load", ["cycle_id"])
    waiting = sa.text("state IN ('queued', 'running')")
    op.create_index(
        "uq_register_load_open",
        "register_load",
        ["cycle_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "register_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("phone_key", sa.String(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("old_enough", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('add', 'change', 'remove')", name=op.f("ck_register_correction_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'applied', 'declined')", name=op.f("ck_register_correction_state")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (voter_key <> '')",
            name=op.f("ck_register_correction_closed_without_keys"),
        ),
        sa.ForeignKeyConstraint(
            ["approval_id"],
            ["approvals_request.id"],
            name=op.f("fk_register_correction_approval_id"),
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_register_correction_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_register_correction_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_correction")),
        sa.UniqueConstraint("approval_id", name=op.f("uq_register_correction_approval_id")),
    )
    op.create_index("ix_register_correction_cycle_id", "register_correction", ["cycle_id"])
    op.create_index(
        "uq_register_correction_open",
        "register_correction",
        ["cycle_id", "voter_key"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "register_help_desk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("names", JSON, nullable=False),
        sa.Column("addresses", JSON, nullable=False),
        sa.Column("hours", JSON, nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_register_help_desk_area_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_help_desk")),
    )
    op.create_index("ix_register_help_desk_area_id", "register_help_desk", ["area_id"])
    guard()


def guard():
    if op.get_bind().dialect.name == "postgresql":
        guard_statements()
        thawed = f"{THAWED} AND NEW.frozen_at IS DISTINCT FROM OLD.frozen_at"
        refuse_postgresql("register_state", "update", thawed, FROZEN)
        refuse_postgresql("register_state", "delete", THAWED, FROZEN)
        refuse_postgresql("register_correction", "update", REWRITTEN, CLOSED)
        refuse_postgresql("register_correction", "delete", "true", CLOSED)
        return
    for act, row, approved in ACTS:
        allowed = f"NOT EXISTS ({approved.format(row=row)})"
        if act == "update":
            allowed = f"({allowed} OR {SAME_PERSON})"
        frozen = f"EXISTS ({IS_FROZEN.format(row='OLD' if act == 'update' else row)})"
        refuse_sqlite("register_entry", act, f"{frozen} AND {allowed}", FROZEN)
    thawed = f"{THAWED} AND NEW.frozen_at IS NOT OLD.frozen_at"
    refuse_sqlite("register_state", "update", thawed, FROZEN)
    refuse_sqlite("register_state", "delete", THAWED, FROZEN)
    refuse_sqlite("register_correction", "update", REWRITTEN, CLOSED)
    refuse_sqlite("register_correction", "delete", "1", CLOSED)


def refuse_sqlite(table, act, condition, message):
    op.execute(
        f"CREATE TRIGGER protect_{table}_{act} BEFORE {act.upper()} ON {table} FOR EACH ROW "
        f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def refuse_postgresql(table, act, condition, message):
    function = f"refuse_{table}_{act}"
    op.execute(
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = '23000'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER protect_{table}_{act} BEFORE {act.upper()} ON {table} FOR EACH ROW "
        f"WHEN ({condition}) EXECUTE FUNCTION {function}()"
    )


def guard_statements():
    tables = {
        "insert": "NEW TABLE AS fresh",
        "update": "OLD TABLE AS former NEW TABLE AS fresh",
        "delete": "OLD TABLE AS former",
    }
    for act, row, approved in ACTS:
        seen = "fresh" if row == "NEW" else "former"
        allowed = f"NOT EXISTS ({approved.format(row=seen)})"
        if act == "update":
            allowed += (
                " OR NOT EXISTS (SELECT 1 FROM former WHERE former.cycle_id = fresh.cycle_id"
                " AND former.voter_key = fresh.voter_key)"
            )
        frozen = IS_FROZEN.format(row=seen)
        op.execute(
            f"CREATE FUNCTION refuse_register_entry_{act}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF EXISTS (SELECT 1 FROM {seen} WHERE EXISTS ({frozen}) "
            f"AND ({allowed})) THEN RAISE EXCEPTION '{FROZEN}' USING ERRCODE = '23000'; END IF; "
            f"RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER protect_register_entry_{act} AFTER {act.upper()} ON register_entry "
            f"REFERENCING {tables[act]} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION refuse_register_entry_{act}()"
        )


def downgrade():
    postgresql = op.get_bind().dialect.name == "postgresql"
    acts = {
        "register_entry": ("insert", "update", "delete"),
        "register_state": ("update", "delete"),
        "register_correction": ("update", "delete"),
    }
    for table, names in acts.items():
        for name in names:
            on = f" ON {table}" if postgresql else ""
            op.execute(f"DROP TRIGGER protect_{table}_{name}{on}")
            if postgresql:
                op.execute(f"DROP FUNCTION refuse_{table}_{name}()")
    op.drop_table("register_help_desk")
    op.drop_table("register_correction")
    op.drop_table("register_load")
