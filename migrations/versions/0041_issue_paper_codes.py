"""Packages of paper codes, their codes as keyed hashes, and help at the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def person(column):
    return sa.ForeignKeyConstraint(
        [column], ["accounts_person.id"], name=op.f(f"fk_register_code_package_{column}")
    )


def cycle(table):
    return sa.ForeignKeyConstraint(
        ["cycle_id"], ["cycles_cycle.id"], name=op.f(f"fk_{table}_cycle_id"), ondelete="CASCADE"
    )


def upgrade():
    op.create_table(
        "register_code_package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("downloaded_by", sa.Integer(), nullable=True),
        sa.Column("downloaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("size BETWEEN 1 AND 1000", name=op.f("ck_register_code_package_size")),
        sa.CheckConstraint(
            "form IN ('letters', 'sheet')", name=op.f("ck_register_code_package_form")
        ),
        sa.CheckConstraint(
            "downloaded_by <> made_by", name=op.f("ck_register_code_package_four_eyes")
        ),
        cycle("register_code_package"),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_register_code_package_area_id")
        ),
        person("made_by"),
        person("downloaded_by"),
        person("revoked_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_code_package")),
    )
    op.create_index("ix_register_code_package_cycle", "register_code_package", ["cycle_id"])
    op.create_table(
        "register_paper_code",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_register_paper_code_attempts")),
        cycle("register_paper_code"),
        sa.ForeignKeyConstraint(
            ["package_id"],
            ["register_code_package.id"],
            name=op.f("fk_register_paper_code_package_id"),
        ),
        sa.PrimaryKeyConstraint("cycle_id", "code_key", name=op.f("pk_register_paper_code")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_register_paper_code_package", "register_paper_code", ["package_id"])
    op.create_table(
        "register_assistance",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(), nullable=False),
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        cycle("register_assistance"),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["accounts_person.id"], name=op.f("fk_register_assistance_operator_id")
        ),
        sa.PrimaryKeyConstraint(
            "cycle_id", "voter_key", "operator_id", "on", name=op.f("pk_register_assistance")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_register_assistance_operator", "register_assistance", ["cycle_id", "operator_id", "on"]
    )


def downgrade():
    op.drop_table("register_assistance")
    op.drop_table("register_paper_code")
    op.drop_table("register_code_package")
