"""Find proposals through an index of their words; filter and sort by price without a scan.

Words are taken over from `search_text`, which holds their stems.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BYTES = sa.String().with_variant(sa.String(collation="C"), "postgresql")
LIST = "ix_proposals_proposal_list"
PRICE = "ix_proposals_proposal_price"
MAP = "ix_proposals_proposal_map"
PROPOSALS = "proposals_proposal"
WORD = re.compile(r"[^\W\d_]{3,40}")
AT_ONCE = 500


def upgrade():
    op.add_column(
        PROPOSALS, sa.Column("listed_price", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.execute("UPDATE proposals_proposal SET listed_price = coalesce(reviewed_cost, cost)")
    op.drop_index(LIST, PROPOSALS)
    op.create_index(
        LIST, PROPOSALS, ["cycle_id", "status", "area_id", "category_id", "listed_price"]
    )
    op.create_index(PRICE, PROPOSALS, ["cycle_id", "listed_price", "id"])
    op.create_index(
        MAP,
        PROPOSALS,
        ["cycle_id", "lat", "lon", "status", "area_id", "category_id", "listed_price", "id"],
    )
    words = op.create_table(
        "proposals_word",
        sa.Column("cycle_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stem", BYTES, nullable=False),
        sa.Column("proposal_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposals_proposal.id"],
            name=op.f("fk_proposals_word_proposal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cycle_id", "stem", "proposal_id", name=op.f("pk_proposals_word")),
        sqlite_with_rowid=False,
    )
    said = op.create_table(
        "proposals_said_word",
        sa.Column("cycle_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("word", BYTES, nullable=False),
        sa.PrimaryKeyConstraint("cycle_id", "word", name=op.f("pk_proposals_said_word")),
        sqlite_with_rowid=False,
    )
    take_over(words, said)
    op.create_index("ix_proposals_word_proposal", "proposals_word", ["proposal_id", "stem"])


def take_over(words, said):
    connection = op.get_bind()
    rows = sa.text(
        "SELECT id, cycle_id, category_id, search_text, title, address, problem, solution"
        " FROM proposals_proposal WHERE number IS NOT NULL AND id > :after ORDER BY id LIMIT :most"
    )
    categories = sa.table("cycles_category", sa.column("id"), sa.column("names", sa.JSON()))
    names = {row.id: list(row.names.values()) for row in connection.execute(sa.select(categories))}
    after, known = 0, set()
    while found := connection.execute(rows, {"after": after, "most": AT_ONCE}).all():
        after = found[-1].id
        stems = [
            {"cycle_id": row.cycle_id, "stem": stem, "proposal_id": row.id}
            for row in found
            for stem in dict.fromkeys(row.search_text.split())
        ]
        if stems:
            connection.execute(sa.insert(words), stems)
        new = {
            (row.cycle_id, word)
            for row in found
            for text in [*row[4:], *names.get(row.category_id, [])]
            for word in WORD.findall(text.casefold().replace("ё", "е"))
        } - known
        known |= new
        if new:
            connection.execute(
                sa.insert(said), [{"cycle_id": cycle, "word": word} for cycle, word in new]
            )


def downgrade():
    op.drop_table("proposals_said_word")
    op.drop_table("proposals_word")
    for name in (MAP, PRICE, LIST):
        op.drop_index(name, PROPOSALS)
    op.drop_column(PROPOSALS, "listed_price")
    op.create_index(LIST, PROPOSALS, ["cycle_id", "status", "area_id", "category_id"])
