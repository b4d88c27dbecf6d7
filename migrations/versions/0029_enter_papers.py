"""Applications that came on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("proposals_proposal", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("origin", sa.String(), nullable=False, server_default="portal")
        )
        batch_op.create_check_constraint(
            op.f("ck_proposals_proposal_origin"), "origin IN ('portal', 'paper')"
        )
    op.create_table(
        "proposals_paper",
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("paper_number", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("registrar_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("scan_id", sa.Integer(), nullable=True),
        sa.Column("claim_hash", sa.String(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_proposals_paper_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_paper_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["registrar_id"], ["accounts_person.id"], name=op.f("fk_proposals_paper_registrar_id")
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["files_stored.id"], name=op.f("fk_proposals_paper_scan_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposals_paper")),
        sa.UniqueConstraint("claim_hash", name=op.f("uq_proposals_paper_claim_hash")),
        sa.UniqueConstraint(
            "cycle_id", "paper_number", name=op.f("uq_proposals_paper_cycle_id_paper_number")
        ),
    )
    with op.batch_alter_table("proposals_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposals_paper_scan_id"), ["scan_id"], unique=False)


def downgrade():
    with op.batch_alter_table("proposals_paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposals_paper_scan_id"))
    op.drop_table("proposals_paper")
    with op.batch_alter_table("proposals_proposal", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_proposals_proposal_origin"), type_="check")
        batch_op.drop_column("origin")
