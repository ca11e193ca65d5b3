"""The answers that the page was given last, each with the index that it came from.

A link to an answer shows it as it was given, also after another index took that one's place. Answers are remembered and
not indexes, which would keep their files and vectors.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from khamtop.index.types import Filter
from khamtop.qa.types import Answer, OverviewOrder

#: A question, the earlier ones of its conversation, what narrows it, and whether its time was passed over.
Asked = tuple[str, tuple[str, ...], Filter | None, bool, OverviewOrder]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, the stamp of the index that gave it, and when that was built."""

    answer: Answer
    index: str
    built: datetime


class Remembered:
    """The latest answers; safe from several threads."""

    def __init__(self, most: int) -> None:
        """The latest `most` of them."""
        self._most = most
        self._given: OrderedDict[tuple[str, Asked], Given] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, asked: Asked, given: Given) -> None:
        """Remembers an answer; the one that was looked at longest ago makes room."""
        with self._lock:
            self._given[given.index, asked] = given
            self._given.move_to_end((given.index, asked))
            while len(self._given) > self._most:
                self._given.popitem(last=False)

    def recall(self, index: str, asked: Asked) -> Given | None:
        """What the index of that stamp answered, if that is remembered."""
        with self._lock:
            given = self._given.get((index, asked))
            if given:
                self._given.move_to_end((index, asked))
            return given
