"""Phases open and close by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pb_portal.domain.checklist import CHECKS, failed, unanswered
from pb_portal.domain.distance import metres_between
from pb_portal.domain.phases import PhaseKind, current, is_open, of_kind, state_at, upcoming
from pb_portal.domain.rule_book import RuleBook

ALMATY = timezone(timedelta(hours=5))
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Span:
    kind: str
    starts_at: datetime
    ends_at: datetime


APPLICATIONS = Span(
    "applications", datetime(2026, 9, 1, tzinfo=ALMATY), datetime(2026, 10, 1, tzinfo=ALMATY)
)
REVIEW = Span("review", datetime(2026, 10, 1, tzinfo=ALMATY), datetime(2026, 10, 13, tzinfo=ALMATY))


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (APPLICATIONS.starts_at - TICK, "next"),
        (APPLICATIONS.starts_at, "now"),
        (APPLICATIONS.ends_at - TICK, "now"),
        (APPLICATIONS.ends_at, "past"),
    ],
)
def test_a_phase_holds_its_first_moment_and_not_its_last(moment: datetime, state: str) -> None:
    assert state_at(APPLICATIONS, moment) == state
    assert is_open(APPLICATIONS, moment) == (state == "now")


def test_midnight_is_that_of_the_city_and_not_of_utc() -> None:
    evening_before = datetime(2026, 8, 31, 18, 59, 59, tzinfo=UTC)
    assert not is_open(APPLICATIONS, evening_before)
    assert is_open(APPLICATIONS, evening_before + timedelta(seconds=1))


def test_one_phase_hands_over_to_the_next_without_a_gap_or_an_overlap() -> None:
    spans = [REVIEW, APPLICATIONS]
    assert current(spans, APPLICATIONS.ends_at - TICK) is APPLICATIONS
    assert current(spans, APPLICATIONS.ends_at) is REVIEW
    assert current(spans, REVIEW.ends_at) is None


def test_the_next_phase_is_the_nearest_ahead() -> None:
    assert upcoming([REVIEW, APPLICATIONS], APPLICATIONS.starts_at - TICK) is APPLICATIONS
    assert upcoming([REVIEW, APPLICATIONS], APPLICATIONS.starts_at) is REVIEW
    assert upcoming([REVIEW, APPLICATIONS], REVIEW.starts_at) is None


def test_a_phase_is_found_by_its_kind() -> None:
    assert of_kind([REVIEW, APPLICATIONS], PhaseKind.REVIEW) is REVIEW
    assert of_kind([REVIEW], PhaseKind.VOTING) is None


def test_the_digest_of_rules_depends_on_every_rule_and_not_on_their_order() -> None:
    rules = RuleBook()
    data = rules.to_dict()
    turned = RuleBook.from_dict(dict(reversed(data.items())))
    assert turned.digest() == rules.digest()
    for name, value in data.items():
        other = {"options": {"a": 1}}.get(name, not value if isinstance(value, bool) else None)
        changed = other if other is not None else (value + 1 if isinstance(value, int) else "x")
        assert RuleBook.from_dict({**data, name: changed}).digest() != rules.digest(), name


def test_the_canonical_rules_are_compact_sorted_json_in_utf8() -> None:
    text = RuleBook(options={"б": 1}).canonical().decode("utf-8")
    assert text.startswith('{"ballot_type":"approval","changeable":true,')
    assert '"options":{"б":1}' in text


def test_the_checklist_knows_what_is_unanswered_and_what_failed() -> None:
    answers = dict.fromkeys(CHECKS, "yes")
    assert unanswered(answers) == failed(answers) == []
    assert unanswered({**answers, "lawful": "perhaps"}) == ["lawful"]
    assert failed({**answers, "own": "no", "upkeep": "not_applicable"}) == ["own"]
    assert unanswered({}) == list(CHECKS)


def test_a_hundredth_of_a_degree_of_latitude_is_about_1112_metres() -> None:
    assert metres_between(43.24, 76.9, 43.25, 76.9) == 1112
    assert metres_between(43.24, 76.9, 43.24, 76.9) == 0
    assert metres_between(43.24, 76.90, 43.24, 76.91) == pytest.approx(810, abs=2)
