"""Attack: one person votes in a district, and a neighbour looks for the choice in the result.

From figures, from differences of figures, from orders and reasons, and from digests whose seed is
published.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from pb_portal.cycles.models import Cycle
from pb_portal.domain import ledger
from pb_portal.domain.phases import PhaseKind
from pb_portal.domain.rule_book import RuleBook
from pb_portal.proposals.models import Proposal
from pb_portal.results import bundles, elections, protocol, queries, service, study, whatif
from pb_portal.results.models import CountRun
from pb_portal.signing import Signer
from pb_portal.tally.bundle import verify
from pb_portal.voting import queries as voting
from pb_portal.voting.models import Ballot
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal, signed
from tests.factories.voting import mark_participation
from tests.strict import StrictClient

SIGNER, ZONE = Signer("test-signing"), ZoneInfo("Asia/Almaty")
LARGE, ALONE, SHIELD = 0, 1, 2
BALLOTS = {LARGE: 37, ALONE: 1, SHIELD: 13}
NUMBERS = {LARGE: (11, 12), ALONE: (21, 22, 23, 24), SHIELD: (31, 32)}


def put(session: Session, cycle: Cycle, voter: str, chosen: list[Proposal]) -> None:
    area_id, choices, nonce = chosen[0].area_id or 0, [one.id for one in chosen], voter.zfill(32)
    name = f"box-{voter}"
    written = ledger.canonical(cycle.id, name, 1, area_id, choices, [])
    session.add(
        Ballot(
            cycle_id=cycle.id, ballot_key=name, revision=1, area_id=area_id, choices=choices,
            points=[], nonce=nonce, leaf=ledger.leaf(written, nonce),
        )
    )  # fmt: skip
    mark_participation(session, cycle, voter)


@pytest.fixture
def cycle(session: Session) -> Cycle:
    """Three districts; in the second one person chose № 22 and № 24, of which one was paid for."""
    made = make_cycle(
        session, PhaseKind.RESULTS, areas=3, budget=100, rules=RuleBook(max_choices=3)
    )
    author = make_person(session)
    papers = {
        number: make_proposal(
            session, made, number=number, cost=60, area=made.areas[place].area, status="admitted",
            title=f"Idea {number}", author_id=author.id,
        )
        for place, numbers in NUMBERS.items()
        for number in numbers
    }  # fmt: skip
    session.flush()
    chosen = {LARGE: [11], ALONE: [22, 24], SHIELD: [32]}
    serial = 1
    for place, people in BALLOTS.items():
        for _ in range(people):
            put(session, made, f"{serial:04x}", [papers[number] for number in chosen[place]])
            serial += 1
    session.flush()
    return made


@pytest.fixture
def run(session: Session, cycle: Cycle) -> CountRun:
    first, second = (make_person(session, "commissioner") for _ in range(2))
    counted = service.count(session, signed(first), cycle, SIGNER)
    asked = service.propose_certification(session, signed(first), counted)
    service.decide_certification(session, signed(second), asked, approve=True, signer=SIGNER)
    bundles.keep(session, counted.id, SIGNER, ZONE)
    while study.study(session, seconds=5):
        pass
    session.commit()
    return counted


def published(client: StrictClient, cycle: Cycle) -> Iterator[tuple[str, str]]:
    """Every text that is published of the result, with where it stands."""
    here = f"/c/{cycle.slug}"
    code = cycle.areas[ALONE].area.code
    pages = ("results", f"results/{code}/rounds", "results/compare")
    for page in pages:
        yield page, client.page(f"{here}/{page}")
    for name in ("results.csv", "results.json", f"results/{code}.csv"):
        yield name, client.get(f"{here}/{name}").get_data(as_text=True)
    for name in ("results/ballots.zip", "results/bundle.zip"):
        with zipfile.ZipFile(io.BytesIO(client.get(f"{here}/{name}").data)) as archive:
            for member in archive.namelist():
                yield f"{name}/{member}", archive.read(member).decode()


def test_attack_one_voter_the_winner_stands_and_nothing_else_tells_the_choice(
    client: StrictClient, session: Session, cycle: Cycle, run: CountRun
) -> None:
    section = queries.sections(session, run)[ALONE]
    assert len(section.won) == 1 and section.won[0].number in (22, 24)
    assert section.ballots is None and section.withheld
    assert {(line.votes, line.score, line.rank, str(line.params)) for line in section.lines} == {
        (None, None, None, "{}")
    }
    assert [line.number for line in section.lost] == sorted(line.number for line in section.lost)
    assert len({line.reason for line in section.lost}) == 1, "the chosen loser looks as the others"
    for place, text in published(client, cycle):
        for number in NUMBERS[ALONE]:
            if number == section.won[0].number:
                continue
            for line in text.splitlines():
                if place.endswith(".csv") and line.split(",")[1:2] == [str(number)]:
                    assert line.split(",")[5:8] == ["", "", ""], place


def test_attack_one_voter_the_losers_differ_in_nothing_but_their_own_data(
    client: StrictClient, session: Session, cycle: Cycle, run: CountRun
) -> None:
    won = queries.sections(session, run)[ALONE].won[0].number
    lost = [number for number in NUMBERS[ALONE] if number != won]
    data = json.loads(client.get(f"/c/{cycle.slug}/results.json").data)
    told = {
        one["number"]: {key: one[key] for key in one if key not in ("number", "id", "title")}
        for one in data["areas"][ALONE]["proposals"]
    }
    assert told[lost[0]] == told[lost[1]] == told[lost[2]]
    page = client.page(f"/c/{cycle.slug}/results")
    rows = {
        number: re.sub(
            rf"{number}|Idea \d+",
            "",
            re.findall(rf'<tr id="p{number}".*?</tr>', page, flags=re.S)[0],
        )
        for number in lost
    }
    assert len(set(rows.values())) == 1
    with zipfile.ZipFile(io.BytesIO(client.get(f"/c/{cycle.slug}/results/bundle.zip").data)) as z:
        code = cycle.areas[ALONE].area.code
        record = json.loads(z.read("result.json"))["areas"][ALONE]
        assert record["selected"] == [str(won)] and "projects" not in record
        assert "ballots" not in record and "rounds" not in record
        assert f"areas/{code}.winners.json" in z.namelist()
        assert not re.search("votes|score|rank", z.read(f"areas/{code}.winners.json").decode())


def test_attack_total_less_the_other_districts_gives_no_small_number(
    client: StrictClient, session: Session, cycle: Cycle, run: CountRun
) -> None:
    data = json.loads(client.get(f"/c/{cycle.slug}/results.json").data)
    counts = [area["ballots"] for area in data["areas"]]
    assert counts == [BALLOTS[LARGE], None, None]
    assert data["turnout"]["ballots"] - BALLOTS[LARGE] >= 10
    shield = cycle.areas[SHIELD].area.code
    for place, text in published(client, cycle):
        if place.endswith(("result.json", f"{shield}.winners.json")):
            assert f'"ballots":{BALLOTS[SHIELD]}' not in text.replace(" ", "")
    page = client.page(f"/c/{cycle.slug}/results")
    assert queries.sections(session, run)[SHIELD].withheld, "13 votes for one tell of 13 ballots"
    assert "13 ballots" not in page and "1 ballot." not in page and "37 ballots" in page
    text = json.dumps(protocol.protocol_data(session, cycle, run), ensure_ascii=False, default=str)
    assert '"votes": "—"' in text and "Fewer than 10 people voted here" in text


def test_attack_published_digests_cannot_be_tried_out(
    session: Session, cycle: Cycle, run: CountRun
) -> None:
    seed = bytes.fromhex(run.lot_seed)
    entries = elections.entries_of(session, cycle.id)
    rules = RuleBook.from_dict(cycle.rule_book.content)
    ids = {entry.number: entry.id for entry in entries}
    real = list(voting.counted_ballots(session, cycle.id, run.certified_at))
    area = cycle.areas[ALONE].area_id
    others = [one for one in real if one[0] != area]
    tried = 0
    for size in (1, 2, 3):
        for guess in combinations(NUMBERS[ALONE], size):
            ballots = [*others, (area, [ids[number] for number in guess], [])]
            votes, *_ = elections.votes_by_area(cycle, rules, entries, ballots)
            digest = elections.input_digest(seed, run.rules_digest, votes)
            assert digest != run.input_digest
            named = [(vote.part.area.code, service.counting.checks.counted(
                vote.election, seed, twice=False)[0]) for vote in votes]  # fmt: skip
            assert elections.result_digest(seed, named) != run.result_digest
            tried += 1
    assert tried == 14


def test_attack_what_if_trials_do_not_open_a_small_district(
    client: StrictClient, session: Session, cycle: Cycle, run: CountRun
) -> None:
    staff = make_person(session, "commissioner")
    trials = [whatif.Scenario(threshold=number) for number in (0, 1, 2)]
    replayed = whatif.replay(session, signed(staff).actor, cycle, trials)
    assert [bool(area.rows) for area in replayed] == [True, False, False]
    sign_in(client, staff)
    page = client.page(f"/desk/what-if?cycle={cycle.slug}")
    assert "Fewer than 10 people voted here" in page


def test_attack_small_district_leaves_a_bundle_that_holds(
    session: Session, cycle: Cycle, run: CountRun
) -> None:
    kept = bundles.find(session, run)
    assert kept is not None
    assert kept.data == bundles.make(session, run.id, SIGNER, ZONE).data
    report = verify(io.BytesIO(kept.data), key=SIGNER.public_key)
    assert report.holds, [one.text for one in report.findings if one.kind == "differs"]
    assert any("only the winners are published" in one.text for one in report.findings)


def test_attack_a_city_of_one_voter_publishes_no_figure(
    client: StrictClient, session: Session
) -> None:
    made = make_cycle(session, PhaseKind.RESULTS, budget=100, rules=RuleBook(max_choices=2))
    papers = [make_proposal(session, made, status="admitted", cost=60) for _ in range(2)]
    session.flush()
    put(session, made, "aa", [papers[0]])
    session.flush()
    first, second = (make_person(session, "commissioner") for _ in range(2))
    counted = service.count(session, signed(first), made, SIGNER)
    asked = service.propose_certification(session, signed(first), counted)
    service.decide_certification(session, signed(second), asked, approve=True, signer=SIGNER)
    bundles.keep(session, counted.id, SIGNER, ZONE)
    session.commit()
    data = json.loads(client.get(f"/c/{made.slug}/results.json").data)
    assert data["turnout"] == {} and data["areas"][0]["ballots"] is None
    for locale in ("kk", "ru", "en"):
        page = client.page(f"/c/{made.slug}/results", locale=locale)
        assert 'class="stat' in page
    assert "people voted is not published" in page
