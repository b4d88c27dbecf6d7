"""Uploaded registers on their way to the worker: sealed on the disk, gone as soon as they are read.

Each file has a key of its own, made of the register's key and the file's random name, and is sealed
piece by piece (AES-GCM), so that it can be read from any place without being opened whole.
"""

from __future__ import annotations

import hmac
import io
import secrets
import time
from collections.abc import Collection
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config import private_file, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 16
_TAG = 16
STRAY_SECONDS = 3600


class Uploads:
    """The folder of sealed files."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._key = folder, key

    def keep(self, stream: IO[bytes]) -> str:
        """Seal a copy of the stream; returns its name."""
        private_folder(self._folder)
        name = secrets.token_hex(16)
        cipher, number = self._cipher(name), 0
        path = self._folder / name
        private_file(path)
        try:
            with path.open("wb") as target:
                while piece := stream.read(PIECE):
                    target.write(cipher.encrypt(_nonce(number), piece, None))
                    number += 1
        except BaseException:
            self.remove(name)
            raise
        return name

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        """The plain content, unsealed as it is read; raises `FileNotFoundError`."""
        with (
            (self._folder / name).open("rb") as sealed,
            io.BufferedReader(_Unsealed(sealed, self._cipher(name)), PIECE) as plain,
        ):
            yield plain

    def remove(self, name: str) -> None:
        """The file is gone; one that is gone already stays so."""
        if name:
            (self._folder / name).unlink(missing_ok=True)

    def sweep(self, wanted: Collection[str]) -> None:
        """Remove files that no load waits for any more: a worker may have died beside them."""
        if not self._folder.exists():
            return
        before = time.time() - STRAY_SECONDS
        for path in self._folder.iterdir():
            if path.name not in wanted and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)

    def _cipher(self, name: str) -> AESGCM:
        return AESGCM(hmac.digest(self._key.encode(), f"upload\x1f{name}".encode(), "sha256"))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


class _Unsealed(io.RawIOBase):
    """A sealed file as its plain bytes, from any place."""

    def __init__(self, sealed: IO[bytes], cipher: AESGCM) -> None:
        super().__init__()
        self._sealed, self._cipher = sealed, cipher
        whole = sealed.seek(0, io.SEEK_END)
        self._size = whole - -(-whole // (PIECE + _TAG)) * _TAG
        self._place, self._number, self._piece = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, target: bytearray | memoryview) -> int:  # type: ignore[override]
        number, start = divmod(self._place, PIECE)
        found = self._at(number)[start : start + len(target)]
        target[: len(found)] = found
        self._place += len(found)
        return len(found)

    def _at(self, number: int) -> bytes:
        if number != self._number:
            self._sealed.seek(number * (PIECE + _TAG))
            data = self._sealed.read(PIECE + _TAG)
            try:
                self._piece = self._cipher.decrypt(_nonce(number), data, None) if data else b""
            except InvalidTag:
                raise OSError("the sealed file was changed") from None
            self._number = number
        return self._piece
