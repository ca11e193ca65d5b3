"""Whose turn it is to be answered: a few at a time, who asked first is answered first, and suggestions wait for all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count


class Turns:
    """Turns for `at_once` at a time."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: list[tuple[bool, int]] = []  # a heap: who yields comes last, else who came first comes first
        self._numbers = count()
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, yields: bool = False) -> Iterator[None]:
        """Waits for a turn and keeps it for the block; one that `yields` only comes when nobody else waits."""
        with self._changed:
            ticket = (yields, next(self._numbers))
            heappush(self._waiting, ticket)
            self._changed.wait_for(lambda: self._free and self._waiting[0] == ticket)
            heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()
