"""Block, let in again or strip of a role somebody who decides or watches a vote: only by two."""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

ROLES = "('registrar', 'commissioner', 'administrator', 'auditor')"
ALONE = "this needs two people"
HOLDS = f"EXISTS (SELECT 1 FROM accounts_role_grant WHERE person_id = NEW.id AND role IN {ROLES})"


def agreed(kind, person, further):
    return (
        f"EXISTS (SELECT 1 FROM approvals_request WHERE kind = '{kind}' AND state = 'approved' "
        f"AND concerns = {person} AND {further})"
    )


BLOCK = agreed("account.block", "NEW.id", "decided_at = NEW.blocked_at")
UNBLOCK = agreed("account.unblock", "NEW.id", "proposed_at >= OLD.blocked_at")
REVOKE = agreed("role.revoke", "OLD.person_id", "subject = 'grant:' || OLD.id")
SHUT = (
    f"{HOLDS} AND ((OLD.blocked_at IS NULL AND NEW.blocked_at IS NOT NULL AND NOT {BLOCK})"
    f" OR (OLD.blocked_at IS NOT NULL AND NEW.blocked_at IS NULL AND NOT {UNBLOCK}))"
)
# name, when, table, condition under which one person alone is refused
GUARDS = [
    ("keep_person_open", "UPDATE OF blocked_at", "accounts_person", SHUT),
    ("keep_role", "DELETE", "accounts_role_grant", f"OLD.role IN {ROLES} AND NOT {REVOKE}"),
    (
        "keep_role_whose",
        "UPDATE",
        "accounts_role_grant",
        f"(OLD.role IN {ROLES} OR NEW.role IN {ROLES}) AND (OLD.role <> NEW.role"
        " OR OLD.person_id <> NEW.person_id"
        " OR COALESCE(OLD.area_id, 0) <> COALESCE(NEW.area_id, 0))",
    ),
]


def upgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, when, table, condition in GUARDS:
        body = f"BEGIN SELECT RAISE(ABORT, '{ALONE}') WHERE {condition}; END"
        if postgres:
            back = "OLD" if when == "DELETE" else "NEW"
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {condition} THEN RAISE EXCEPTION '{ALONE}' USING ERRCODE = '23000'; END IF; "
                f"RETURN {back}; END $$"
            )
            body = f"EXECUTE FUNCTION {name}()"
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW {body}")


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, _when, table, _condition in GUARDS:
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION {name}()")
