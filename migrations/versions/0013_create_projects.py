"""Create the tables of projects."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "projects_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("promised_sum", sa.BigInteger(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("contractor", sa.String(), nullable=False),
        sa.Column("contractor_bin", sa.String(), nullable=False),
        sa.Column("contract_number", sa.String(), nullable=False),
        sa.Column("contract_sum", sa.BigInteger(), nullable=True),
        sa.Column("contract_on", sa.Date(), nullable=True),
        sa.Column("contract_difference", sa.String(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("acceptance_act", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("news_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_days", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(contract_sum IS NULL) = (contract_number = '')",
            name=op.f("ck_projects_project_contract_whole"),
        ),
        sa.CheckConstraint(
            "origin IN ('participatory', 'city_programme', 'investor')",
            name=op.f("ck_projects_project_origin"),
        ),
        sa.CheckConstraint(
            "sector IN ('social', 'infrastructure', 'industry', 'utilities')",
            name=op.f("ck_projects_project_sector"),
        ),
        sa.CheckConstraint(
            "status IN ('planned','design','procurement','contracted','works','acceptance','completed','suspended','cancelled','carried_over')",
            name=op.f("ck_projects_project_status"),
        ),
        sa.CheckConstraint(
            "contract_sum IS NULL OR contract_sum > 0",
            name=op.f("ck_projects_project_contract_sum"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_projects_project_progress")),
        sa.CheckConstraint("promised_sum >= 0", name=op.f("ck_projects_project_promised_sum")),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_projects_project_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["cycles_category.id"], name=op.f("fk_projects_project_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles_cycle.id"], name=op.f("fk_projects_project_cycle_id")
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["accounts_person.id"], name=op.f("fk_projects_project_manager_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["proposals_proposal.id"], name=op.f("fk_projects_project_proposal_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_project")),
        sa.UniqueConstraint("number", name=op.f("uq_projects_project_number")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_projects_project_proposal_id")),
    )
    with op.batch_alter_table("projects_project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_projects_project_area_id"), ["area_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_projects_project_cycle_id"), ["cycle_id"], unique=False
        )
        batch_op.create_index("ix_projects_project_desk", ["due_on", "id"], unique=False)
        batch_op.create_index("ix_projects_project_list", ["status", "area_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_projects_project_manager_id"), ["manager_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_projects_project_news_at"), ["news_at"], unique=False)

    op.create_table(
        "projects_date_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("old_on", sa.Date(), nullable=False),
        sa.Column("new_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects_project.id"],
            name=op.f("fk_projects_date_shift_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_date_shift")),
    )
    with op.batch_alter_table("projects_date_shift", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_projects_date_shift_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "projects_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["accounts_person.id"], name=op.f("fk_projects_event_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects_project.id"],
            name=op.f("fk_projects_event_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_event")),
    )
    with op.batch_alter_table("projects_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_projects_event_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "projects_follow",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_projects_follow_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects_project.id"],
            name=op.f("fk_projects_follow_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "person_id", name=op.f("pk_projects_follow")),
    )
    with op.batch_alter_table("projects_follow", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_projects_follow_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "projects_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "title", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False
        ),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=True),
        sa.Column("difference", sa.String(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "delivered IS NULL OR delivered >= 0", name=op.f("ck_projects_line_delivered")
        ),
        sa.CheckConstraint("promised > 0", name=op.f("ck_projects_line_promised")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects_project.id"],
            name=op.f("fk_projects_line_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_line")),
    )
    with op.batch_alter_table("projects_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_projects_line_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "projects_payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("sum", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (void_reason = '')", name=op.f("ck_projects_payment_void_whole")
        ),
        sa.CheckConstraint("sum > 0", name=op.f("ck_projects_payment_sum")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects_project.id"],
            name=op.f("fk_projects_payment_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_payment")),
    )
    with op.batch_alter_table("projects_payment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_projects_payment_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "projects_update",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts_person.id"], name=op.f("fk_projects_update_author_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects_project.id"],
            name=op.f("fk_projects_update_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_update")),
    )
    with op.batch_alter_table("projects_update", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_projects_update_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_projects_update_project_id"), ["project_id"], unique=False
        )

    op.create_table(
        "projects_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("update_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "stage IN ('before', 'during', 'after')", name=op.f("ck_projects_photo_stage")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files_stored.id"], name=op.f("fk_projects_photo_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects_project.id"],
            name=op.f("fk_projects_photo_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["update_id"],
            ["projects_update.id"],
            name=op.f("fk_projects_photo_update_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_photo")),
    )
    with op.batch_alter_table("projects_photo", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_projects_photo_project_id"), ["project_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_projects_photo_update_id"), ["update_id"], unique=False
        )


def downgrade():
    with op.batch_alter_table("projects_photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_photo_update_id"))
        batch_op.drop_index(batch_op.f("ix_projects_photo_project_id"))

    op.drop_table("projects_photo")
    with op.batch_alter_table("projects_update", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_update_project_id"))
        batch_op.drop_index(batch_op.f("ix_projects_update_at"))

    op.drop_table("projects_update")
    with op.batch_alter_table("projects_payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_payment_project_id"))

    op.drop_table("projects_payment")
    with op.batch_alter_table("projects_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_line_project_id"))

    op.drop_table("projects_line")
    with op.batch_alter_table("projects_follow", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_follow_person_id"))

    op.drop_table("projects_follow")
    with op.batch_alter_table("projects_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_event_project_id"))

    op.drop_table("projects_event")
    with op.batch_alter_table("projects_date_shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_date_shift_project_id"))

    op.drop_table("projects_date_shift")
    with op.batch_alter_table("projects_project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_project_news_at"))
        batch_op.drop_index(batch_op.f("ix_projects_project_manager_id"))
        batch_op.drop_index("ix_projects_project_list")
        batch_op.drop_index("ix_projects_project_desk")
        batch_op.drop_index(batch_op.f("ix_projects_project_cycle_id"))
        batch_op.drop_index(batch_op.f("ix_projects_project_area_id"))

    op.drop_table("projects_project")
