"""Create the tables of cycles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "cycles_category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles_category")),
        sa.UniqueConstraint("code", name=op.f("uq_cycles_category_code")),
    )
    op.create_table(
        "cycles_cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column(
            "names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor_units", sa.Integer(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column(
            "source", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cap IS NULL OR cap > 0", name=op.f("ck_cycles_cycle_cap")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles_cycle")),
        sa.UniqueConstraint("slug", name=op.f("uq_cycles_cycle_slug")),
    )
    op.create_table(
        "cycles_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("budget", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("budget >= 0", name=op.f("ck_cycles_area_budget")),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_cycles_area_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_cycles_area_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles_area")),
        sa.UniqueConstraint("cycle_id", "area_id", name=op.f("uq_cycles_area_cycle_id_area_id")),
    )
    op.create_table(
        "cycles_phase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("original_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_cycles_phase_order")),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_cycles_phase_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles_phase")),
        sa.UniqueConstraint("cycle_id", "kind", name=op.f("uq_cycles_phase_cycle_id_kind")),
    )
    op.create_table(
        "cycles_rule_book",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column(
            "content", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("lot_seed", sa.String(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles_cycle.id"],
            name=op.f("fk_cycles_rule_book_cycle_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_cycles_rule_book")),
    )
    op.create_table(
        "cycles_typical_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column(
            "names", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.CheckConstraint("unit_price > 0", name=op.f("ck_cycles_typical_work_price")),
        sa.ForeignKeyConstraint(
            ["category_id"], ["cycles_category.id"], name=op.f("fk_cycles_typical_work_category_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles_typical_work")),
    )
    with op.batch_alter_table("cycles_typical_work", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cycles_typical_work_category_id"), ["category_id"], unique=False
        )


def downgrade():
    with op.batch_alter_table("cycles_typical_work", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cycles_typical_work_category_id"))

    op.drop_table("cycles_typical_work")
    op.drop_table("cycles_rule_book")
    op.drop_table("cycles_phase")
    op.drop_table("cycles_area")
    op.drop_table("cycles_cycle")
    op.drop_table("cycles_category")
