"""Keep versions, remarks and reviewed estimates; co-authors; answers and reports of comments.

A returned proposal gets a working copy, so that what its author edits is not public yet.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "proposals_blocked_word",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "effect IN ('refuse', 'hold')", name=op.f("ck_proposals_blocked_word_effect")
        ),
        sa.CheckConstraint(
            "language IN ('kk', 'ru', 'en')", name=op.f("ck_proposals_blocked_word_language")
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"],
            ["accounts_person.id"],
            name=op.f("fk_proposals_blocked_word_added_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["removed_by_id"],
            ["accounts_person.id"],
            name=op.f("fk_proposals_blocked_word_removed_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_blocked_word")),
    )
    op.create_table(
        "proposals_coauthor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('invitation', 'request', 'merge')", name=op.f("ck_proposals_coauthor_kind")
        ),
        sa.CheckConstraint(
            "state <> 'agreed' OR person_id IS NOT NULL", name=op.f("ck_proposals_coauthor_person")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'agreed', 'declined', 'left', 'removed')",
            name=op.f("ck_proposals_coauthor_state"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_proposals_coauthor_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_coauthor_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_coauthor")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_proposals_coauthor_token_digest")),
    )
    with op.batch_alter_table("proposals_coauthor", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_coauthor_person_id"), ["person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proposals_coauthor_proposal_id"), ["proposal_id"], unique=False
        )
        batch_op.create_index(
            "uq_proposals_coauthor_live",
            ["proposal_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("person_id IS NOT NULL AND state IN ('waiting', 'agreed')"),
            postgresql_where=sa.text("person_id IS NOT NULL AND state IN ('waiting', 'agreed')"),
        )

    op.create_table(
        "proposals_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("author_person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "field IN ('title', 'problem', 'solution', 'category', 'place', 'estimate', 'photos', 'other')",
            name=op.f("ck_proposals_remark_field"),
        ),
        sa.ForeignKeyConstraint(
            ["author_person_id"],
            ["accounts_person.id"],
            name=op.f("fk_proposals_remark_author_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_remark_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_remark")),
        sa.UniqueConstraint(
            "proposal_id",
            "round",
            "field",
            name=op.f("uq_proposals_remark_proposal_id_round_field"),
        ),
    )
    op.create_table(
        "proposals_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_version_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_version")),
        sa.UniqueConstraint(
            "proposal_id", "number", name=op.f("uq_proposals_version_proposal_id_number")
        ),
    )
    op.create_table(
        "proposals_comment_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('', 'hidden', 'kept')", name=op.f("ck_proposals_comment_report_outcome")
        ),
        sa.CheckConstraint(
            "reason IN ('insult', 'personal_data', 'spam', 'off_topic', 'other')",
            name=op.f("ck_proposals_comment_report_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"],
            ["proposals_comment.id"],
            name=op.f("fk_proposals_comment_report_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_proposals_comment_report_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_comment_report")),
        sa.UniqueConstraint(
            "comment_id", "person_id", name=op.f("uq_proposals_comment_report_comment_id_person_id")
        ),
    )
    with op.batch_alter_table("proposals_comment_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_proposals_comment_report_open", ["outcome", "comment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proposals_comment_report_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "proposals_reviewed_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_proposals_reviewed_line_quantity")),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_proposals_reviewed_line_unit_price")),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["proposals_estimate_line.id"],
            name=op.f("fk_proposals_reviewed_line_line_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_reviewed_line_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_reviewed_line")),
    )
    with op.batch_alter_table("proposals_reviewed_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_reviewed_line_line_id"), ["line_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proposals_reviewed_line_proposal_id"), ["proposal_id"], unique=False
        )

    with op.batch_alter_table("proposals_comment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("replies_count", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_proposals_comment_parent_id"), ["parent_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_proposals_comment_parent_id"),
            "proposals_comment",
            ["parent_id"],
            ["id"],
            ondelete="CASCADE",
        )

    with op.batch_alter_table("proposals_estimate_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("proposals_proposal", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revises_id", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(
            batch_op.f("uq_proposals_proposal_revises_id"), ["revises_id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_proposals_proposal_revises_id"),
            "proposals_proposal",
            ["revises_id"],
            ["id"],
            ondelete="CASCADE",
        )

    copy_returned()


COPIED = (
    "cycle_id, external_id, author_id, language, title, problem, solution, address, lat, lon,"
    " category_id, area_id, cost, search_text, created_at, updated_at, is_sample, lot"
)
LINE = "work_id, title, reason, unit, unit_price, quantity, sort"
PICTURE = "file_id, kind, caption, sort"


def copy_returned():
    """A working copy for each proposal that is with its author now."""
    op.execute(
        f"INSERT INTO proposals_proposal (revises_id, status, supports_count, comments_count,"
        f" version, {COPIED}) SELECT id, 'draft', 0, 0, 1, {COPIED} FROM proposals_proposal"
        f" WHERE status = 'returned'"
    )
    for table, columns in (
        ("proposals_estimate_line", LINE),
        ("proposals_picture", PICTURE),
    ):
        listed = ", ".join(f"part.{name}" for name in columns.split(", "))
        op.execute(
            f"INSERT INTO {table} (proposal_id, {columns}) SELECT copy.id, {listed} FROM {table} part"
            f" JOIN proposals_proposal copy ON copy.revises_id = part.proposal_id"
        )


def downgrade():
    for table in ("proposals_estimate_line", "proposals_picture"):
        op.execute(
            f"DELETE FROM {table} WHERE proposal_id IN"
            " (SELECT id FROM proposals_proposal WHERE revises_id IS NOT NULL)"
        )
    op.execute("DELETE FROM proposals_proposal WHERE revises_id IS NOT NULL")
    op.execute("DELETE FROM proposals_comment WHERE parent_id IS NOT NULL")
    with op.batch_alter_table("proposals_proposal", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_proposals_proposal_revises_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_proposals_proposal_revises_id"), type_="unique")
        batch_op.drop_column("revises_id")

    with op.batch_alter_table("proposals_estimate_line", schema=None) as batch_op:
        batch_op.drop_column("reason")

    with op.batch_alter_table("proposals_comment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_proposals_comment_parent_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_proposals_comment_parent_id"))
        batch_op.drop_column("held_at")
        batch_op.drop_column("replies_count")
        batch_op.drop_column("parent_id")

    with op.batch_alter_table("proposals_reviewed_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_reviewed_line_proposal_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_reviewed_line_line_id"))

    op.drop_table("proposals_reviewed_line")
    with op.batch_alter_table("proposals_comment_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_comment_report_person_id"))
        batch_op.drop_index("ix_proposals_comment_report_open")

    op.drop_table("proposals_comment_report")
    op.drop_table("proposals_version")
    op.drop_table("proposals_remark")
    with op.batch_alter_table("proposals_coauthor", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_proposals_coauthor_live",
            sqlite_where=sa.text("person_id IS NOT NULL AND state IN ('waiting', 'agreed')"),
            postgresql_where=sa.text("person_id IS NOT NULL AND state IN ('waiting', 'agreed')"),
        )
        batch_op.drop_index(batch_op.f("ix_proposals_coauthor_proposal_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_coauthor_person_id"))

    op.drop_table("proposals_coauthor")
    op.drop_table("proposals_blocked_word")
