"""Consents, openings of personal data by staff, requests about them, new addresses to confirm."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
SEEN = "who opened data is not rewritten"


def person(table, column="person_id", nullable=False, **values):
    return (
        sa.Column(column, sa.Integer(), nullable=nullable),
        sa.ForeignKeyConstraint(
            [column], ["accounts_person.id"], name=op.f(f"fk_{table}_{column}"), **values
        ),
    )


def moment(name, nullable=False):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def text(name, nullable=False):
    return sa.Column(name, sa.String(), nullable=nullable)


def make(table, *parts):
    key = sa.Column("id", sa.Integer(), nullable=False)
    op.create_table(table, key, *parts, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")))


def upgrade():
    op.add_column("accounts_person", moment("deleted_at", nullable=True))
    make(
        "accounts_consent",
        *person("accounts_consent"),
        text("purpose"),
        text("text_version"),
        text("locale"),
        moment("given_at"),
        moment("withdrawn_at", nullable=True),
    )
    op.create_index("ix_accounts_consent_person_id", "accounts_consent", ["person_id"])
    make(
        "accounts_data_access",
        moment("at"),
        *person("accounts_data_access", "staff_id"),
        sa.Column("roles", JSON, nullable=False),
        text("what"),
        *person("accounts_data_access", nullable=True),
        text("subject_type"),
        text("subject_id"),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR subject_id <> ''", name=op.f("ck_accounts_data_access_whose")
        ),
    )
    for name in ("staff_id", "person_id"):
        op.create_index(f"ix_accounts_data_access_{name}", "accounts_data_access", [name])
    op.create_index(
        "ix_accounts_data_access_subject", "accounts_data_access", ["subject_type", "subject_id"]
    )
    make(
        "accounts_data_request",
        *person("accounts_data_request"),
        text("kind"),
        text("words"),
        moment("asked_at"),
        sa.Column("due_on", sa.Date(), nullable=False),
        text("state"),
        moment("decided_at", nullable=True),
        *person("accounts_data_request", "decided_by", nullable=True),
        text("answer"),
        sa.CheckConstraint(
            "kind IN ('correct', 'block', 'delete')", name=op.f("ck_accounts_data_request_kind")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'refused')", name=op.f("ck_accounts_data_request_state")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)",
            name=op.f("ck_accounts_data_request_decided"),
        ),
    )
    op.create_index("ix_accounts_data_request_person_id", "accounts_data_request", ["person_id"])
    op.create_index(
        "uq_accounts_data_request_open",
        "accounts_data_request",
        ["person_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    make(
        "accounts_email_change",
        *person("accounts_email_change", ondelete="CASCADE"),
        text("email"),
        text("token_hash"),
        moment("expires_at"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_accounts_email_change_token_hash")),
    )
    op.create_index("ix_accounts_email_change_person_id", "accounts_email_change", ["person_id"])
    op.create_index("ix_accounts_email_change_expires_at", "accounts_email_change", ["expires_at"])
    protect()


def protect():
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(
            "CREATE FUNCTION refuse_accounts_data_access() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{SEEN}' USING ERRCODE = '23000'; END $$"
        )
    body = (
        "EXECUTE FUNCTION refuse_accounts_data_access()"
        if postgresql
        else f"BEGIN SELECT RAISE(ABORT, '{SEEN}'); END"
    )
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER protect_accounts_data_access_{act} BEFORE {act.upper()} "
            f"ON accounts_data_access FOR EACH ROW {body}"
        )


def downgrade():
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TABLE accounts_data_access CASCADE")
        op.execute("DROP FUNCTION refuse_accounts_data_access()")
    else:
        op.drop_table("accounts_data_access")
    for table in ("accounts_email_change", "accounts_data_request", "accounts_consent"):
        op.drop_table(table)
    with op.batch_alter_table("accounts_person") as batch:
        batch.drop_column("deleted_at")
