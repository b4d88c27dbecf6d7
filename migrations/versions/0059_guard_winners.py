"""Only a certified result makes winners, and only winners become projects of a vote.

Once the rules of a vote are frozen nothing comes onto its ballot or leaves it; a proposal is selected
or passed over only as the certified result says; a result is certified only by the request of its
two commissioners; a project chosen by residents needs its certified winner.
"""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

ON = "('admitted', 'selected', 'not_selected')"
FROZEN = (
    "EXISTS (SELECT 1 FROM cycles_rule_book b JOIN cycles_cycle c ON c.id = b.cycle_id"
    " WHERE b.cycle_id = {row}.cycle_id AND b.frozen_at IS NOT NULL AND NOT c.is_imported)"
)
RESULT = (
    "EXISTS (SELECT 1 FROM results_proposal r JOIN results_count_run n ON n.id = r.run_id"
    " WHERE r.proposal_id = {proposal} AND n.state = 'certified' AND {won})"
)
OF_CYCLE = " n.cycle_id = NEW.cycle_id AND "
HOME = "NOT EXISTS (SELECT 1 FROM cycles_cycle c WHERE c.id = NEW.cycle_id AND c.is_imported)"
BALLOT = "what stands on the ballot is fixed with the rule book"
FINAL = "a certified count is final"
SIGNED = "a result needs two commissioners"
WINNERS = "only a certified winner becomes a project of a vote"
FIXED = "this is fixed with the rule book"


def differ(*columns):
    return " OR ".join(f"OLD.{column} {{differs}} NEW.{column}" for column in columns)


def frozen(row):
    return FROZEN.replace("{row}", row)


def result(proposal, won="r.selected", *, of_cycle=True):
    told = (OF_CYCLE if of_cycle else " ") + won
    return RESULT.replace("{proposal}", proposal).replace(" {won}", told)


STEP = (
    f"NEW.status = OLD.status OR (OLD.status NOT IN {ON} AND NEW.status NOT IN {ON})"
    " OR (OLD.status = 'admitted' AND ((NEW.status = 'selected' AND "
    + result("NEW.id")
    + ") OR (NEW.status = 'not_selected' AND "
    + result("NEW.id", "NOT r.selected")
    + ")))"
)
# a row that REPLACE would throw away
OTHER_PAPER = (
    "EXISTS (SELECT 1 FROM proposals_proposal p WHERE (p.id = NEW.id"
    f" OR (p.cycle_id = NEW.cycle_id AND p.number = NEW.number)) AND p.status IN {ON}"
    f" AND {frozen('p')})"
)
IN_FINAL = "EXISTS (SELECT 1 FROM results_count_run n WHERE n.id = {row}.run_id AND n.state = 'certified'"
AGREED = (
    "EXISTS (SELECT 1 FROM approvals_request a WHERE a.kind = 'result.certify'"
    " AND a.state = 'approved' AND a.cycle_id = NEW.cycle_id AND a.subject = 'count:' || NEW.id"
    " AND a.proposed_by = NEW.first_commissioner_id AND a.decided_by = NEW.second_commissioner_id)"
)
OTHER_RUN = (
    "EXISTS (SELECT 1 FROM results_count_run n WHERE n.state = 'certified' AND (n.id = NEW.id"
    " OR (n.cycle_id = NEW.cycle_id AND NEW.state = 'certified')))"
)


def same_row(table, column):
    return (
        f"EXISTS (SELECT 1 FROM {table} r JOIN results_count_run n ON n.id = r.run_id"
        " WHERE n.state = 'certified' AND (r.id = NEW.id"
        f" OR (r.run_id = NEW.run_id AND r.{column} = NEW.{column})))"
    )


def into_final(table, column):
    """Rows of a certified count of our own are complete; imported ones come after their count."""
    ours = " AND NOT n.imported)"
    return f"{IN_FINAL.replace('{row}', 'NEW')}{ours} OR {same_row(table, column)}"


OURS = "NEW.origin = 'participatory'"
PROMISE = (
    "origin", "cycle_id", "proposal_id", "number", "promised_sum",
)  # fmt: skip
# table, name, event, condition, message
GUARDS = [
    (
        "proposals_proposal",
        "ballot_update",
        "UPDATE OF id, cycle_id, area_id, number, cost, reviewed_cost, status",
        f"({frozen('OLD')} AND OLD.status IN {ON} AND ("
        + differ("id", "cycle_id", "area_id", "number", "cost", "reviewed_cost")
        + f")) OR ({frozen('NEW')} AND (NOT ({STEP}) OR (NEW.status IN {ON}"
        " AND OLD.cycle_id <> NEW.cycle_id)))"
        f" OR (({differ('id', 'number')}) AND {OTHER_PAPER})",
        BALLOT,
    ),
    (
        "proposals_proposal",
        "ballot_insert",
        "INSERT",
        f"({frozen('NEW')} AND NEW.status IN {ON}) OR {OTHER_PAPER}",
        BALLOT,
    ),
    (
        "proposals_proposal",
        "ballot_delete",
        "DELETE",
        f"{frozen('OLD')} AND OLD.status IN {ON}",
        BALLOT,
    ),
    (
        "results_count_run",
        "certify_update",
        "UPDATE",
        f"({differ('id', 'cycle_id', 'imported', 'official')})"
        " OR (NEW.state = 'certified' AND OLD.state <> 'certified'"
        f" AND (NOT {AGREED} OR {OTHER_RUN}))",
        SIGNED,
    ),
    (
        "results_count_run",
        "certify_insert",
        "INSERT",
        f"((NEW.state = 'certified' OR NEW.imported OR NEW.official) AND {HOME}) OR {OTHER_RUN}",
        SIGNED,
    ),
    *(
        guard
        for table, column in (("results_proposal", "proposal_id"), ("results_area", "area_id"))
        for guard in (
            (table, "final_insert", "INSERT", into_final(table, column), FINAL),
            (table, "final_update", "UPDATE OF id, run_id", differ("id", "run_id"), FINAL),
        )
    ),
    (
        "projects_project",
        "winner_insert",
        "INSERT",
        f"{OURS} AND NOT {result('NEW.proposal_id')}",
        WINNERS,
    ),
    (
        "projects_project",
        "winner_update",
        f"UPDATE OF {', '.join(PROMISE)}",
        f"(OLD.origin = 'participatory' OR {OURS}) AND ({differ(*PROMISE)})",
        WINNERS,
    ),
    ("projects_project", "winner_delete", "DELETE", "OLD.origin = 'participatory'", WINNERS),
    (
        "projects_proposal",
        "winner_insert",
        "INSERT",
        f"NOT {result('NEW.proposal_id', of_cycle=False)} OR NOT EXISTS (SELECT 1 FROM"
        " projects_project p JOIN proposals_proposal w ON w.cycle_id = p.cycle_id"
        " WHERE p.id = NEW.project_id AND p.origin = 'participatory' AND w.id = NEW.proposal_id)",
        WINNERS,
    ),
    ("projects_proposal", "winner_update", "UPDATE", differ("project_id", "proposal_id", "part"),
     WINNERS),
    ("projects_proposal", "winner_delete", "DELETE", "OLD.part > 0", WINNERS),
    (
        "cycles_cycle",
        "fixed_update",
        "UPDATE OF id, slug, city, currency, minor_units, is_imported",
        "EXISTS (SELECT 1 FROM cycles_rule_book b WHERE b.cycle_id = OLD.id"
        " AND b.frozen_at IS NOT NULL) AND ("
        + differ("id", "slug", "city", "currency", "minor_units", "is_imported")
        + ")",
        FIXED,
    ),
    ("cycles_area", "fixed_insert", "INSERT", frozen("NEW"), FIXED),
]  # fmt: skip
EMPTIED = (
    "proposals_proposal",
    "results_count_run",
    "results_area",
    "results_proposal",
    "projects_project",
    "projects_proposal",
)


def upgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for operation in ("update", "delete"):
        on = " ON proposals_proposal" if postgres else ""
        op.execute(f"DROP TRIGGER fix_proposals_proposal_{operation}{on}")
    if postgres:
        op.execute("DROP FUNCTION fix_proposals_proposal()")
    for table, name, event, condition, message in GUARDS:
        differs = "IS DISTINCT FROM" if postgres else "IS NOT"
        guard(f"{table}_{name}", table, event, condition.replace("{differs}", differs), message)
    if not postgres:
        # REPLACE fires no trigger of deletion where recursive triggers are off.
        guard("voting_ballot_replace", "voting_ballot", "INSERT", BALLOT_THERE, "ballots are append-only")
        guard("cycles_rule_book_replace", "cycles_rule_book", "INSERT", RULES_THERE, "the rule book is frozen")
        return
    op.execute(
        "CREATE FUNCTION refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'results are kept' USING ERRCODE = '23000'; END $$"
    )
    for table in EMPTIED:
        op.execute(
            f"CREATE TRIGGER guard_{table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_emptying()"
        )


BALLOT_THERE = (
    "EXISTS (SELECT 1 FROM voting_ballot b WHERE b.leaf = NEW.leaf OR (b.cycle_id = NEW.cycle_id"
    " AND b.ballot_key = NEW.ballot_key AND b.revision = NEW.revision))"
)
RULES_THERE = (
    "EXISTS (SELECT 1 FROM cycles_rule_book b"
    " WHERE b.cycle_id = NEW.cycle_id AND b.frozen_at IS NOT NULL)"
)


def guard(name, table, event, condition, message):
    if op.get_bind().dialect.name != "postgresql":
        op.execute(
            f"CREATE TRIGGER guard_{name} BEFORE {event} ON {table} FOR EACH ROW "
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    row = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23000'; "
        f"END IF; RETURN {row}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER guard_{name} BEFORE {event} ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION guard_{name}()"
    )


def downgrade():
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, name, *_ in GUARDS:
        op.execute(f"DROP TRIGGER guard_{table}_{name}" + (f" ON {table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION guard_{table}_{name}()")
    if postgres:
        for table in EMPTIED:
            op.execute(f"DROP TRIGGER guard_{table}_truncate ON {table}")
        op.execute("DROP FUNCTION refuse_emptying()")
    else:
        op.execute("DROP TRIGGER guard_voting_ballot_replace")
        op.execute("DROP TRIGGER guard_cycles_rule_book_replace")
    fix_former(postgres)


def fix_former(postgres):
    """The guard of migration 0047."""
    once = "OLD.status = 'admitted' AND EXISTS (SELECT 1 FROM cycles_rule_book WHERE cycle_id = OLD.cycle_id AND frozen_at IS NOT NULL)"
    columns = ("cycle_id", "area_id", "number", "cost", "reviewed_cost")
    changed = differ(*columns).replace("{differs}", "IS DISTINCT FROM" if postgres else "IS NOT")
    changed += f" OR NEW.status NOT IN {ON}"
    if postgres:
        op.execute(
            "CREATE FUNCTION fix_proposals_proposal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {once} THEN IF TG_OP = 'DELETE' THEN "
            f"RAISE EXCEPTION '{BALLOT}' USING ERRCODE = '23000'; END IF; IF {changed} THEN "
            f"RAISE EXCEPTION '{BALLOT}' USING ERRCODE = '23000'; END IF; END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
    listed = f"UPDATE OF {', '.join(columns)}, status"
    for event, condition in ((listed, f"{once} AND ({changed})"), ("DELETE", once)):
        body = (
            "FOR EACH ROW EXECUTE FUNCTION fix_proposals_proposal()"
            if postgres
            else f"FOR EACH ROW WHEN {condition} BEGIN SELECT RAISE(ABORT, '{BALLOT}'); END"
        )
        op.execute(
            f"CREATE TRIGGER fix_proposals_proposal_{event.split()[0].lower()} BEFORE {event} "
            f"ON proposals_proposal {body}"
        )
