"""Saved filters, notes, presence, reminders, batches and mailings of review; how long staff held a file."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


STAFF = ("submitted", "in_review", "resubmitted", "appealed")


def fill_staff_seconds():
    """For decisions made before: the time in staff hands since the submission or the appeal."""
    events = sa.table(
        "proposals_event",
        *(sa.column(name) for name in ("id", "proposal_id", "action", "target", "staff_seconds")),
        sa.column("at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    decided = sa.select(events.c.proposal_id).where(events.c.action.in_(("admit", "reject")))
    rows = connection.execute(
        sa.select(events.c.id, events.c.proposal_id, events.c.action, events.c.target, events.c.at)
        .where(events.c.proposal_id.in_(decided))
        .order_by(events.c.proposal_id, events.c.id)
    ).all()
    found, proposal, total, since = [], None, 0.0, None
    for row in rows:
        if row.proposal_id != proposal or row.action in ("submit", "appeal"):
            proposal, total, since = row.proposal_id, 0.0, None
        if since is not None:
            total += (row.at - since).total_seconds()
        since = row.at if row.target in STAFF else None
        if row.action in ("admit", "reject"):
            found.append({"row": row.id, "held": int(total)})
    if found:
        connection.execute(
            events.update()
            .where(events.c.id == sa.bindparam("row"))
            .values(staff_seconds=sa.bindparam("held")),
            found,
        )


def upgrade():
    op.create_table(
        "review_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('findings', 'paper')", name=op.f("ck_review_batch_kind")),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_review_batch_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["accounts_person.id"], name=op.f("fk_review_batch_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_batch")),
    )
    with op.batch_alter_table("review_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_batch_at"), ["at"], unique=False)

    op.create_table(
        "review_mailing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "segment", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "subjects", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "bodies", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["accounts_person.id"], name=op.f("fk_review_mailing_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_mailing")),
    )
    op.create_table(
        "review_saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "query", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_review_saved_filter_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_saved_filter")),
        sa.UniqueConstraint(
            "person_id", "name", name=op.f("uq_review_saved_filter_person_id_name")
        ),
    )
    op.create_table(
        "review_kept_finding",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "typed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_review_kept_finding_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_review_kept_finding_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_review_kept_finding")),
    )
    op.create_table(
        "review_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts_person.id"], name=op.f("fk_review_note_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_review_note_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_note")),
    )
    with op.batch_alter_table("review_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_review_note_proposal_id"), ["proposal_id"], unique=False
        )

    op.create_table(
        "review_presence",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_review_presence_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_review_presence_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_review_presence")),
    )
    op.create_table(
        "review_reminder",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stage IN ('before', 'today')", name=op.f("ck_review_reminder_stage")),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_review_reminder_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "stage", "due_at", name=op.f("pk_review_reminder")),
    )
    with op.batch_alter_table("proposals_event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("staff_seconds", sa.Integer(), nullable=True))

    with op.batch_alter_table("review_opinion", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "grounds",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                nullable=False,
                server_default=sa.text("'[]'"),
            )
        )

    fill_staff_seconds()


def downgrade():
    with op.batch_alter_table("review_opinion", schema=None) as batch_op:
        batch_op.drop_column("grounds")

    with op.batch_alter_table("proposals_event", schema=None) as batch_op:
        batch_op.drop_column("staff_seconds")

    op.drop_table("review_reminder")
    op.drop_table("review_presence")
    with op.batch_alter_table("review_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_note_proposal_id"))

    op.drop_table("review_note")
    op.drop_table("review_kept_finding")
    op.drop_table("review_saved_filter")
    op.drop_table("review_mailing")
    with op.batch_alter_table("review_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_batch_at"))

    op.drop_table("review_batch")
