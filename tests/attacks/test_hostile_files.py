"""Attack: files made to break, fill or hang whoever reads them, at every place that takes one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from pb_portal.accounts import service as accounts
from pb_portal.db import db
from pb_portal.documents import sheets
from pb_portal.domain.refusal import Refusal
from pb_portal.files import service as files
from pb_portal.parsing import process
from pb_portal.places.boundaries import read_boundaries
from pb_portal.register.reader import read_register
from pb_portal.results import uploads
from tests.conftest import sign_in
from tests.factories import hostile, make_cycle, make_person, make_proposal
from tests.factories.voting import token_on
from tests.rooms.projects.conftest import make_winners
from tests.served import press, served_vote, workers_of
from tests.strict import StrictClient

MOST = 12 * 2**20
CPU, MEMORY = 1.0, 200
READERS: dict[str, tuple[Callable[[], dict[str, bytes]], Callable[[bytes], Any]]] = {
    "workbooks": (hostile.workbooks, lambda data: sheets.read(data, columns=["1"])),
    "pictures": (
        hostile.pictures,
        lambda data: files.read_picture(BytesIO(data), most_bytes=MOST),
    ),
    "thumbnails": (hostile.pictures, lambda data: files.decode("make_sizes", data, shown=1920)),
    "report pictures": (
        hostile.pictures,
        lambda data: files.decode("fit_pictures", data, shape=(480, 320), quality=74),
    ),
    "boundaries": (hostile.boundaries, lambda data: read_boundaries(data, [])),
    "elections": (hostile.elections, lambda data: list(uploads.readings(data))),
    "residents": (hostile.residents, lambda data: list(read_register(BytesIO(data)))),
    "documents": (
        hostile.documents,
        lambda data: files.read_document(BytesIO(data), "a.pdf", most_bytes=MOST),
    ),
}


@pytest.fixture
def usages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, float]]:
    """What children took; those stopped at a limit tell nothing, and took no more than that."""
    taken: list[dict[str, float]] = []
    monkeypatch.setattr(process, "usages", taken)
    return taken


@pytest.mark.parametrize("kind", READERS)
def test_attack_hostile_file_takes_little_and_breaks_nothing(
    app: Flask, usages: list[dict[str, float]], kind: str
) -> None:
    corpus, read = READERS[kind]
    most = process._setup.limits
    assert most.cpu_seconds <= CPU and most.memory_mb < MEMORY
    refused = 0
    for name, data in corpus().items():
        usages.clear()
        try:
            refused += read(data) == [None]
        except Refusal:
            refused += 1
        for took in usages:
            assert took["cpu"] <= CPU, (name, took)
            assert took["memory"] <= MEMORY, (name, took)
    assert refused >= len(corpus()) // 4


def send(client: StrictClient, path: str, field: str, data: bytes, **words: str) -> Any:
    """Post a file on a page."""
    token = token_on(client.page(path))
    return client.post(path, **hostile.form_of(field, data, csrf_token=token, **words))


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("manager", "/desk/projects/sheet"),
        ("manager", "/desk/projects/news"),
        ("reviewer", "/desk/review/exchange"),
        ("registrar", "/desk/paper/{slug}/list"),
    ],
)
def test_attack_hostile_file_as_a_spreadsheet_is_refused_on_its_page(
    client: StrictClient, session: Session, role: str, address: str
) -> None:
    cycle = make_cycle(session)
    sign_in(client, make_person(session, role))
    path = address.format(slug=cycle.slug)
    for name in ("two corners", "dense", "laughs", "lies about its size", "repeating sheet"):
        answer = send(client, path, "sheet", hostile.workbooks()[name])
        assert answer.status_code == 422, name
        assert "error" in answer.text, name


def test_attack_hostile_file_as_a_register_is_refused_and_leaves_nothing(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session)
    sign_in(client, make_person(session, "registrar"))
    path = f"/desk/cycles/{cycle.slug}/register"
    for name, data in hostile.residents().items():
        if len(data) < 2**16:
            answer = send(client, path, "file", data, do="load")
            assert answer.status_code == 422, name


def test_attack_hostile_file_as_an_election_is_refused_and_the_slug_kept(
    client: StrictClient, session: Session
) -> None:
    sign_in(client, make_person(session, "commissioner"))
    for name in ("packed zeros", "packed ballots", "endless quotation", "many columns"):
        data = hostile.elections()[name]
        answer = send(client, "/desk/import", "file", data, slug="typed-by-hand")
        assert answer.status_code == 422, name
        assert 'value="typed-by-hand"' in answer.text, name


def test_attack_hostile_file_as_boundaries_is_refused(
    client: StrictClient, session: Session
) -> None:
    sign_in(client, make_person(session, "administrator"))
    path = "/desk/catalogues/areas/boundaries"
    for name in ("deep", "many stars", "long number", "many features"):
        data = hostile.boundaries()[name]
        assert send(client, path, "file", data, do="look").status_code == 422, name
    deep = {"text": "[" * 90_000, "seen": "[" * 90_000, "do": "take"}
    assert client.fill(path, deep).status_code == 422


def test_attack_hostile_file_as_a_photo_is_refused_and_what_was_typed_is_kept(
    client: StrictClient, session: Session
) -> None:
    winners = make_winners(session)
    project = winners.start()[0]
    reporter = make_person(session)
    session.commit()
    sign_in(client, reporter)
    path = f"/projects/{project.number}/report"
    for name in ("49 megapixels, one colour", "49 megapixels, lossless WebP", "many scans"):
        words = {"kind": "defect", "body": "The second lamp is dark.", "alt": "A lamp"}
        answer = send(client, path, "picture", hostile.pictures()[name], **words)
        assert answer.status_code == 422, name
        assert "The second lamp is dark." in answer.text, name


def test_attack_hostile_file_among_photos_of_a_draft_leaves_the_good_ones(
    client: StrictClient, session: Session
) -> None:
    cycle = make_cycle(session)
    author = make_person(session)
    draft = make_proposal(session, cycle, status="draft", number=None, author_id=author.id)
    session.commit()
    sign_in(client, author)
    names = ("49 megapixels, transparent", "lies about its size", "torn")
    shots: list[Any] = [(BytesIO(hostile.pictures()[name]), f"{name}.png") for name in names]
    shots.append((BytesIO(hostile.picture((60, 40), "JPEG")), "good.jpg"))
    answer = client.fill(f"/drafts/{draft.id}/photos", {"pictures": shots, "do": "add"})
    assert answer.status_code == 422
    session.expire_all()
    assert len(draft.pictures) == 1


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Any]:
    with served_vote(tmp_path) as ground:
        yield ground


def request(port: int, cookie: str, path: str, form: dict[str, Any]) -> bytes:
    """The form as a browser sends it."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        f"Cookie: portal={cookie}\r\nContent-Type: {form['content_type']}\r\n"
        f"Content-Length: {len(form['data'])}\r\n\r\n"
    )
    return head.encode() + bytes(form["data"])


def test_attack_hostile_file_costs_no_worker_and_no_request_in_flight(told: Any) -> None:
    """One worker of eight threads is sent files while people vote."""
    from datetime import UTC, datetime

    from flask.sessions import SecureCookieSessionInterface
    from flask_wtf.csrf import generate_csrf

    with told.app.app_context():
        person = make_person(db.session(), "manager", "reviewer")
        token = accounts.open_session(db.session(), person.id, at=datetime.now(UTC))
        db.session().commit()
    with told.app.test_request_context():
        form_token = generate_csrf()
        from flask import session as cookie

        raw = cookie["csrf_token"]
    signer = SecureCookieSessionInterface().get_signing_serializer(told.app)
    carried = signer.dumps({"_user_id": token, "_fresh": True, "csrf_token": raw})
    server = told.start(WEB_WORKERS="1", WEB_THREADS="8")
    before = workers_of(server)
    ballots = told.presses([token for token, _ in told.voters(20)])
    books = hostile.workbooks()
    names = ["two corners", "dense", "large texts", "laughs", "deep", "many members"]
    bad: list[bytes] = []

    def attack() -> None:
        for name in names:
            form = hostile.form_of("sheet", books[name], csrf_token=form_token)
            sent = request(told.port, carried, "/desk/projects/sheet", form)
            bad.append(press(told.port, sent)[9:12])

    attackers = [threading.Thread(target=attack) for _ in range(3)]
    for attacker in attackers:
        attacker.start()
    good = [press(told.port, ballot)[9:12] for ballot in ballots]
    for attacker in attackers:
        attacker.join()
    assert good == [b"302"] * 20
    assert bad == [b"422"] * 3 * len(names)
    assert workers_of(server) == before
    status = Path(f"/proc/{before[0]}/status").read_text("ascii")
    peak = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
    assert peak < 400 * 1024
