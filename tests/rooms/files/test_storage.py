"""Both stores keep the same promises; a faulty S3 server costs a sentence, never a crash."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from pb_portal.files import storage
from pb_portal.files.storage import LocalStorage, S3Storage, Storage, StoreDown, s3_storage

BUCKET = "portal"
KEYS = {"access_key": "key", "secret_key": "secret", "region": "us-east-1"}


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Storage]:
    """A real S3 server on this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    made = s3_storage(f"http://127.0.0.1:{port}", BUCKET, **KEYS)
    made.client.make_bucket(BUCKET)
    yield made
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return LocalStorage(tmp_path) if request.param == "folder" else request.getfixturevalue("s3")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_is_put_is_got_listed_and_deleted(store: Storage) -> None:
    store.put("ab/abc.jpg", b"first", "image/jpeg")
    store.put("ab/abc.jpg", b"second", "image/jpeg")
    store.put("ab/abc-320.webp", b"small", "image/webp")
    assert store.get("ab/abc.jpg") == b"second"
    listed = dict(store.names())
    assert set(listed) == {"ab/abc.jpg", "ab/abc-320.webp"}
    assert all(abs((datetime.now(UTC) - made).total_seconds()) < 60 for made in listed.values())
    for _ in range(2):
        store.delete("ab/abc.jpg")
    assert store.get("ab/abc.jpg") is None
    store.delete("ab/abc-320.webp")
    assert not list(store.names())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_bucket_that_does_not_exist_or_a_wrong_key_is_a_store_that_is_down(
    s3: S3Storage,
) -> None:
    with pytest.raises(StoreDown):
        S3Storage(s3.client, "nowhere").put("a", b"b", "image/jpeg")
    with pytest.raises(StoreDown):
        S3Storage(s3.client, "nowhere").get("a")


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`faulty(status)` is a store whose server answers everything so; 0 never answers."""
    monkeypatch.setattr(storage, "READ_SECONDS", 0.3)
    monkeypatch.setattr(storage, "TRIES", 1)
    servers: list[HTTPServer] = []
    asleep = threading.Event()

    def make(status: int) -> S3Storage:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                if status == 0:
                    asleep.wait(5)
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_PUT = do_DELETE = do_HEAD = answer

            def log_message(self, *_: Any) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return s3_storage(f"http://127.0.0.1:{server.server_port}", BUCKET, **KEYS)

    yield make
    asleep.set()
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("status", [500, 503, 403, 0])
def test_a_server_that_fails_or_sleeps_is_down_within_seconds(faulty: Any, status: int) -> None:
    store = faulty(status)
    for act in (
        lambda: store.put("a", b"b", "image/jpeg"),
        lambda: store.get("a"),
        lambda: store.delete("a"),
        lambda: list(store.names()),
    ):
        with pytest.raises(StoreDown):
            act()


def test_nobody_at_the_address_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "TRIES", 0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(StoreDown):
        s3_storage(f"http://127.0.0.1:{port}", BUCKET, **KEYS).get("a")


def test_a_folder_that_is_full_or_shut_is_down_and_keeps_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStorage(tmp_path)

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(StoreDown):
        store.put("ab/abc.jpg", b"x", "image/jpeg")
    assert not list(store.names())
