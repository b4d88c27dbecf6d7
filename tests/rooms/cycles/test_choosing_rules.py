"""The counting rule of a cycle is chosen in a form, in words, until it is frozen."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pb_portal.audit.models import AuditEntry
from pb_portal.cycles import choosing
from pb_portal.cycles.queries import rules_of
from pb_portal.cycles.rules_form import BY_AREA
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.tally import names, parse_rule
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, signed
from tests.strict import StrictClient

FORM = {
    "min_choices": "1", "max_choices": "4", "minimum_votes": "5", "family": "equal-shares",
    "completion": "add1-exhaustive", "utility": "cost", "start": "exact", "step": "1000",
    "topup": "greedy", "comparison": "none", "ties": "lot", "fit": "stop", "near": "80",
    "awards": "0", "identity": ["phone", "paper_code"],
}  # fmt: skip


@pytest.mark.parametrize("family", choosing.FAMILIES)
@pytest.mark.parametrize("completion", choosing.COMPLETIONS)
def test_whatever_is_chosen_is_a_rule_that_counts(family: str, completion: str) -> None:
    odd = {"utility": "cardinality", "topup": "greedy", "comparison": "satisfaction",
           "ties": "cost-votes", "start": "floor", "step": "7", "fit": "skip", "near": "60",
           "awards": "1"}  # fmt: skip
    for options in ({}, dict(choosing.DEFAULTS), odd):
        rule = choosing.identifier(family, completion, options)
        assert str(parse_rule(rule)) == rule
        choosing.check_rules(RuleBook(counting_rule=rule))
    assert choosing.identifier(family, "", choosing.DEFAULTS) == family


def test_every_rule_of_the_tally_can_be_chosen() -> None:
    offered = {
        choosing.identifier(family, completion, {})
        for family in choosing.FAMILIES
        for completion in choosing.COMPLETIONS
    }
    assert offered == set(names())
    assert all(parse_rule(rule) for rule in BY_AREA)


@pytest.mark.parametrize(
    ("ballot", "rule"),
    [
        ("ranking", "phragmen"),
        ("points", "phragmen"),
        ("approval", "greedy:scoring=borda"),
        ("knapsack", "greedy:scoring=points"),
        ("approval", "no-such-rule"),
        ("approval", "phragmen:topup=greedy"),
    ],
)
def test_a_rule_that_makes_no_sense_for_the_ballots_is_refused(ballot: str, rule: str) -> None:
    with pytest.raises(Refusal, match="unfit"):
        choosing.check_rules(RuleBook(ballot_type=ballot, counting_rule=rule))


@pytest.mark.parametrize(
    ("ballot", "rule"),
    [("ranking", "greedy"), ("points", "equal-shares"), ("knapsack", "phragmen")],
)
def test_a_rule_that_fits_is_taken(ballot: str, rule: str) -> None:
    choosing.check_rules(RuleBook(ballot_type=ballot, counting_rule=rule))


def test_a_commissioner_chooses_and_residents_read_it_in_words(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.APPLICATIONS, areas=2, frozen=False)
    former = cycle.rule_book and cycle.rule_book.lot_seed
    code = cycle.areas[1].area.code
    sign_in(client, make_person(session, "commissioner"))
    address = f"/desk/cycles/{cycle.slug}/rules"
    for locale in ("kk", "ru", "en"):
        client.page(address, locale=locale)
    done = client.fill(address, {**FORM, f"area_{code}": "phragmen"})
    assert done.status_code == 302, done.get_data(as_text=True)[-2000:]
    session.expire_all()
    rules = rules_of(cycle)
    assert rules.rule_of("") == "equal-shares/add1-exhaustive:step=1000,topup=greedy"
    assert rules.rule_of(code) == "phragmen"
    assert (rules.max_choices, rules.minimum_votes) == (4, 5)
    assert rules.identity == ("phone", "paper_code")
    assert cycle.rule_book and cycle.rule_book.lot_seed != former, "a fresh lot for fresh rules"
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "rules.chosen")).one()
    page = client.page(f"/c/{cycle.slug}/rules")
    assert "Each voter gets an equal share of the money" in page
    assert "Money flows to all voters at the same pace" in page
    assert "By a code on paper, from a letter or the akimat." in page
    again = client.page(address)
    assert 'value="equal-shares" checked' in again
    assert "1000" in again


def test_figures_that_contradict_each_other_are_said_beside_their_field(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.APPLICATIONS, frozen=False)
    sign_in(client, make_person(session, "commissioner"))
    address = f"/desk/cycles/{cycle.slug}/rules"
    for wrong in (
        {"min_choices": "5"}, {"max_choices": ""}, {"step": "x"}, {"near": "0"},
        {"family": "nothing"}, {"completion": "nothing"}, {"max_choices": "9" * 30},
    ):  # fmt: skip
        answer = client.fill(address, {**FORM, **wrong})
        assert answer.status_code == 422, wrong


def test_frozen_rules_stay_and_others_may_not_choose(
    client: StrictClient, session: Session
) -> None:
    frozen = make_cycle(session, PhaseKind.VOTING)
    sign_in(client, make_person(session, "commissioner"))
    address = f"/desk/cycles/{frozen.slug}/rules"
    assert "cannot be changed" in client.page(address)
    assert client.fill(address, FORM, at="/me").status_code == 422
    open_cycle = make_cycle(session, PhaseKind.APPLICATIONS, frozen=False)
    for role in ("administrator", "auditor", "secretary"):
        person = make_person(session, role)
        with pytest.raises(Forbidden):
            choosing.choose_rules(session, signed(person), open_cycle, RuleBook())


def test_a_vote_nobody_can_enter_is_refused(client: StrictClient, session: Session) -> None:
    cycle = make_cycle(session, PhaseKind.APPLICATIONS, frozen=False)
    sign_in(client, make_person(session, "commissioner"))
    done = client.fill(f"/desk/cycles/{cycle.slug}/rules", {**FORM, "identity": []})
    assert done.status_code == 422
    assert "Choose at least one way" in done.text


def test_ways_to_prove_an_identity_leave_old_digests_alone() -> None:
    plain = RuleBook()
    assert plain.identity == ("phone",)
    assert "identity" not in plain.to_dict()["options"]
    assert RuleBook(options={"identity": ["openid", "phone", "x"]}).identity == ("phone", "openid")


def test_the_kind_of_ballot_is_chosen_and_previewed_before_it_is_kept(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session, PhaseKind.APPLICATIONS, areas=2, frozen=False)
    sign_in(client, make_person(session, "commissioner"))
    address = f"/desk/cycles/{cycle.slug}/rules"
    points = {
        **FORM, "ballot_type": "points", "scope": "own_and_one", "limits": "area",
        "max_points": "10", "least_points": "2", "most_points": "6", "spend_all": "y",
    }  # fmt: skip
    shown = client.fill(address, {**points, "preview": "1"})
    assert shown.status_code == 200
    told = (
        "Share 10 points among the proposals. Give them to at most 4. One proposal gets from 2 to "
        "6. All must be given. This holds for each district by itself."
    )
    assert told in shown.text
    session.expire_all()
    assert rules_of(cycle).ballot_type == "approval", "looking keeps nothing"
    assert client.fill(address, points).status_code == 302
    session.expire_all()
    rules = rules_of(cycle)
    assert (rules.ballot_type, rules.scope, rules.max_points) == ("points", "own_and_one", 10)
    assert (rules.least_points, rules.most_points, rules.spend_all) == (2, 6, True)
    assert rules.limits_by_area
    assert told in client.page(f"/c/{cycle.slug}/rules")
    assert (
        client.fill(address, {**FORM, "ballot_type": "approval", "scope": "own_area"}).status_code
        == 302
    )
    session.expire_all()
    assert "ballot" not in rules_of(cycle).options, "what does not apply is not in the book"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ballot_type": "points", "max_points": "0"}, "how many points"),
        ({"ballot_type": "points", "max_points": "5", "most_points": "6"}, "not over 5"),
        (
            {"ballot_type": "points", "max_points": "5", "least_points": "3", "min_choices": "2"},
            "at least 6 points",
        ),
        (
            {"ballot_type": "points", "max_points": "9", "most_points": "2", "spend_all": "y"},
            "8 points at most",
        ),
        ({"ballot_type": "ranking", "max_choices": "1"}, "at least two places"),
        ({"ballot_type": "ranking", "family": "phragmen"}, "makes no sense for ballots"),
        ({"scope": "anywhere"}, "one district only"),
    ],
)
def test_a_ballot_that_nobody_could_mark_is_refused_in_a_sentence(
    client: StrictClient, session: Session, changes: dict[str, str], words: str
) -> None:
    cycle = make_cycle(session, PhaseKind.APPLICATIONS, frozen=False)
    sign_in(client, make_person(session, "commissioner"))
    address = f"/desk/cycles/{cycle.slug}/rules"
    for extra in ({}, {"preview": "1"}):
        answer = client.fill(address, {**FORM, **changes, **extra})
        assert answer.status_code == (200 if extra else 422)
        assert words in answer.text
