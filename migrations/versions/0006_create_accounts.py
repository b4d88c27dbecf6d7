"""Create the tables of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "accounts_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.CheckConstraint("locale IN ('kk', 'ru', 'en')", name=op.f("ck_accounts_person_locale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_person")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_person_email")),
    )
    op.create_table(
        "accounts_email_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('confirm', 'reset')", name=op.f("ck_accounts_email_token_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_accounts_email_token_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_email_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_accounts_email_token_token_hash")),
    )
    with op.batch_alter_table("accounts_email_token", schema=None) as batch_op:
        batch_op.create_index(
            "ix_accounts_email_token_person", ["person_id", "purpose"], unique=False
        )

    op.create_table(
        "accounts_login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_accounts_login_session_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_accounts_login_session_token_hash")),
    )
    with op.batch_alter_table("accounts_login_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_accounts_login_session_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_accounts_login_session_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "accounts_role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_id"], ["places_area.id"], name=op.f("fk_accounts_role_grant_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["accounts_person.id"],
            name=op.f("fk_accounts_role_grant_person_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_role_grant")),
        sa.UniqueConstraint(
            "person_id",
            "role",
            "area_id",
            name=op.f("uq_accounts_role_grant_person_id_role_area_id"),
        ),
    )


def downgrade():
    op.drop_table("accounts_role_grant")
    with op.batch_alter_table("accounts_login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounts_login_session_person_id"))
        batch_op.drop_index(batch_op.f("ix_accounts_login_session_expires_at"))

    op.drop_table("accounts_login_session")
    with op.batch_alter_table("accounts_email_token", schema=None) as batch_op:
        batch_op.drop_index("ix_accounts_email_token_person")

    op.drop_table("accounts_email_token")
    op.drop_table("accounts_person")
