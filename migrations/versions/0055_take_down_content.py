"""Take-downs: the public reason, the private record and the files of what no page shows any more."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
TABLE = "takedowns_takedown"
CATEGORIES = (
    "'personal_data', 'insult', 'unlawful', 'copyright', 'advertising', 'other', 'held'"
)
PROMISED = "project_id, unit, unit_price, promised"
FIGURES = (
    *("cycle_id", "area_id", "number", "held_on", "chair_id", "state", "opened_by", "opened_at"),
    *("signed_by", "signed_at", "protocol_digest"),
)
NEVER = "a promise never changes"


def moment(name, nullable=True):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def text(name):
    return sa.Column(name, sa.String(), nullable=False)


def person(column):
    return (
        sa.Column(column, sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint([column], ["accounts_person.id"], name=f"fk_{TABLE}_{column}"),
    )


def check(name, sql):
    return sa.CheckConstraint(sql, name=op.f(f"ck_{TABLE}_{name}"))


def upgrade():
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        *map(text, ("subject_type", "subject_id", "on_type")),
        sa.Column("on_id", sa.Integer(), nullable=False),
        text("path"),
        sa.Column("area_id", sa.Integer(), nullable=True),
        *map(text, ("category", "reason", "note")),
        sa.Column("content", JSON, nullable=False),
        sa.Column("authors", JSON, nullable=False),
        moment("at", nullable=False),
        *person("taken_by"),
        moment("erased_at"),
        *person("erased_by"),
        moment("restored_at"),
        *person("restored_by"),
        text("answer"),
        moment("answered_at"),
        *person("answered_by"),
        text("decision"),
        moment("decided_at"),
        *person("decided_by"),
        check("category", f"category IN ({CATEGORIES})"),
        check("reason", "category = 'held' OR reason <> ''"),
        check("erased_stays", "restored_at IS NULL OR erased_at IS NULL"),
        check("answer", "answered_at IS NULL OR answer <> ''"),
        sa.ForeignKeyConstraint(["area_id"], ["places_area.id"], name=f"fk_{TABLE}_area_id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index("ix_takedowns_takedown_place", TABLE, ["on_type", "on_id"])
    for column in ("area_id", "at", "answered_by"):
        op.create_index(f"ix_{TABLE}_{column}", TABLE, [column])
    op.create_index(
        "uq_takedowns_takedown_active",
        TABLE,
        ["subject_type", "subject_id"],
        unique=True,
        sqlite_where=sa.text("restored_at IS NULL"),
        postgresql_where=sa.text("restored_at IS NULL"),
    )
    op.create_table(
        "takedowns_file",
        sa.Column("takedown_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("was_public", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["takedown_id"],
            [f"{TABLE}.id"],
            name=op.f("fk_takedowns_file_takedown_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files_stored.id"], name=op.f("fk_takedowns_file_file_id")
        ),
        sa.PrimaryKeyConstraint("takedown_id", "file_id", name=op.f("pk_takedowns_file")),
    )
    op.create_index("ix_takedowns_file_file_id", "takedowns_file", ["file_id"])
    guard_lines(PROMISED, with_title=True)
    guard_protocols(but_for_words=True)


def guard_protocols(*, but_for_words):
    """A signed protocol is final; words alone give way to a tombstone and come back."""
    postgres = op.get_bind().dialect.name == "postgresql"
    on = " ON review_sitting" if postgres else ""
    op.execute(f"DROP TRIGGER protect_review_sitting_update{on}")
    when = "OLD.state = 'signed'"
    if but_for_words:
        same = "IS NOT DISTINCT FROM" if postgres else "IS"
        figures = " AND ".join(f"OLD.{column} {same} NEW.{column}" for column in FIGURES)
        text = "::text" if postgres else ""
        marked = " OR ".join(
            f"{row}.protocol{text} LIKE '%[taken-down]%'" for row in ("OLD", "NEW")
        )
        when = f"{when} AND NOT ({figures} AND ({marked}))"
    act = (
        "EXECUTE FUNCTION refuse_review_sitting()"
        if postgres
        else "BEGIN SELECT RAISE(ABORT, 'a signed protocol is final'); END"
    )
    op.execute(
        "CREATE TRIGGER protect_review_sitting_update BEFORE UPDATE ON review_sitting "
        f"FOR EACH ROW WHEN ({when}) {act}"
    )


def guard_lines(columns, *, with_title):
    """A promised line keeps its figures; its title changes to a tombstone and back alone."""
    postgres = op.get_bind().dialect.name == "postgresql"
    on = " ON projects_line" if postgres else ""
    op.execute(f"DROP TRIGGER protect_projects_line_update{on}")
    act = (
        "EXECUTE FUNCTION refuse_projects_line()"
        if postgres
        else f"BEGIN SELECT RAISE(ABORT, '{NEVER}'); END"
    )
    op.execute(
        f"CREATE TRIGGER protect_projects_line_update BEFORE UPDATE OF {columns} "
        f"ON projects_line FOR EACH ROW {act}"
    )
    if with_title:
        cast = "{row}.title::text" if postgres else "{row}.title"
        neither = " AND ".join(
            f"{cast.format(row=row)} NOT LIKE '%[taken-down]%'" for row in ("OLD", "NEW")
        )
        op.execute(
            "CREATE TRIGGER protect_projects_line_title BEFORE UPDATE OF title "
            f"ON projects_line FOR EACH ROW WHEN ({neither}) {act}"
        )


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    on = " ON projects_line" if postgres else ""
    op.execute(f"DROP TRIGGER protect_projects_line_title{on}")
    guard_protocols(but_for_words=False)
    guard_lines("project_id, title, unit, unit_price, promised", with_title=False)
    op.drop_table("takedowns_file")
    op.drop_table(TABLE)
