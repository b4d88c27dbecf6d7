"""Let an order's index answer the filters too, so that a rare combination reads no text in vain."""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLE = "proposals_proposal"
ORDERS = {"lot": "lot", "supports": "supports_count", "price": "listed_price"}
FILTERS = ["status", "area_id", "category_id", "listed_price"]


def upgrade():
    for name, column in ORDERS.items():
        beside = [one for one in FILTERS if one != column]
        replace(name, ["cycle_id", column, "id", *beside])


def downgrade():
    for name, column in ORDERS.items():
        replace(name, ["cycle_id", column, "id"])


def replace(name, columns):
    op.drop_index(f"ix_proposals_proposal_{name}", TABLE)
    op.create_index(f"ix_proposals_proposal_{name}", TABLE, columns)
