"""Create second factors, counters of wrong tries, and what a session knows of its factor."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("accounts_login_session") as batch:
        batch.add_column(sa.Column("stage", sa.String(), nullable=False, server_default="open"))
        batch.add_column(sa.Column("factor_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("challenge", sa.String(), nullable=False, server_default=""))
        batch.add_column(sa.Column("device", sa.String(), nullable=False, server_default=""))
        batch.create_check_constraint(
            op.f("ck_accounts_login_session_stage"), "stage IN ('half', 'open')"
        )
        batch.create_check_constraint(
            op.f("ck_accounts_login_session_half_has_no_factor"),
            "stage = 'open' OR factor_at IS NULL",
        )
    op.create_table(
        "accounts_passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        person("accounts_passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_accounts_passkey_credential_id")),
    )
    op.create_index(op.f("ix_accounts_passkey_person_id"), "accounts_passkey", ["person_id"])
    op.create_table(
        "accounts_code_app",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        person("accounts_code_app"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_accounts_code_app")),
    )
    op.create_table(
        "accounts_recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        person("accounts_recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_accounts_recovery_code_code_hash")),
    )
    op.create_index(
        op.f("ix_accounts_recovery_code_person_id"), "accounts_recovery_code", ["person_id"]
    )
    op.create_table(
        "accounts_wrong_tries",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts_wrong_tries")),
    )
    op.create_index(op.f("ix_accounts_wrong_tries_last_at"), "accounts_wrong_tries", ["last_at"])


def person(table):
    return sa.ForeignKeyConstraint(
        ["person_id"],
        ["accounts_person.id"],
        name=op.f(f"fk_{table}_person_id"),
        ondelete="CASCADE",
    )


def downgrade():
    for table in ("wrong_tries", "recovery_code", "code_app", "passkey"):
        op.drop_table(f"accounts_{table}")
    op.execute("DELETE FROM accounts_login_session WHERE stage = 'half'")
    with op.batch_alter_table("accounts_login_session") as batch:
        batch.drop_constraint(op.f("ck_accounts_login_session_stage"), type_="check")
        batch.drop_constraint(op.f("ck_accounts_login_session_half_has_no_factor"), type_="check")
        for name in ("stage", "factor_at", "challenge", "device"):
            batch.drop_column(name)
