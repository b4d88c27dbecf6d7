"""Where the bytes of files lie: a folder, or a bucket of an S3-compatible store."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from config import private_folder
from pb_portal.domain.refusal import Refusal

if TYPE_CHECKING:
    from minio import Minio

CONNECT_SECONDS = 3
READ_SECONDS = 15
TRIES = 2


class StoreDown(Refusal):
    """The store does not answer, or not as it should. A form says so beside its picture."""

    def __init__(self) -> None:
        super().__init__("file.store_down", field="picture")


class Storage(Protocol):
    """Bytes by name. Writing twice is harmless, and so is deleting what is not there."""

    def put(self, name: str, content: bytes, media_type: str) -> None: ...
    def get(self, name: str) -> bytes | None: ...
    def delete(self, name: str) -> None: ...
    def names(self) -> Iterator[tuple[str, datetime]]: ...


Where = Storage | Path
"""A storage, or the folder of a local one."""


def storage_at(where: Where) -> Storage:
    """The storage itself."""
    return LocalStorage(where) if isinstance(where, Path) else where


@dataclass(frozen=True)
class LocalStorage:
    """A folder. A file appears whole or not at all."""

    root: Path

    def put(self, name: str, content: bytes, media_type: str) -> None:
        target = self.root / name
        try:
            private_folder(self.root)
            private_folder(target.parent)
            descriptor, half = tempfile.mkstemp(dir=target.parent, prefix=".half-")
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    stream.write(content)
                os.replace(half, target)
            except BaseException:
                Path(half).unlink(missing_ok=True)
                raise
        except OSError:
            raise StoreDown from None

    def get(self, name: str) -> bytes | None:
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            raise StoreDown from None

    def delete(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        for path in self.root.rglob("*"):
            if path.is_file():
                made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield path.relative_to(self.root).as_posix(), made


@dataclass(frozen=True)
class S3Storage:
    """A bucket. Whatever goes wrong there becomes `StoreDown`; an object that is gone is None."""

    client: Minio
    bucket: str

    def put(self, name: str, content: bytes, media_type: str) -> None:
        with _answers():
            self.client.put_object(
                self.bucket, name, BytesIO(content), len(content), content_type=media_type
            )

    def get(self, name: str) -> bytes | None:
        from minio.error import S3Error

        with _answers():
            try:
                answer = self.client.get_object(self.bucket, name)
            except S3Error as error:
                if error.code in ("NoSuchKey", "NoSuchObject"):
                    return None
                raise
            try:
                return answer.read()
            finally:
                answer.close()
                answer.release_conn()

    def delete(self, name: str) -> None:
        with _answers():
            self.client.remove_object(self.bucket, name)

    def names(self) -> Iterator[tuple[str, datetime]]:
        with _answers():
            for entry in self.client.list_objects(self.bucket, recursive=True):
                if entry.object_name and entry.last_modified:
                    yield entry.object_name, entry.last_modified


class _answers:
    """Turns every failure of the store into `StoreDown`; names and keys stay out of logs."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None or issubclass(kind, StoreDown | GeneratorExit):
            return
        from minio.error import MinioException
        from urllib3.exceptions import HTTPError

        if issubclass(kind, MinioException | HTTPError | OSError | ValueError):
            raise StoreDown from None


def s3_storage(
    endpoint: str, bucket: str, *, access_key: str, secret_key: str, region: str
) -> S3Storage:
    """A bucket at `https://host[:port]` (or http, for one on the same machine)."""
    from minio import Minio
    from urllib3 import PoolManager, Retry, Timeout

    scheme, _, host = endpoint.partition("://")
    pool = PoolManager(
        timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        retries=Retry(total=TRIES, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        maxsize=10,
    )
    client = Minio(
        host.rstrip("/"),
        access_key=access_key,
        secret_key=secret_key,
        region=region,
        secure=scheme != "http",
        http_client=pool,
    )
    return S3Storage(client, bucket)
