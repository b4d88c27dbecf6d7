"""Whether a person is unknown or the data do not fit costs the same statements, by every way."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from pb_portal.domain.refusal import Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.domain.signature import ANYONE, Signature
from pb_portal.register.identity import PROVIDERS, Desk, packages
from pb_portal.register.identity.openid import Vouched
from pb_portal.register.identity.operator import Seen
from pb_portal.register.identity.paper_code import Held
from pb_portal.register.service import Claim, ask_code
from tests.factories import make_person, signed
from tests.factories.voting import KEY, make_iin, make_vote, make_voter

TODAY = date(2026, 11, 1)
RULES = RuleBook(options={"identity": ["phone", "paper_code", "openid", "operator"]})


def evidence(way: str, iin: str, born: date):
    code = packages.fresh_codes(1)[0].replace("-", "")
    return {
        "paper_code": Held(iin, born, code),
        "openid": Vouched(iin, born),
        "operator": Seen(iin, born, TODAY),
    }[way]


@pytest.mark.parametrize("way", ["phone", "paper_code", "openid", "operator"])
def test_unknown_and_mismatched_people_cost_the_same_statements(session, way):
    cycle, _ = make_vote(session, rules=RULES)
    voter = make_voter(session, cycle)
    by = Signature(ANYONE, datetime.now(UTC))
    if way == "operator":
        by = signed(make_person(session, "registrar"))
    desk = Desk(cycle.id, KEY, "10.0.0.1", "kk")
    session.flush()
    made: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *a: made.append(a[2]))
    seen = []
    for iin, born in ((make_iin(voter.born), voter.born), (voter.iin, date(1991, 1, 1))):
        session.expunge_all()
        made.clear()
        if way == "phone":
            ask_code(session, by, desk, Claim(iin, born, voter.phone))
        else:
            with pytest.raises(Refusal, match=r"identity\.not_matched"):
                PROVIDERS[way].prove(session, by, desk, evidence(way, iin, born), RULES)
        seen.append([one.split()[0] for one in made])
    assert seen[0] == seen[1] and seen[0], seen


def test_every_way_of_a_rule_book_has_its_provider():
    assert set(PROVIDERS) == set(RULES.identity)
    assert all(one.code == code for code, one in PROVIDERS.items())
