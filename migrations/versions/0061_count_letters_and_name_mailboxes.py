"""Count letters to typed addresses; name each account's mailbox, so that one has one account."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

DOTLESS = {"gmail.com", "googlemail.com"}


def upgrade():
    op.create_table(
        "outbox_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_claim")),
    )
    op.create_index("ix_outbox_claim_name", "outbox_claim", ["name", "at"])
    op.create_index(op.f("ix_outbox_claim_at"), "outbox_claim", ["at"])
    op.add_column("accounts_person", sa.Column("mailbox", sa.String(), nullable=True))
    _name_mailboxes()
    op.create_index("uq_accounts_person_mailbox", "accounts_person", ["mailbox"], unique=True)


def _name_mailboxes():
    """Of accounts made twice the one written as the mailbox itself keeps its name, else the first;
    the others keep their own address, under which they are still found."""
    person = sa.table(
        "accounts_person", sa.column("id"), sa.column("email"), sa.column("mailbox")
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(person.c.id, person.c.email).order_by(person.c.id)).all()
    own = {row.email for row in rows}
    taken = set()
    for row in sorted(rows, key=lambda row: (row.email != _canonical(row.email), row.id)):
        name = _canonical(row.email)
        mailbox = row.email if name in taken or (name in own and name != row.email) else name
        taken.add(mailbox)
        connection.execute(
            person.update().where(person.c.id == row.id).values(mailbox=mailbox)
        )


def _canonical(address):
    plain = unicodedata.normalize("NFKC", address).casefold()
    local, _at, domain = plain.rpartition("@")
    host = ".".join(_in_ascii(label) for label in domain.strip(".").split("."))
    name = local.partition("+")[0] or local
    if host in DOTLESS:
        name, host = name.replace(".", "") or name, "gmail.com"
    return f"{name}@{host}"


def _in_ascii(label):
    try:
        return label.encode("idna").decode("ascii")
    except UnicodeError:
        return label


def downgrade():
    op.drop_index("uq_accounts_person_mailbox", table_name="accounts_person")
    op.drop_column("accounts_person", "mailbox")
    op.drop_index(op.f("ix_outbox_claim_at"), table_name="outbox_claim")
    op.drop_index("ix_outbox_claim_name", table_name="outbox_claim")
    op.drop_table("outbox_claim")
