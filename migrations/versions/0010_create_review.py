"""Create the tables of review."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "review_council_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("secretary_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sitting_on", sa.Date(), nullable=False),
        sa.Column("protocol_number", sa.String(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column(
            "grounds", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('admit', 'reject')", name=op.f("ck_review_council_decision_outcome")
        ),
        sa.CheckConstraint(
            "votes_for >= 0 AND votes_against >= 0", name=op.f("ck_review_council_decision_votes")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_review_council_decision_proposal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["secretary_id"],
            ["accounts_person.id"],
            name=op.f("fk_review_council_decision_secretary_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_council_decision")),
    )
    with op.batch_alter_table("review_council_decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_review_council_decision_proposal_id"), ["proposal_id"], unique=False
        )

    op.create_table(
        "review_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recommends", sa.String(), nullable=False),
        sa.Column(
            "checklist", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("reviewed_cost", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.CheckConstraint(
            "recommends IN ('admit', 'reject', 'return')", name=op.f("ck_review_opinion_recommends")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals_proposal.id"], name=op.f("fk_review_opinion_proposal_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["accounts_person.id"], name=op.f("fk_review_opinion_reviewer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_opinion")),
    )
    with op.batch_alter_table("review_opinion", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_review_opinion_proposal_id"), ["proposal_id"], unique=False
        )


def downgrade():
    with op.batch_alter_table("review_opinion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_opinion_proposal_id"))

    op.drop_table("review_opinion")
    with op.batch_alter_table("review_council_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_council_decision_proposal_id"))

    op.drop_table("review_council_decision")
