"""Keep a mark in place of a deleted account's name, which each reader reads in their language."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

NAMES = {
    "kk": "Тіркелгісі жойылған тұрғын",
    "ru": "Удалённый житель",
    "en": "Deleted resident",
}


def upgrade():
    op.execute("UPDATE accounts_person SET name = '[deleted]' WHERE deleted_at IS NOT NULL")


def downgrade():
    for locale, name in NAMES.items():
        op.execute(
            f"UPDATE accounts_person SET name = '{name}'"  # noqa: S608
            f" WHERE deleted_at IS NOT NULL AND locale = '{locale}'"
        )
