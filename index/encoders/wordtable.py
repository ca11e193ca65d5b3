"""A table with a row of numbers for each word that was met: few words make most text, so each is worked out once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np


class WordTable:
    """Words -> their rows; may be asked from any thread."""

    def __init__(self, width: int, compute: Callable[[list[str]], np.ndarray], most: int) -> None:
        """`compute` gives the rows, (n, width), of n new words; when there are `most` the table is emptied."""
        self._compute = compute
        self._places: dict[str, int] = {}
        self._rows = np.empty((most, width), np.float32)
        self._lock = threading.Lock()

    def __call__(self, words: Sequence[str]) -> np.ndarray:
        """float32 of shape (len(words), width)."""
        with self._lock:
            new = [word for word in dict.fromkeys(words) if word not in self._places]
            if len(self._places) + len(new) > len(self._rows):
                self._places = {}
                new = list(dict.fromkeys(words))
                self._rows = np.empty((max(len(new), len(self._rows)), self._rows.shape[1]), np.float32)
            if new:
                begin = len(self._places)
                self._rows[begin : begin + len(new)] = self._compute(new)
                self._places.update(zip(new, range(begin, begin + len(new)), strict=True))
            places = np.fromiter(map(self._places.__getitem__, words), np.int64, len(words))
            found: np.ndarray = self._rows.take(places, axis=0)
            return found
