"""Whose turn it is to be answered: a few at a time, who asked first is answered first, and suggestions wait for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heapify, heappop, heappush
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
        with self.place(yields) as comes:
            comes(None)
            yield

    @contextmanager
    def place(self, yields: bool = False) -> Iterator[Callable[[float | None], bool]]:
        """A place among those who wait, and then a turn, for the block: the function waits for the turn, at most so
        many seconds, and tells whether it has come. Whoever leaves the block before gives the place up."""
        has_come = False
        with self._changed:
            ticket = (yields, next(self._numbers))
            heappush(self._waiting, ticket)

        def comes(seconds: float | None) -> bool:
            nonlocal has_come
            with self._changed:
                if self._changed.wait_for(lambda: self._free and self._waiting[0] == ticket, seconds):
                    heappop(self._waiting)
                    self._free -= 1
                    has_come = True
                    self._changed.notify_all()
            return has_come

        try:
            yield comes
        finally:
            with self._changed:
                if has_come:
                    self._free += 1
                else:
                    self._waiting.remove(ticket)
                    heapify(self._waiting)
                self._changed.notify_all()
