"""Whatever a file does to its reader, the caller gets a sentence and lives on."""

from __future__ import annotations

import itertools
import multiprocessing
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from pb_portal import parsing
from pb_portal.domain.refusal import Refusal
from pb_portal.parsing import Limits, Size, parse, parse_pieces, process
from pb_portal.web.i18n import LOCALES
from tests.conftest import sign_in
from tests.factories import make_cycle, make_person, make_proposal
from tests.factories.hostile import form_of
from tests.factories.voting import token_on

READERS = "tests.readers:"
LIGHT = [
    "pb_portal.files.decoding:read_picture",
    "pb_portal.files.plain_pdf:demand_plain",
    "pb_portal.documents.workbooks:read_lines",
    "pb_portal.places.boundaries:read_plain",
    "pb_portal.results.uploads:read_plain",
    "pb_portal.register.reader:read_plain",
]


@pytest.fixture
def limits(tmp_path: Path) -> Iterator[Limits]:
    """Small limits in a folder of their own."""
    before = process._setup.limits, process._setup.folder
    small = Limits(memory_mb=100, cpu_seconds=0.5, wall_seconds=3)
    parsing.configure(small, tmp_path)
    yield small
    parsing.configure(*before)


@pytest.mark.parametrize(
    "name",
    [
        "hangs", "works", "eats", "crashes", "aborts", "leaves", "breaks", "babbles", "floods",
        "writes", "asks_beyond",
    ],
)  # fmt: skip
def test_a_reader_that_dies_hangs_or_takes_too_much_is_a_refusal(limits: Limits, name: str) -> None:
    began = monotonic()
    with pytest.raises(Refusal) as refused:
        for _ in parse_pieces(READERS + name, field="file"):
            assert monotonic() - began < 30
    assert (refused.value.code, refused.value.field) == ("file.too_heavy", "file")
    assert monotonic() - began < 30


def test_a_process_that_cannot_be_started_is_a_refusal(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any, **__: Any) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(process.subprocess, "Popen", none)
    with pytest.raises(Refusal, match=r"file\.busy"):
        parse(READERS + "answers", b"x")


def test_the_child_gets_the_bytes_and_nothing_of_the_parent(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTER_KEY", "secret")
    content = bytes(range(256)) * 4000
    told = parse(READERS + "answers", BytesIO(content), number=[1, "ә"], word="\ud800")
    assert told["content"] == content
    assert told["args"] == {"number": [1, "ә"], "word": "\ud800"}
    assert "REGISTER_KEY" not in told["environment"]
    assert not {"flask", "sqlalchemy"} & set(told["modules"])
    assert told["files"] == 32


MAKES_NO_READING = ("projects/card.py", "results/packed.py", "documents/sheets.py")
OWN_FILES = ("demo/", "tally/")
"""Pictures of the sample city, and the command line that runs alone on its caller's files."""
DECODERS = re.compile(
    r"^\s*(?:from|import) (PIL|python_calamine|zipfile|xml\.parsers|xml\.etree|openpyxl|pypdf)\b"
    r"|\bcsv\.(?:reader|DictReader)\b",
    re.MULTILINE,
)


def test_nothing_but_readers_of_the_child_opens_files_that_were_sent() -> None:
    """Whoever decodes a picture, an archive, a sheet or XML is named here, and runs in a child."""
    house = Path(parsing.__file__).parents[1]
    found = {
        path.relative_to(house).as_posix()
        for path in house.rglob("*.py")
        if DECODERS.search(path.read_text("utf-8"))
    }
    rest = {name for name in found if not name.startswith(OWN_FILES)} - {*MAKES_NO_READING}
    assert rest == {
        "files/decoding.py",
        "documents/workbooks.py",
        "register/sheets.py",
        "register/tables.py",
        "results/uploads.py",
        "projects/views/feeds.py",  # writes
    }


@pytest.mark.parametrize("call", LIGHT)
def test_readers_are_light(call: str) -> None:
    """A reader that imports the house would take longer to start than most files to read."""
    module = call.partition(":")[0]
    script = (
        f"import sys; sys.path[:] = {process.sys.path!r}; import {module}; "
        "print(*sorted(name for name in sys.modules if '.' not in name))"
    )
    told = process.subprocess.run(
        [process.sys.executable, "-I", "-S", "-c", script],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"flask", "sqlalchemy", "flask_babel", "jinja2"} & set(told.stdout.split())


def test_files_of_one_kind_are_read_one_after_another(limits: Limits) -> None:
    with ThreadPoolExecutor(3) as pool:
        spans = sorted(pool.map(lambda _: parse(READERS + "waits", seconds=0.2), range(3)))
    for before, after in itertools.pairwise(spans):
        assert before[1] <= after[0]


def _held(folder: str, ready: Any, done: Any) -> None:
    parsing.configure(Limits(), Path(folder))
    with process._turn("files", None):
        ready.set()
        done.wait(30)


def test_another_process_holds_the_place_and_who_waits_too_long_is_told(
    tmp_path: Path, limits: Limits
) -> None:
    spawn = multiprocessing.get_context("spawn")
    ready, done = spawn.Event(), spawn.Event()
    other = spawn.Process(target=_held, args=(str(tmp_path), ready, done))
    other.start()
    try:
        assert ready.wait(30)
        with pytest.raises(Refusal, match=r"file\.busy"):
            parse(READERS + "waits", seconds=0)
        assert parse(READERS + "waits", lane="others", seconds=0)
    finally:
        done.set()
        other.join(30)
    assert parse(READERS + "waits", seconds=0)


def test_a_large_file_gets_more_and_never_more_than_the_most() -> None:
    grown = process._grown(Limits(), Size(memory_mb=16, cpu_seconds=2), 10)
    assert (grown.memory_mb, grown.cpu_seconds, grown.wall_seconds) == (336, 21.0, 55.0)
    assert process._grown(Limits(), Size(memory_mb=16), 1000).memory_mb == 1024
    slow = process._grown(Limits(cpu_seconds=3), Size(cpu_seconds=2), 10)
    assert slow.cpu_seconds == 63.0


def test_threads_do_not_mix_their_answers(limits: Limits) -> None:
    found: dict[int, bytes] = {}

    def one(number: int) -> None:
        content = bytes([number]) * 300_000
        found[number] = parse(READERS + "answers", content, lane=f"own-{number}")["content"]

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(found[number] == bytes([number]) * 300_000 for number in range(6))


def test_a_strangers_request_is_small_whatever_the_page_takes_from_its_own(client, session):
    cycle = make_cycle(session)
    author = make_person(session)
    draft = make_proposal(session, cycle, status="draft", number=None, author_id=author.id)
    session.commit()
    path = f"/drafts/{draft.id}/photos"
    for address in (path, f"/desk/cycles/{cycle.slug}/register", "/desk/import", "/login"):
        assert client.post(address, **form_of("pictures", bytes(2_000_000))).status_code == 413, (
            address
        )
    sign_in(client, author)
    token = token_on(client.page(path))
    sent = client.post(path, **form_of("pictures", bytes(2_000_000), csrf_token=token, do="add"))
    assert sent.status_code == 422 and "not a picture" in sent.text


@pytest.mark.parametrize("locale", LOCALES)
def test_the_sentences_are_there_in_three_languages(app, locale):
    from flask_babel import force_locale

    from pb_portal.web.phrases import phrase

    with app.test_request_context(), force_locale(locale):
        said = {phrase(code, most=8) for code in ("file.too_heavy", "file.busy")}
    assert len(said) == 2 and all(len(one) > 30 for one in said)
