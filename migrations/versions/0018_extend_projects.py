"""Let the ledger of projects only grow; give projects types of work, milestones and sources.

What was recorded before is carried over: contracts and acceptances become entries of their own,
and a payment that was taken back gets the entry that takes it back.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade():
    create_plan()
    create_intake()
    create_ledger()
    extend_project()
    extend_news()
    carry_over()


def create_plan():
    op.create_table(
        "projects_work_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "sector IN ('social', 'infrastructure', 'industry', 'utilities')",
            name=op.f("ck_projects_work_type_sector"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_work_type")),
        sa.UniqueConstraint("code", name=op.f("uq_projects_work_type_code")),
    )
    op.create_table(
        "projects_milestone_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_type_id", sa.Integer(), nullable=True),
        sa.Column("names", JSON, nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint(
            "share BETWEEN 0 AND 100", name=op.f("ck_projects_milestone_template_share")
        ),
        sa.ForeignKeyConstraint(
            ["work_type_id"],
            ["projects_work_type.id"],
            name=op.f("fk_projects_milestone_template_work_type_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_milestone_template")),
    )
    op.create_index(
        op.f("ix_projects_milestone_template_work_type_id"),
        "projects_milestone_template",
        ["work_type_id"],
    )
    op.create_table(
        "projects_milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("names", JSON, nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects_project.id"],
            name=op.f("fk_projects_milestone_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_milestone")),
        sa.UniqueConstraint(
            "project_id", "sort", name=op.f("uq_projects_milestone_project_id_sort")
        ),
    )
    op.create_index(op.f("ix_projects_milestone_planned_on"), "projects_milestone", ["planned_on"])
    op.create_index(op.f("ix_projects_milestone_project_id"), "projects_milestone", ["project_id"])


def create_intake():
    op.create_table(
        "projects_manager_setting",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_projects_manager_setting_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_projects_manager_setting")),
    )
    op.create_table(
        "projects_sheet_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("rows", JSON, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('projects', 'updates')", name=op.f("ck_projects_sheet_upload_kind")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["accounts_person.id"], name=op.f("fk_projects_sheet_upload_owner_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_sheet_upload")),
    )
    op.create_index(
        op.f("ix_projects_sheet_upload_owner_id"), "projects_sheet_upload", ["owner_id"]
    )
    op.create_table(
        "projects_ledger_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("projects", sa.Integer(), nullable=False),
        sa.Column("faults", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_ledger_check")),
    )
    op.create_index(op.f("ix_projects_ledger_check_at"), "projects_ledger_check", ["at"])


def create_ledger():
    op.create_table(
        "projects_contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("contractor", sa.String(), nullable=False),
        sa.Column("contractor_bin", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("sum", sa.BigInteger(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("procurement_url", sa.String(), nullable=False),
        sa.Column("difference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind = 'contract' OR reason <> ''", name=op.f("ck_projects_contract_reason")
        ),
        sa.CheckConstraint(
            "kind IN ('contract', 'amendment', 'correction')",
            name=op.f("ck_projects_contract_kind"),
        ),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= signed_on", name=op.f("ck_projects_contract_dates")
        ),
        sa.CheckConstraint("sum > 0", name=op.f("ck_projects_contract_sum")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["accounts_person.id"], name=op.f("fk_projects_contract_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects_project.id"], name=op.f("fk_projects_contract_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_contract")),
    )
    op.create_index(op.f("ix_projects_contract_project_id"), "projects_contract", ["project_id"])
    op.create_table(
        "projects_acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("late_reason", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("act <> ''", name=op.f("ck_projects_acceptance_act")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["accounts_person.id"], name=op.f("fk_projects_acceptance_actor_id")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects_project.id"], name=op.f("fk_projects_acceptance_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects_acceptance")),
    )
    op.create_index(
        op.f("ix_projects_acceptance_project_id"), "projects_acceptance", ["project_id"]
    )
    op.create_table(
        "projects_accepted_line",
        sa.Column("acceptance_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("difference", sa.String(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_projects_accepted_line_quantity")),
        sa.ForeignKeyConstraint(
            ["acceptance_id"],
            ["projects_acceptance.id"],
            name=op.f("fk_projects_accepted_line_acceptance_id"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["projects_line.id"], name=op.f("fk_projects_accepted_line_line_id")
        ),
        sa.PrimaryKeyConstraint(
            "acceptance_id", "line_id", name=op.f("pk_projects_accepted_line")
        ),
    )
    with op.batch_alter_table("projects_payment") as table:
        table.add_column(sa.Column("actor_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("corrects_id", sa.Integer(), nullable=True))
        table.create_unique_constraint(op.f("uq_projects_payment_corrects_id"), ["corrects_id"])
        table.create_foreign_key(
            op.f("fk_projects_payment_corrects_id"), "projects_payment", ["corrects_id"], ["id"]
        )
        table.create_foreign_key(
            op.f("fk_projects_payment_actor_id"), "accounts_person", ["actor_id"], ["id"]
        )
        table.drop_constraint(op.f("ck_projects_payment_sum"), type_="check")
        table.drop_constraint(op.f("ck_projects_payment_void_whole"), type_="check")
    op.execute(
        "INSERT INTO projects_payment (project_id, sum, paid_on, note, recorded_at, corrects_id,"
        " void_reason) SELECT project_id, -sum, paid_on, void_reason, voided_at, id, ''"
        " FROM projects_payment WHERE voided_at IS NOT NULL"
    )
    with op.batch_alter_table("projects_payment") as table:
        table.drop_column("voided_at")
        table.drop_column("void_reason")
        table.create_check_constraint(
            op.f("ck_projects_payment_sum"),
            "(corrects_id IS NULL AND sum > 0)"
            " OR (corrects_id IS NOT NULL AND sum < 0 AND note <> '')",
        )


def extend_project():
    op.create_table(
        "projects_proposal",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.CheckConstraint("part > 0", name=op.f("ck_projects_proposal_part")),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects_project.id"],
            name=op.f("fk_projects_proposal_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_projects_proposal_proposal_id"),
        ),
        sa.PrimaryKeyConstraint("project_id", "proposal_id", name=op.f("pk_projects_proposal")),
        sa.UniqueConstraint(
            "proposal_id", "part", name=op.f("uq_projects_proposal_proposal_id_part")
        ),
    )
    with op.batch_alter_table("projects_project") as table:
        table.add_column(
            sa.Column("funding", sa.String(), nullable=False, server_default="city_budget")
        )
        table.add_column(sa.Column("programme", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("work_type_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("contract_ends_on", sa.Date(), nullable=True))
        table.add_column(
            sa.Column("procurement_url", sa.String(), nullable=False, server_default="")
        )
        table.add_column(
            sa.Column("paid_sum", sa.BigInteger(), nullable=False, server_default="0")
        )
        table.add_column(sa.Column("late_reason", sa.String(), nullable=False, server_default=""))
        table.drop_constraint(op.f("uq_projects_project_proposal_id"), type_="unique")
        table.create_index("ix_projects_project_contractor", ["contractor_bin"])
        table.create_index(op.f("ix_projects_project_proposal_id"), ["proposal_id"])
        table.create_foreign_key(
            op.f("fk_projects_project_work_type_id"), "projects_work_type", ["work_type_id"], ["id"]
        )
    op.execute(
        "UPDATE projects_project SET paid_sum = (SELECT coalesce(sum(p.sum), 0)"
        " FROM projects_payment p WHERE p.project_id = projects_project.id)"
    )
    with op.batch_alter_table("projects_project") as table:
        for column in ("funding", "programme", "procurement_url", "paid_sum", "late_reason"):
            table.alter_column(column, server_default=None)
        for name, rule in CHECKS.items():
            table.create_check_constraint(op.f(f"ck_projects_project_{name}"), rule)


CHECKS = {
    "paid_sum": "paid_sum >= 0",
    "paid_within_contract": "paid_sum <= coalesce(contract_sum, 0)",
    "accepted_after_contract": (
        "accepted_on IS NULL OR (contract_on IS NOT NULL AND accepted_on >= contract_on)"
    ),
    "funding": "funding IN ('city_budget', 'national_budget', 'investor')",
}


def extend_news():
    with op.batch_alter_table("projects_follow") as table:
        table.add_column(
            sa.Column("stopped", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("projects_photo") as table:
        table.add_column(
            sa.Column("published", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("projects_update") as table:
        table.add_column(sa.Column("sent_key", sa.String(), nullable=True))
        table.add_column(sa.Column("published_at", MOMENT, nullable=True))
        table.add_column(sa.Column("returned_at", MOMENT, nullable=True))
        table.add_column(sa.Column("remark", sa.String(), nullable=False, server_default=""))
        table.create_index("ix_projects_update_waiting", ["published_at", "returned_at"])
        table.create_unique_constraint(
            op.f("uq_projects_update_author_id_sent_key"), ["author_id", "sent_key"]
        )
        table.create_check_constraint(
            op.f("ck_projects_update_decided_once"), "published_at IS NULL OR returned_at IS NULL"
        )
    op.execute("UPDATE projects_update SET published_at = at")
    with op.batch_alter_table("projects_follow") as table:
        table.alter_column("stopped", server_default=None)
    with op.batch_alter_table("projects_photo") as table:
        table.alter_column("published", server_default=None)
    with op.batch_alter_table("projects_update") as table:
        table.alter_column("remark", server_default=None)


def carry_over():
    op.execute(
        "INSERT INTO projects_contract (project_id, kind, contractor, contractor_bin, number, sum,"
        " signed_on, procurement_url, difference, reason, recorded_at)"
        " SELECT id, 'contract', contractor, contractor_bin, contract_number, contract_sum,"
        " contract_on, '', contract_difference, '', updated_at FROM projects_project"
        " WHERE contract_sum IS NOT NULL AND contract_on IS NOT NULL"
    )
    op.execute(
        "INSERT INTO projects_acceptance (project_id, accepted_on, act, late_reason, reason,"
        " recorded_at) SELECT id, accepted_on, acceptance_act, '', '', updated_at"
        " FROM projects_project WHERE accepted_on IS NOT NULL AND acceptance_act <> ''"
    )
    op.execute(
        "INSERT INTO projects_accepted_line (acceptance_id, line_id, quantity, difference)"
        " SELECT a.id, l.id, l.delivered, l.difference FROM projects_line l"
        " JOIN projects_acceptance a ON a.project_id = l.project_id WHERE l.delivered IS NOT NULL"
    )
    op.execute(
        "INSERT INTO projects_proposal (project_id, proposal_id, part)"
        " SELECT id, proposal_id, 1 FROM projects_project WHERE proposal_id IS NOT NULL"
    )


def downgrade():
    with op.batch_alter_table("projects_update") as table:
        table.drop_constraint(op.f("ck_projects_update_decided_once"), type_="check")
        table.drop_constraint(op.f("uq_projects_update_author_id_sent_key"), type_="unique")
        table.drop_index("ix_projects_update_waiting")
        for column in ("remark", "returned_at", "published_at", "sent_key"):
            table.drop_column(column)
    with op.batch_alter_table("projects_photo") as table:
        table.drop_column("published")
    with op.batch_alter_table("projects_follow") as table:
        table.drop_column("stopped")
    with op.batch_alter_table("projects_project") as table:
        for name in CHECKS:
            table.drop_constraint(op.f(f"ck_projects_project_{name}"), type_="check")
        table.drop_constraint(op.f("fk_projects_project_work_type_id"), type_="foreignkey")
        table.drop_index(op.f("ix_projects_project_proposal_id"))
        table.drop_index("ix_projects_project_contractor")
    with op.batch_alter_table("projects_project") as table:
        # a winner that became several projects keeps its mark on the first of them
        table.drop_column("late_reason")
        table.drop_column("paid_sum")
        table.drop_column("procurement_url")
        table.drop_column("contract_ends_on")
        table.drop_column("work_type_id")
        table.drop_column("programme")
        table.drop_column("funding")
    op.execute(
        "UPDATE projects_project SET proposal_id = NULL WHERE id NOT IN"
        " (SELECT min(p.id) FROM projects_project p GROUP BY p.proposal_id)"
    )
    with op.batch_alter_table("projects_project") as table:
        table.create_unique_constraint(op.f("uq_projects_project_proposal_id"), ["proposal_id"])
    downgrade_payments()
    for table in (
        "projects_proposal",
        "projects_accepted_line",
        "projects_acceptance",
        "projects_contract",
        "projects_ledger_check",
        "projects_sheet_upload",
        "projects_manager_setting",
        "projects_milestone",
        "projects_milestone_template",
        "projects_work_type",
    ):
        op.drop_table(table)


def downgrade_payments():
    with op.batch_alter_table("projects_payment") as table:
        table.add_column(sa.Column("void_reason", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("voided_at", MOMENT, nullable=True))
        table.drop_constraint(op.f("ck_projects_payment_sum"), type_="check")
    op.execute(
        "UPDATE projects_payment SET"
        " voided_at = (SELECT c.recorded_at FROM projects_payment c"
        " WHERE c.corrects_id = projects_payment.id),"
        " void_reason = coalesce((SELECT c.note FROM projects_payment c"
        " WHERE c.corrects_id = projects_payment.id), '') WHERE corrects_id IS NULL"
    )
    op.execute("DELETE FROM projects_payment WHERE corrects_id IS NOT NULL")
    with op.batch_alter_table("projects_payment") as table:
        table.alter_column("void_reason", server_default=None)
        table.drop_constraint(op.f("fk_projects_payment_actor_id"), type_="foreignkey")
        table.drop_constraint(op.f("fk_projects_payment_corrects_id"), type_="foreignkey")
        table.drop_constraint(op.f("uq_projects_payment_corrects_id"), type_="unique")
        table.drop_column("corrects_id")
        table.drop_column("actor_id")
        table.create_check_constraint(op.f("ck_projects_payment_sum"), "sum > 0")
        table.create_check_constraint(
            op.f("ck_projects_payment_void_whole"), "(voided_at IS NULL) = (void_reason = '')"
        )
