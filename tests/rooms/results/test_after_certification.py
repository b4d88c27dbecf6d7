"""What a certified result offers: steps, comparison, trials, protocol, bundle."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from pb_portal.accounts.models import Person
from pb_portal.cycles.models import Cycle
from pb_portal.db import Missing
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.refusal import Forbidden, Refusal
from pb_portal.domain.rule_book import RuleBook
from pb_portal.results import bundles, queries, replay, rounds, service, study, whatif
from pb_portal.results.models import Alternative, CountRun, Margin
from pb_portal.tally.bundle import verify
from pb_portal.tally.pabulib import read
from pb_portal.tally.whatif import highest_cost, voters_lacking
from tests.conftest import sign_in
from tests.factories import SIGNER, make_cycle, make_person, make_proposal, signed
from tests.strict import StrictClient

ZONE = ZoneInfo("Asia/Almaty")
LOCALES = ("kk", "ru", "en")
SHARES = "equal-shares/add1-exhaustive:topup=greedy"
Certify = Callable[[Cycle], CountRun]


@pytest.fixture
def certify(session: Session) -> Certify:
    """Count, certify and bundle a cycle."""

    def done(cycle: Cycle) -> CountRun:
        first, second = (make_person(session, "commissioner") for _ in range(2))
        run = service.count(session, signed(first), cycle, SIGNER)
        request = service.propose_certification(session, signed(first), run)
        service.decide_certification(session, signed(second), request, approve=True, signer=SIGNER)
        bundles.keep(session, run.id, SIGNER, ZONE)
        session.commit()
        return run

    return done


@pytest.fixture
def many(session: Session, cast) -> Cycle:
    """One district in which 300 voted, counted by equal shares."""
    cycle = make_cycle(session, PhaseKind.RESULTS, budget=300, rules=RuleBook(counting_rule=SHARES))
    ideas = [
        make_proposal(session, cycle, number=number, cost=cost, status="admitted")
        for number, cost in enumerate((100, 100, 90, 80, 70), start=1)
    ]
    for voter in range(queries.FEW):
        first = ideas[0] if voter < 160 else ideas[1]
        cast(cycle, f"v{voter}", [first, ideas[2 + voter % 3]])
    return cycle


@pytest.fixture
def commissioner(session: Session) -> Person:
    return make_person(session, "commissioner")


def test_the_bundle_is_kept_rebuilt_to_the_byte_and_holds_for_a_stranger(
    client: StrictClient, session: Session, many: Cycle, certify: Certify
) -> None:
    client.page(f"/c/{many.slug}/results/bundle.zip", 404)
    run = certify(many)
    kept = bundles.find(session, run)
    assert kept is not None
    answer = client.get(f"/c/{many.slug}/results/bundle.zip")
    assert answer.data == kept.data == bundles.make(session, run.id, SIGNER, ZONE).data
    assert answer.headers["ETag"] == f'"{kept.sha256}"'
    report = verify(io.BytesIO(kept.data), key=SIGNER.public_key)
    assert report.holds, [finding for finding in report.findings if finding.kind == "differs"]
    said = " ".join(finding.text for finding in report.findings)
    assert "300 ballots counted by equal-shares" in said
    assert "signatures on heads of the ledger fit" in said
    page = client.page(f"/c/{many.slug}/results")
    assert SIGNER.public_key in page
    assert SIGNER.public_key in client.page(f"/c/{many.slug}/rules")
    key = client.get("/.well-known/portal-signing-key.json").json
    assert key == {"algorithm": "Ed25519", "public_key": SIGNER.public_key}


def test_a_bundle_of_few_ballots_holds_totals_only(
    session: Session, voted: Cycle, certify: Certify
) -> None:
    run = certify(voted)
    kept = bundles.find(session, run)
    assert kept is not None
    names = zipfile.ZipFile(io.BytesIO(kept.data)).namelist()
    assert not [name for name in names if name.endswith(".pb")]
    assert verify(io.BytesIO(kept.data)).holds


def test_what_is_kept_of_a_certified_count_cannot_be_rewritten(
    session: Session, many: Cycle, certify: Certify
) -> None:
    certify(many)
    study.study(session, 60)
    for change in (
        "UPDATE results_bundle SET sha256 = ''",
        "DELETE FROM results_bundle",
        "UPDATE results_margin SET more_voters = 1",
        "DELETE FROM results_alternative",
    ):
        with pytest.raises(DatabaseError, match="final"), session.begin_nested():
            session.execute(text(change))


def test_a_sealed_count_has_no_bundle_and_no_replay(
    session: Session, many: Cycle, commissioner: Person
) -> None:
    run = service.count(session, signed(commissioner), many, SIGNER)
    with pytest.raises(Missing):
        bundles.make(session, run.id, SIGNER, ZONE)
    with pytest.raises(Refusal, match="not_past"):
        replay.past_elections(session, many)


def test_margins_are_what_full_recounts_say(
    session: Session, many: Cycle, certify: Certify
) -> None:
    run = certify(many)
    while study.study(session, 60):
        pass
    (past,) = replay.past_elections(session, many)
    won = queries.winners_of(session, many.id)
    margins = session.scalars(select(Margin).where(Margin.run_id == run.id)).all()
    assert len(margins) == 5
    names = {line.proposal_id: str(line.number) for line in queries.sections(session, run)[0].lines}
    for one in margins:
        known = (past.election, SHARES, past.ties, names[one.proposal_id])
        cost = highest_cost(*known)
        assert one.top_cost == (None if cost is None else cost // 100)
        lacking = None if one.proposal_id in won else voters_lacking(*known)
        assert one.more_voters == lacking
    assert not study.study(session, 60), "nothing is left to find out"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_result_page_gives_numbers_and_margins(
    client: StrictClient, session: Session, many: Cycle, certify: Certify, locale: str
) -> None:
    certify(many)
    study.study(session, 60)
    page = client.page(f"/c/{many.slug}/results", locale=locale)
    assert page.count('class="result-more"') == 5
    told = {
        "en": ("In numbers", "for it alone it would have won", "At a cost up to", "On the portal"),
        "ru": ("В цифрах", "только за неё", "При стоимости до", "На портале"),
        "kk": ("Санмен", "Тек осыған", "Құны", "Порталда"),
    }
    for words in told[locale]:
        assert words in page


@pytest.mark.parametrize("locale", LOCALES)
def test_rules_are_compared_after_certification_only(
    client: StrictClient, session: Session, many: Cycle, certify: Certify, locale: str
) -> None:
    client.page(f"/c/{many.slug}/results/compare", 404, locale)
    run = certify(many)
    assert "rule-card" not in client.page(f"/c/{many.slug}/results/compare", locale=locale)
    study.study(session, 60)
    rules = session.scalars(select(Alternative.rule).where(Alternative.run_id == run.id)).all()
    assert {"greedy", "phragmen", SHARES} <= set(rules)
    page = client.page(f"/c/{many.slug}/results/compare", locale=locale)
    assert page.count('<li class="rule-card') == len(rules)
    assert page.count("rule-card--own") == 1


def test_where_few_voted_nothing_is_compared(
    client: StrictClient, session: Session, voted: Cycle, certify: Certify
) -> None:
    certify(voted)
    study.study(session, 60)
    page = client.page(f"/c/{voted.slug}/results/compare")
    assert page.count("Fewer than 300 people voted here") == 2
    assert "rule-card" not in page


def test_fewer_than_ten_are_not_counted_out(session: Session, many: Cycle, certify) -> None:
    run = certify(many)
    told = {"winners": [1], "cost": 100, "happy": 9, "voters": 300}
    section = queries.sections(session, run)[0]
    row = whatif.row_of("greedy", told, {1}, section.lines)
    assert (row.happy, row.percent) == (None, None)
    run.turnout = {**run.turnout, "channels": {"portal": 295, "paper": 5}}
    assert "channels" not in queries.public_turnout(run)
    session.expire(run)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_count_is_walked_step_by_step(
    client: StrictClient, session: Session, voted: Cycle, certify: Certify, locale: str
) -> None:
    run = certify(voted)
    section = queries.sections(session, run)[0]
    steps = rounds.steps_of(section)
    assert [(step.line.number, step.won) for step in steps][:2] == [(1, True), (2, False)]
    assert (steps[0].before, steps[0].after) == (100, 40)
    assert steps[-1].after == section.left
    address = f"/c/{voted.slug}/results/{section.area.code}/rounds"
    for query in ("", "?round=2", "?round=99", "?round=-1", "?round=x", "?round=9" * 3):
        page = client.page(address + query, locale=locale)
        assert page.count("walk__column--now") == 1
    assert "round=1#walk" in client.page(address + "?round=2", locale=locale)
    client.page(f"/c/{voted.slug}/results/nowhere/rounds", 404, locale)


def test_rounds_of_equal_shares_end_with_what_is_left(
    session: Session, many: Cycle, certify: Certify
) -> None:
    run = certify(many)
    section = queries.sections(session, run)[0]
    steps = rounds.steps_of(section)
    assert all(step.won and step.after == step.before - step.line.cost for step in steps)
    assert steps[-1].after == section.left
    assert {step.line.number for step in steps} == {line.number for line in section.won}
    assert sum(part.width for part in rounds.segments(section, steps, len(steps))) <= 100


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_the_protocol_is_a_pdf_with_both_commissioners(
    client: StrictClient, session: Session, voted: Cycle, certify: Certify, language: str
) -> None:
    client.page(f"/c/{voted.slug}/results/protocol-{language}.pdf", 404)
    certify(voted)
    answer = client.get(f"/c/{voted.slug}/results/protocol-{language}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF")
    again = client.get(f"/c/{voted.slug}/results/protocol-{language}.pdf")
    assert again.data == answer.data
    client.page(f"/c/{voted.slug}/results/protocol-de.pdf", 404)


def test_all_ballots_come_in_one_archive(
    client: StrictClient, many: Cycle, voted: Cycle, certify: Certify
) -> None:
    client.page(f"/c/{many.slug}/results/ballots.zip", 404)
    for cycle in (many, voted):
        certify(cycle)
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/c/{many.slug}/results/ballots.zip").data))
    (name,) = archive.namelist()
    assert re.fullmatch(r"Kazakhstan_[\w.-]+_\d{4}_[\w.-]+\.pb", name)
    assert read(archive.read(name)).election.voters == 300
    few = zipfile.ZipFile(io.BytesIO(client.get(f"/c/{voted.slug}/results/ballots.zip").data))
    assert all(name.endswith("_totals.csv") for name in few.namelist())
    assert len(few.namelist()) == 2


def test_a_past_vote_is_tried_by_other_rules_budgets_and_limits(
    session: Session, many: Cycle, certify: Certify, commissioner: Person
) -> None:
    certify(many)
    plain = whatif.Scenario()
    tried = [
        plain,
        replace(plain, rule="greedy", budget=50),
        replace(plain, rule="greedy", threshold=150),
        replace(plain, rule="greedy", cap=95),
        replace(plain, rule="greedy:scoring=borda"),
    ]
    (area,) = whatif.replay(session, commissioner.actor(), many, tried)
    as_was, half, strict, capped, unfit = area.rows
    assert as_was and half and strict and capped
    assert not as_was.gained and not as_was.lost
    assert half.cost <= 150
    assert strict.winners == 1
    assert {line.number for line in capped.lost} >= {1}
    assert unfit is None


def test_the_running_vote_is_never_tried(
    client: StrictClient, session: Session, many: Cycle, commissioner: Person, certify: Certify
) -> None:
    running = make_cycle(session, PhaseKind.VOTING)
    with pytest.raises(Refusal, match="not_past"):
        whatif.replay(session, commissioner.actor(), many, [whatif.Scenario()])
    certify(many)
    sign_in(client, commissioner)
    page = client.page("/desk/what-if")
    assert many.slug in page
    assert running.slug not in page
    client.page(f"/desk/what-if?cycle={running.slug}", 422)
    client.page("/desk/what-if?cycle=nowhere", 422)
    client.page(f"/desk/what-if?cycle={many.slug}&budget_a=abc&rule_a=nothing", 422)
    for locale in LOCALES:
        found = client.page(
            f"/desk/what-if?cycle={many.slug}&rule_a=greedy&budget_a=50&cap_b=90", locale=locale
        )
        assert found.count('<li class="rule-card') == 3
    with pytest.raises(Forbidden):
        whatif.replay(session, make_person(session, "auditor").actor(), many, [])
