"""Create the tables of register."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "register_entry",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("phone_key", sa.String(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("old_enough", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_register_entry_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_register_entry_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cycle_id", "voter_key", name=op.f("pk_register_entry")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "register_identity_code",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=True),
        sa.Column("phone_key", sa.String(), nullable=False),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_register_identity_code_attempts")),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_register_identity_code_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_identity_code")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("register_identity_code", schema=None) as batch_op:
        batch_op.create_index(
            "ix_register_identity_code_address", ["address_key", "sent_at"], unique=False
        )
        batch_op.create_index(
            "ix_register_identity_code_phone", ["phone_key", "sent_at"], unique=False
        )
        batch_op.create_index(
            "ix_register_identity_code_sent", ["cycle_id", "sent_at"], unique=False
        )

    op.create_table(
        "register_phone_use",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("phone_key", sa.String(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_register_phone_use_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "cycle_id", "phone_key", "voter_key", name=op.f("pk_register_phone_use")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "register_state",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_register_state_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_register_state")),
    )


def downgrade():
    op.drop_table("register_state")
    op.drop_table("register_phone_use")
    with op.batch_alter_table("register_identity_code", schema=None) as batch_op:
        batch_op.drop_index("ix_register_identity_code_sent")
        batch_op.drop_index("ix_register_identity_code_phone")
        batch_op.drop_index("ix_register_identity_code_address")

    op.drop_table("register_identity_code")
    op.drop_table("register_entry")
