"""The auditor's command and page: what holds, where not, never a figure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO

from sqlalchemy import text

from pb_portal import jobs
from pb_portal.domain.phases import PhaseKind
from pb_portal.results import auditing
from pb_portal.web.signer import audit_keys
from tests.conftest import sign_in
from tests.factories import make_person, move_phase
from tests.factories.voting import make_vote, make_voter
from tests.rooms.voting.test_secrecy import cast_for


def closed_vote(session, ballots: int = 3):
    """A vote that has just closed, sealed to its end."""
    cycle, papers = make_vote(session)
    for number in range(ballots):
        cast_for(session, cycle, make_voter(session, cycle), [papers[number % 4].id])
    phase = next(phase for phase in cycle.phases if phase.kind == PhaseKind.VOTING)
    move_phase(session, phase, ends_at=datetime.now(UTC).replace(microsecond=0))
    session.commit()
    jobs.seal_batches(datetime.now(UTC))
    jobs.seal_batches(datetime.now(UTC))
    jobs.seal_ledgers(datetime.now(UTC))
    return cycle


def test_the_command_says_ok_and_ends_with_its_status(app, session, monkeypatch):
    monkeypatch.setattr("pb_portal.voting.ledger.sealing.CLOSING", 1)
    cycle = closed_vote(session)
    runner = app.test_cli_runner()
    done = runner.invoke(args=["voting", "audit", cycle.slug])
    assert done.exit_code == 0, done.output
    assert "ok       The batches hold the leaves of the ballots" in done.output
    table = "voting_pending"
    session.execute(text(f"INSERT INTO {table} VALUES ({cycle.id}, '{'ab' * 32}')"))
    session.commit()
    done = runner.invoke(args=["voting", "audit", cycle.slug, "--json"])
    told = json.loads(done.output)
    assert done.exit_code == 1 and not told["holds"]
    wrong = [one for one in told["findings"] if not one["holds"]]
    assert wrong == [
        {"code": "contents", "holds": False, "where": ["a leaf still waits for its batch"]}
    ]
    assert runner.invoke(args=["voting", "audit", "nothing"]).exit_code == 2


def test_an_open_vote_is_not_audited(app, session):
    cycle, _ = make_vote(session)
    session.commit()
    done = app.test_cli_runner().invoke(args=["voting", "audit", cycle.slug])
    assert done.exit_code == 2 and "voting.still_open" in done.output


def test_it_runs_by_itself_after_the_close_and_its_page_shows_no_figure(
    client, session, monkeypatch
):
    cycle = closed_vote(session)
    assert auditing.due(session) == []  # the second batch after the close is still to come
    monkeypatch.setattr("pb_portal.voting.ledger.sealing.CLOSING", 1)
    sign_in(client, make_person(session, "auditor"))
    path = f"/desk/cycles/{cycle.slug}/audit"
    assert "There was no audit yet" in client.page(path)
    assert auditing.due(session) == [cycle.id]
    jobs.audit_votes(datetime.now(UTC))
    assert auditing.due(session) == []
    for locale in ("kk", "ru"):
        client.page(path, locale=locale)
    page = client.page(path)
    assert "Everything holds" in page
    assert path in client.page("/desk/cycles")


def test_an_audit_writes_nothing_and_its_outcome_cannot_be_altered(session):
    cycle = closed_vote(session)
    found = auditing.look(session, cycle, audit_keys())
    assert not session.new and not session.dirty
    auditing.keep(session, cycle, found, datetime.now(UTC))
    for attack in ("UPDATE results_audit SET holds = true", "DELETE FROM results_audit"):
        try:
            with session.begin_nested():
                session.execute(text(attack))
        except Exception as error:
            assert "append-only" in str(error)
        else:
            raise AssertionError(attack)


def test_the_list_of_all_leaves_is_public_after_the_certification_alone(client, session, voted):
    from pb_portal.results import bundles
    from pb_portal.tally.bundle import verify
    from tests.rooms.results.test_service import SIGNER, certified

    first, second = (make_person(session, "commissioner") for _ in range(2))
    path = f"/c/{voted.slug}/results/leaves.txt"
    assert client.get(path).status_code == 404
    run = certified(session, voted, first, second)
    kept = bundles.keep(session, run.id, SIGNER, audit_keys().zone)
    lines = client.get(path).data.splitlines()
    assert lines == sorted(lines) and len(lines) == 5
    assert verify(BytesIO(kept.data), leaves=lines).holds
    for other in (lines[1:], [*lines, lines[0]], lines[::-1]):
        report = verify(BytesIO(kept.data), leaves=other)
        assert [one.text for one in report.findings if one.kind == "differs"] == [
            "The list of leaves is not the one of the last head of the ledger."
        ]


def test_a_reader_checks_a_bundle_by_what_the_portal_publishes(client, session, voted):
    from pb_portal.results import bundles
    from pb_portal.tally.bundle import verify
    from tests.rooms.results.test_service import SIGNER, certified

    first, second = (make_person(session, "commissioner") for _ in range(2))
    base = f"/c/{voted.slug}"
    assert client.get(f"{base}/results/heads.json").status_code == 404
    poll = client.get(f"{base}/poll.json").data
    run = certified(session, voted, first, second)
    kept = bundles.keep(session, run.id, SIGNER, audit_keys().zone)
    published = {
        "key": SIGNER.public_key,
        "rules": run.rules_digest,
        "leaves": client.get(f"{base}/results/leaves.txt").data.splitlines(),
        "heads": client.get(f"{base}/results/heads.json").data,
    }
    report = verify(BytesIO(kept.data), poll=poll, **published)
    assert report.holds, [one.text for one in report.findings if one.kind == "differs"]
    said = "\n".join(one.text for one in report.findings if one.kind == "holds")
    for words in (
        "The poll is the one you named.",
        "That is the rule book whose digest you named.",
        "The heads after the close are those you kept.",
        "The list of leaves has the root and the size of the last head",
        "All 1 areas go by the rule of the rule book." if len(voted.areas) == 1 else "areas go by",
    ):
        assert words in said


def test_a_bundle_of_the_first_format_is_rebuilt_in_it(session, voted, monkeypatch):
    from pb_portal.results import bundles
    from pb_portal.tally.bundle import format_number
    from tests.rooms.results.test_service import SIGNER, certified

    first, second = (make_person(session, "commissioner") for _ in range(2))
    run = certified(session, voted, first, second)
    monkeypatch.setattr(bundles, "FORMATS", bundles.FORMATS[:1])
    kept = bundles.keep(session, run.id, SIGNER, audit_keys().zone)
    monkeypatch.undo()
    assert format_number(kept.data) == 1
    assert bundles.make(session, run.id, SIGNER, audit_keys().zone).data == kept.data
