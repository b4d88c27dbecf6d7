"""Name the person a request for four eyes is about: neither proposer nor approver."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

NAME = "ck_approvals_request_not_about_oneself"
RULE = (
    "concerns IS NULL OR (concerns <> proposed_by AND (decided_by IS NULL OR concerns <> decided_by))"
)


def upgrade():
    if op.get_bind().dialect.name == "sqlite":
        # Rebuilding the table would break triggers and keys of other tables that point at it.
        op.execute(
            f"ALTER TABLE approvals_request ADD COLUMN concerns INTEGER CONSTRAINT {NAME} CHECK ({RULE})"
        )
        return
    op.add_column("approvals_request", sa.Column("concerns", sa.Integer(), nullable=True))
    op.create_check_constraint(op.f(NAME), "approvals_request", RULE)


def downgrade():
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(NAME), "approvals_request", type_="check")
    op.execute("ALTER TABLE approvals_request DROP COLUMN concerns")
