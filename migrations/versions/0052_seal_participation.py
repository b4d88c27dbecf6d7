"""Participation, visits and counters of papers carry codes under a key outside the database.

The database takes a participation by the portal's path alone: on the portal beside an open visit of
that voter, on paper beside the counter of that day. It changes none, and gives one away only by the
request of two people that names just this row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

CODED = ("voting_participation", "voting_session", "voting_paper_handed")
VISIT = (
    "EXISTS (SELECT 1 FROM voting_session s"
    " WHERE s.cycle_id = NEW.cycle_id AND s.voter_key = NEW.voter_key)"
)
COUNTER = (
    "EXISTS (SELECT 1 FROM voting_paper_handed h JOIN voting_paper_point p ON p.id = h.point_id"
    ' WHERE p.cycle_id = NEW.cycle_id AND h."on" = NEW."on" AND h.handed > h.taken_back)'
)
BY_PATH = (
    f"NEW.mac <> '' AND ((NEW.channel = 'portal' AND {VISIT})"
    f" OR (NEW.channel = 'paper' AND {COUNTER}))"
)
THERE = (
    "EXISTS (SELECT 1 FROM voting_participation p"
    " WHERE p.cycle_id = NEW.cycle_id AND p.voter_key = NEW.voter_key)"
)
TAKEN_BACK = (
    "OLD.channel = 'paper' AND OLD.mac <> '' AND EXISTS (SELECT 1 FROM approvals_request a"
    " WHERE a.kind = 'polling.take_back' AND a.state = 'approved' AND a.cycle_id = OLD.cycle_id"
    " AND {mac} = OLD.mac)"
)
COUNTED = (
    "NEW.point_id <> OLD.point_id OR NEW.\"on\" <> OLD.\"on\""
    " OR NEW.handed < OLD.handed OR NEW.taken_back < OLD.taken_back"
)
COUNTER_THERE = (
    "EXISTS (SELECT 1 FROM voting_paper_handed h"
    ' WHERE h.point_id = NEW.point_id AND h."on" = NEW."on")'
)
RECORD_THERE = (
    "EXISTS (SELECT 1 FROM voting_paper_record r"
    " WHERE r.cycle_id = NEW.cycle_id AND r.number = NEW.number)"
)
SIGNED = "a signed record never changes"
ENTERED = "a participation is entered by the portal alone"
KEPT = "a participation never changes"
ONLY_GROWS = "papers handed out are only counted up"


def upgrade():
    for table in CODED:
        op.add_column(table, sa.Column("mac", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "voting_paper_record",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("closing", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("contents", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_voting_paper_record_number")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_paper_record_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", "number", name=op.f("pk_voting_paper_record")),
    )
    op.create_index("ix_voting_session_voter", "voting_session", ["cycle_id", "voter_key"])
    if op.get_bind().dialect.name == "postgresql":
        guard_postgresql()
    else:
        guard_sqlite()


def guard_postgresql():
    taken_back = TAKEN_BACK.replace("{mac}", "a.payload ->> 'mac'")
    functions = {
        # A row that is there already is left to the primary key, which ballots rely on.
        "enter_voting_participation": f"IF NOT ({BY_PATH}) AND NOT {THERE} THEN {error(ENTERED)} "
        "END IF; RETURN NEW;",
        "keep_voting_participation": f"{error(KEPT)}",
        "give_voting_participation": f"IF NOT ({taken_back}) THEN {error(KEPT)} END IF; "
        "RETURN OLD;",
        "keep_voting_paper_handed": f"{error(ONLY_GROWS)}",
        "keep_voting_paper_record": f"{error(SIGNED)}",
    }
    for name, body in functions.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
        )
    for table, name, event, condition, function in (
        ("voting_participation", "enter", "INSERT", "", "enter_voting_participation"),
        ("voting_participation", "update", "UPDATE", "", "keep_voting_participation"),
        ("voting_participation", "delete", "DELETE", "", "give_voting_participation"),
        ("voting_paper_handed", "update", "UPDATE", f"WHEN ({COUNTED}) ",
         "keep_voting_paper_handed"),
        ("voting_paper_handed", "delete", "DELETE", "", "keep_voting_paper_handed"),
        ("voting_paper_record", "update", "UPDATE", "", "keep_voting_paper_record"),
        ("voting_paper_record", "delete", "DELETE", "", "keep_voting_paper_record"),
    ):  # fmt: skip
        op.execute(
            f"CREATE TRIGGER protect_{table}_{name} BEFORE {event} ON {table} FOR EACH ROW "
            f"{condition}EXECUTE FUNCTION {function}()"
        )
    for table in ("voting_participation", "voting_paper_handed", "voting_paper_record"):
        op.execute(
            f"CREATE TRIGGER protect_{table}_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION keep_{table}()"
        )


def error(message):
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = '23000';"


def guard_sqlite():
    taken_back = TAKEN_BACK.replace("{mac}", "json_extract(a.payload, '$.mac')")
    # REPLACE fires no trigger of deletion: whoever inserts over a row is refused before.
    for table, name, event, condition, message in (
        ("voting_participation", "enter", "INSERT", f"NOT ({BY_PATH})", ENTERED),
        ("voting_participation", "replace", "INSERT", THERE, KEPT),
        ("voting_participation", "update", "UPDATE", "1", KEPT),
        ("voting_participation", "delete", "DELETE", f"NOT ({taken_back})", KEPT),
        ("voting_paper_handed", "replace", "INSERT", COUNTER_THERE, ONLY_GROWS),
        ("voting_paper_handed", "update", "UPDATE", COUNTED, ONLY_GROWS),
        ("voting_paper_handed", "delete", "DELETE", "1", ONLY_GROWS),
        ("voting_paper_record", "replace", "INSERT", RECORD_THERE, SIGNED),
        ("voting_paper_record", "update", "UPDATE", "1", SIGNED),
        ("voting_paper_record", "delete", "DELETE", "1", SIGNED),
    ):
        op.execute(
            f"CREATE TRIGGER protect_{table}_{name} BEFORE {event} ON {table} FOR EACH ROW "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    names = {
        "voting_participation": ("enter", "update", "delete"),
        "voting_paper_handed": ("update", "delete"),
        "voting_paper_record": ("update", "delete"),
    }
    for table, acts in names.items():
        for name in (*acts, "truncate" if postgres else "replace"):
            on = f" ON {table}" if postgres else ""
            op.execute(f"DROP TRIGGER protect_{table}_{name}{on}")
    if postgres:
        for name in (
            "enter_voting_participation",
            "keep_voting_participation",
            "give_voting_participation",
            "keep_voting_paper_handed",
            "keep_voting_paper_record",
        ):
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("voting_paper_record")
    op.drop_index("ix_voting_session_voter", "voting_session")
    for table in CODED:
        op.drop_column(table, "mac")
