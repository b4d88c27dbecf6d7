"""Voting on paper: polling points, batches of ballots, two keyings, scans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

READ = {"update": "UPDATE", "delete": "DELETE"}
READERS = {"update": "UPDATE OF batch_id, round, person_id", "delete": "DELETE"}


def json():
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade():
    op.create_table(
        "voting_paper_closing",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_paper_closing_cycle_id")
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_voting_paper_closing")),
    )
    op.create_table(
        "voting_paper_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("names", json(), nullable=False),
        sa.Column("addresses", json(), nullable=False),
        sa.Column("hours", json(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_voting_paper_point_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_paper_point_cycle_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voting_paper_point")),
    )
    with op.batch_alter_table("voting_paper_point", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_voting_paper_point_cycle_id"), ["cycle_id"], unique=False
        )

    op.create_table(
        "voting_paper_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("papers", json(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("printed_by", sa.Integer(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_by", sa.Integer(), nullable=True),
        sa.Column("returned_by", sa.Integer(), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cast_count", sa.Integer(), nullable=True),
        sa.Column("spoiled", sa.Integer(), nullable=True),
        sa.Column("unused", sa.Integer(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=True),
        sa.Column("missing_reason", sa.String(), nullable=False),
        sa.Column("missing_agreed_by", sa.Integer(), nullable=True),
        sa.Column("corrections", json(), nullable=False),
        sa.Column("outcome", json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'accepted' OR missing = 0 OR missing_agreed_by IS NOT NULL",
            name=op.f("ck_voting_paper_batch_explained"),
        ),
        sa.CheckConstraint(
            "state IN ('printed', 'issued', 'returned', 'keyed_once', 'keyed_twice', 'agreed', 'accepted', 'set_aside')",
            name=op.f("ck_voting_paper_batch_state"),
        ),
        sa.CheckConstraint(
            "state IN ('printed', 'issued', 'set_aside') OR cast_count IS NOT NULL",
            name=op.f("ck_voting_paper_batch_returned"),
        ),
        sa.CheckConstraint(
            "cast_count IS NULL OR (cast_count >= 0 AND spoiled >= 0 AND unused >= 0 AND missing >= 0 AND cast_count + spoiled + unused + missing = last - first + 1)",
            name=op.f("ck_voting_paper_batch_equation"),
        ),
        sa.CheckConstraint(
            "first >= 1 AND last >= first", name=op.f("ck_voting_paper_batch_numbers")
        ),
        sa.CheckConstraint(
            "missing_agreed_by IS NULL OR missing_agreed_by <> returned_by",
            name=op.f("ck_voting_paper_batch_four_eyes"),
        ),
        sa.CheckConstraint(
            "received_by IS NULL OR received_by <> issued_by",
            name=op.f("ck_voting_paper_batch_handed_over"),
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_voting_paper_batch_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["accounts_person.id"], name=op.f("fk_voting_paper_batch_issued_by")
        ),
        sa.ForeignKeyConstraint(
            ["missing_agreed_by"],
            ["accounts_person.id"],
            name=op.f("fk_voting_paper_batch_missing_agreed_by"),
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["voting_paper_point.id"], name=op.f("fk_voting_paper_batch_point_id")
        ),
        sa.ForeignKeyConstraint(
            ["printed_by"], ["accounts_person.id"], name=op.f("fk_voting_paper_batch_printed_by")
        ),
        sa.ForeignKeyConstraint(
            ["received_by"], ["accounts_person.id"], name=op.f("fk_voting_paper_batch_received_by")
        ),
        sa.ForeignKeyConstraint(
            ["returned_by"], ["accounts_person.id"], name=op.f("fk_voting_paper_batch_returned_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voting_paper_batch")),
        sa.UniqueConstraint("cycle_id", "first", name=op.f("uq_voting_paper_batch_cycle_id_first")),
        sa.UniqueConstraint(
            "cycle_id", "number", name=op.f("uq_voting_paper_batch_cycle_id_number")
        ),
    )
    with op.batch_alter_table("voting_paper_batch", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_voting_paper_batch_point_id"), ["point_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_voting_paper_batch_state"), ["state"], unique=False)

    op.create_table(
        "voting_paper_charge",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["accounts_person.id"], name=op.f("fk_voting_paper_charge_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"],
            ["voting_paper_point.id"],
            name=op.f("fk_voting_paper_charge_point_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("point_id", "person_id", name=op.f("pk_voting_paper_charge")),
    )
    op.create_table(
        "voting_paper_handed",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("taken_back", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "taken_back >= 0 AND handed >= taken_back", name=op.f("ck_voting_paper_handed_figures")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["voting_paper_point.id"], name=op.f("fk_voting_paper_handed_point_id")
        ),
        sa.PrimaryKeyConstraint("point_id", "on", name=op.f("pk_voting_paper_handed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "voting_paper_keyer",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("round IN (1, 2, 3)", name=op.f("ck_voting_paper_keyer_round")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["voting_paper_batch.id"], name=op.f("fk_voting_paper_keyer_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["accounts_person.id"], name=op.f("fk_voting_paper_keyer_person_id")
        ),
        sa.PrimaryKeyConstraint("batch_id", "round", name=op.f("pk_voting_paper_keyer")),
        sa.UniqueConstraint(
            "batch_id", "person_id", name=op.f("uq_voting_paper_keyer_batch_id_person_id")
        ),
    )
    op.create_table(
        "voting_paper_scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"], ["accounts_person.id"], name=op.f("fk_voting_paper_scan_added_by")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["voting_paper_batch.id"], name=op.f("fk_voting_paper_scan_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files_stored.id"], name=op.f("fk_voting_paper_scan_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voting_paper_scan")),
        sa.UniqueConstraint("file_id", name=op.f("uq_voting_paper_scan_file_id")),
    )
    with op.batch_alter_table("voting_paper_scan", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_voting_paper_scan_batch_id"), ["batch_id"], unique=False
        )

    op.create_table(
        "voting_paper_keying",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("choices", json(), nullable=False),
        sa.Column("points", json(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict <> 'absent' OR round = 3", name=op.f("ck_voting_paper_keying_absent")
        ),
        sa.CheckConstraint(
            "verdict IN ('valid', 'blank', 'against_rules', 'unreadable', 'absent')",
            name=op.f("ck_voting_paper_keying_verdict"),
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_voting_paper_keying_revision")),
        sa.ForeignKeyConstraint(
            ["batch_id", "round"],
            ["voting_paper_keyer.batch_id", "voting_paper_keyer.round"],
            name=op.f("fk_voting_paper_keying_batch_id_round"),
        ),
        sa.PrimaryKeyConstraint(
            "batch_id", "round", "serial", "revision", name=op.f("pk_voting_paper_keying")
        ),
        sqlite_with_rowid=False,
    )
    protect("voting_paper_keying", READ, "what was read from a ballot is append-only")
    protect("voting_paper_keyer", READERS, "who reads a batch is append-only")


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


def unprotect(table):
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name in ("update", "delete"):
        op.execute(f"DROP TRIGGER protect_{table}_{name}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        op.execute(f"DROP FUNCTION refuse_{table}()")


def downgrade():
    unprotect("voting_paper_keyer")
    unprotect("voting_paper_keying")
    op.drop_table("voting_paper_keying")
    with op.batch_alter_table("voting_paper_scan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voting_paper_scan_batch_id"))

    op.drop_table("voting_paper_scan")
    op.drop_table("voting_paper_keyer")
    op.drop_table("voting_paper_handed")
    op.drop_table("voting_paper_charge")
    with op.batch_alter_table("voting_paper_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voting_paper_batch_state"))
        batch_op.drop_index(batch_op.f("ix_voting_paper_batch_point_id"))

    op.drop_table("voting_paper_batch")
    with op.batch_alter_table("voting_paper_point", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voting_paper_point_cycle_id"))

    op.drop_table("voting_paper_point")
    op.drop_table("voting_paper_closing")
