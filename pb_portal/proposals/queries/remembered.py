"""Answers kept for a short while, so that a page read by thousands counts once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Remembered(Generic[Answer]):
    """At most so many answers in this process, each for as long as the asker allows."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, seconds: float, find: Callable[[], Answer]) -> Answer:
        """The answer of at most `seconds` ago, else a new one. Nothing is kept for 0 seconds."""
        if seconds <= 0:
            return find()
        now = time.monotonic()
        with self._lock:
            known = self._kept.get(key)
            if known is not None and now - known[0] < seconds:
                self._kept.move_to_end(key)
                return known[1]
        answer = find()
        with self._lock:
            self._kept[key] = (now, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return answer

    def forget(self) -> None:
        """Drop every answer."""
        with self._lock:
            self._kept.clear()
