"""What the vote is held under is fixed before it opens: the database itself refuses any change."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from pb_portal.cycles import service as cycles
from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from tests.factories.voting import make_vote

RULES = [
    "UPDATE cycles_rule_book SET content = '{}' WHERE cycle_id = :cycle",
    "UPDATE cycles_rule_book SET digest = 'x' WHERE cycle_id = :cycle",
    "UPDATE cycles_rule_book SET lot_seed = 'x' WHERE cycle_id = :cycle",
    "UPDATE cycles_rule_book SET frozen_at = NULL WHERE cycle_id = :cycle",
    "DELETE FROM cycles_rule_book WHERE cycle_id = :cycle",
    "INSERT INTO cycles_rule_book SELECT * FROM cycles_rule_book WHERE cycle_id = :cycle",
]
REPLACED = [
    "INSERT OR REPLACE INTO cycles_rule_book SELECT * FROM cycles_rule_book WHERE cycle_id = :cycle"
]
MONEY = [
    "UPDATE cycles_area SET budget = budget + 1 WHERE cycle_id = :cycle",
    "UPDATE cycles_area SET area_id = area_id + 1 WHERE cycle_id = :cycle",
    "DELETE FROM cycles_area WHERE cycle_id = :cycle",
]
BALLOT = [
    "UPDATE proposals_proposal SET cost = cost + 1 WHERE id = :paper",
    "UPDATE proposals_proposal SET reviewed_cost = 1 WHERE id = :paper",
    "UPDATE proposals_proposal SET number = number + 100 WHERE id = :paper",
    "UPDATE proposals_proposal SET status = 'withdrawn' WHERE id = :paper",
    "DELETE FROM proposals_proposal WHERE id = :paper",
]


@pytest.mark.parametrize("attack", [*RULES, *MONEY, *BALLOT])
def test_the_database_refuses(session, attack):
    cycle, papers = make_vote(session)
    named = {name: value for name, value in (("cycle", cycle.id), ("paper", papers[0].id))}
    values = {name: value for name, value in named.items() if f":{name}" in attack}
    with pytest.raises(DatabaseError), session.begin_nested():
        session.execute(text(attack), values)


def test_a_row_cannot_be_replaced_past_its_guard(session):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("REPLACE is SQLite's")
    cycle, _ = make_vote(session)
    for attack in REPLACED:
        with pytest.raises(DatabaseError, match="frozen"), session.begin_nested():
            session.execute(text(attack), {"cycle": cycle.id})


def test_titles_may_be_mended_and_open_rules_changed(session):
    """The guard stands before money and rules, not before a spelling mistake."""
    cycle, papers = make_vote(session, frozen=False)
    session.execute(text(BALLOT[0]), {"paper": papers[0].id})
    session.execute(text(MONEY[0]), {"cycle": cycle.id})
    frozen, more = make_vote(session)
    session.execute(
        text("UPDATE proposals_proposal SET title = 'Mended' WHERE id = :paper"),
        {"paper": more[0].id},
    )
    assert frozen.id != cycle.id


def test_the_application_refuses_other_rules_too(session):
    cycle, _ = make_vote(session)
    with pytest.raises(Refusal, match=r"rules\.frozen"):
        cycles.write_rules(session, cycle, RuleBook())
