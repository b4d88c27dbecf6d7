"""Hold sittings of the council and keep their signed protocols."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "review_council_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_council_member")),
    )
    op.create_table(
        "review_sitting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("chair_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "protocol", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("protocol_digest", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'signed') = (protocol_digest IS NOT NULL)",
            name=op.f("ck_review_sitting_signed_with_protocol"),
        ),
        sa.CheckConstraint("state IN ('open', 'signed')", name=op.f("ck_review_sitting_state")),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_review_sitting_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["chair_id"], ["review_council_member.id"], name=op.f("fk_review_sitting_chair_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_review_sitting_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["accounts_person.id"], name=op.f("fk_review_sitting_opened_by")
        ),
        sa.ForeignKeyConstraint(
            ["signed_by"], ["accounts_person.id"], name=op.f("fk_review_sitting_signed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_sitting")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_review_sitting_cycle_id_number")),
    )
    with op.batch_alter_table("review_sitting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_sitting_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_review_sitting_state"), ["state"], unique=False)

    op.create_table(
        "review_sitting_present",
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["review_council_member.id"],
            name=op.f("fk_review_sitting_present_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"],
            ["review_sitting.id"],
            name=op.f("fk_review_sitting_present_sitting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sitting_id", "member_id", name=op.f("pk_review_sitting_present")),
    )
    op.create_table(
        "review_agenda_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sitting_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("votes_against", sa.Integer(), nullable=False),
        sa.Column("votes_abstained", sa.Integer(), nullable=False),
        sa.Column(
            "conflicted", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column(
            "grounds", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("seen_version", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('admit', 'reject', 'postpone')",
            name=op.f("ck_review_agenda_item_outcome"),
        ),
        sa.CheckConstraint(
            "votes_for >= 0 AND votes_against >= 0 AND votes_abstained >= 0",
            name=op.f("ck_review_agenda_item_votes"),
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["review_council_decision.id"],
            name=op.f("fk_review_agenda_item_decision_id"),
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_review_agenda_item_proposal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"],
            ["review_sitting.id"],
            name=op.f("fk_review_agenda_item_sitting_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_agenda_item")),
        sa.UniqueConstraint(
            "sitting_id", "proposal_id", name=op.f("uq_review_agenda_item_sitting_id_proposal_id")
        ),
    )
    with op.batch_alter_table("review_agenda_item", schema=None) as batch_op:
        batch_op.create_index("ix_review_agenda_item_proposal", ["proposal_id"], unique=False)

    with op.batch_alter_table("review_council_decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sitting_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_review_council_decision_sitting_id"), ["sitting_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_review_council_decision_sitting_id"),
            "review_sitting",
            ["sitting_id"],
            ["id"],
        )
    protect(op.get_bind().dialect.name)


def protect(dialect):
    """A signed protocol is final."""
    message = "a signed protocol is final"
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_review_sitting() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = '23000'; END $$"
        )
    for operation in ("UPDATE", "DELETE"):
        act = (
            "EXECUTE FUNCTION refuse_review_sitting()"
            if dialect == "postgresql"
            else f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        op.execute(
            f"CREATE TRIGGER protect_review_sitting_{operation.lower()} "
            f"BEFORE {operation} ON review_sitting FOR EACH ROW "
            f"WHEN (OLD.state = 'signed') {act}"
        )


def downgrade():
    dialect = op.get_bind().dialect.name
    for operation in ("update", "delete"):
        on = " ON review_sitting" if dialect == "postgresql" else ""
        op.execute(f"DROP TRIGGER protect_review_sitting_{operation}{on}")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION refuse_review_sitting()")
    with op.batch_alter_table("review_council_decision", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_review_council_decision_sitting_id"), type_="foreignkey"
        )
        batch_op.drop_index(batch_op.f("ix_review_council_decision_sitting_id"))
        batch_op.drop_column("sitting_id")

    with op.batch_alter_table("review_agenda_item", schema=None) as batch_op:
        batch_op.drop_index("ix_review_agenda_item_proposal")

    op.drop_table("review_agenda_item")
    op.drop_table("review_sitting_present")
    with op.batch_alter_table("review_sitting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_sitting_state"))
        batch_op.drop_index(batch_op.f("ix_review_sitting_cycle_id"))

    op.drop_table("review_sitting")
    op.drop_table("review_council_member")
