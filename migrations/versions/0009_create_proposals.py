"""Create the tables of proposals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "proposals_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("solution", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("reviewed_cost", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("supports_count", sa.Integer(), nullable=False),
        sa.Column("comments_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'draft') = (number IS NULL)", name=op.f("ck_proposals_proposal_number")
        ),
        sa.CheckConstraint(
            "status IN ('draft','submitted','in_review','returned','resubmitted','admitted','rejected','appealed','withdrawn','merged','selected','not_selected')",
            name=op.f("ck_proposals_proposal_status"),
        ),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_proposals_proposal_cost")),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_proposals_proposal_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts_person.id"], name=op.f("fk_proposals_proposal_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["cycles_category.id"], name=op.f("fk_proposals_proposal_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_proposals_proposal_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_proposal_merged_into_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["accounts_person.id"], name=op.f("fk_proposals_proposal_reviewer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_proposal")),
        sa.UniqueConstraint(
            "cycle_id", "number", name=op.f("uq_proposals_proposal_cycle_id_number")
        ),
    )
    with op.batch_alter_table("proposals_proposal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_proposal_area_id"), ["area_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proposals_proposal_author_id"), ["author_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proposals_proposal_category_id"), ["category_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proposals_proposal_cycle_id"), ["cycle_id"], unique=False
        )
        batch_op.create_index(
            "ix_proposals_proposal_list",
            ["cycle_id", "status", "area_id", "category_id"],
            unique=False,
        )
        batch_op.create_index("ix_proposals_proposal_lot", ["cycle_id", "lot", "id"], unique=False)
        batch_op.create_index(
            "ix_proposals_proposal_queue", ["status", "area_id", "due_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proposals_proposal_reviewer_id"), ["reviewer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proposals_proposal_submitted_at"), ["submitted_at"], unique=False
        )
        batch_op.create_index(
            "ix_proposals_proposal_supports", ["cycle_id", "supports_count", "id"], unique=False
        )

    op.create_table(
        "proposals_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_reason", sa.String(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts_person.id"], name=op.f("fk_proposals_comment_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_comment_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_comment")),
    )
    with op.batch_alter_table("proposals_comment", schema=None) as batch_op:
        batch_op.create_index("ix_proposals_comment_page", ["proposal_id", "id"], unique=False)

    op.create_table(
        "proposals_estimate_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_proposals_estimate_line_quantity")),
        sa.CheckConstraint("unit_price > 0", name=op.f("ck_proposals_estimate_line_unit_price")),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_estimate_line_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["work_id"], ["cycles_typical_work.id"], name=op.f("fk_proposals_estimate_line_work_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_estimate_line")),
    )
    with op.batch_alter_table("proposals_estimate_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_estimate_line_proposal_id"), ["proposal_id"], unique=False
        )

    op.create_table(
        "proposals_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_part", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "grounds", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["accounts_person.id"], name=op.f("fk_proposals_event_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_event_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_event")),
    )
    with op.batch_alter_table("proposals_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_event_proposal_id"), ["proposal_id"], unique=False
        )

    op.create_table(
        "proposals_follow",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_proposals_follow_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_follow_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_proposals_follow")),
    )
    with op.batch_alter_table("proposals_follow", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_follow_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "proposals_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('photo', 'sketch')", name=op.f("ck_proposals_picture_kind")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files_stored.id"], name=op.f("fk_proposals_picture_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_picture_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals_picture")),
    )
    with op.batch_alter_table("proposals_picture", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_picture_proposal_id"), ["proposal_id"], unique=False
        )

    op.create_table(
        "proposals_support",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_proposals_support_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_support_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_proposals_support")),
    )
    with op.batch_alter_table("proposals_support", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposals_support_person_id"), ["person_id"], unique=False
        )


def downgrade():
    with op.batch_alter_table("proposals_support", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_support_person_id"))

    op.drop_table("proposals_support")
    with op.batch_alter_table("proposals_picture", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_picture_proposal_id"))

    op.drop_table("proposals_picture")
    with op.batch_alter_table("proposals_follow", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_follow_person_id"))

    op.drop_table("proposals_follow")
    with op.batch_alter_table("proposals_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_event_proposal_id"))

    op.drop_table("proposals_event")
    with op.batch_alter_table("proposals_estimate_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_estimate_line_proposal_id"))

    op.drop_table("proposals_estimate_line")
    with op.batch_alter_table("proposals_comment", schema=None) as batch_op:
        batch_op.drop_index("ix_proposals_comment_page")

    op.drop_table("proposals_comment")
    with op.batch_alter_table("proposals_proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_proposals_proposal_supports")
        batch_op.drop_index(batch_op.f("ix_proposals_proposal_submitted_at"))
        batch_op.drop_index(batch_op.f("ix_proposals_proposal_reviewer_id"))
        batch_op.drop_index("ix_proposals_proposal_queue")
        batch_op.drop_index("ix_proposals_proposal_lot")
        batch_op.drop_index("ix_proposals_proposal_list")
        batch_op.drop_index(batch_op.f("ix_proposals_proposal_cycle_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_proposal_category_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_proposal_author_id"))
        batch_op.drop_index(batch_op.f("ix_proposals_proposal_area_id"))

    op.drop_table("proposals_proposal")
