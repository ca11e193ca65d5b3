"""Vectors that are all compared with a question: exact, and quick enough while they are few (FAISS' flat index)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from khamtop.index.rankings.faiss_tools import subset, write


class FlatVectors:
    """float32 vectors of passages, in the order in which they came."""

    def __init__(self, index: Any) -> None:
        """What FAISS read from a file that `save` wrote."""
        self._index = index

    @classmethod
    def empty(cls, dimensions: int) -> FlatVectors:
        """None yet, of `dimensions` floats each."""
        return cls(faiss.IndexIDMap(faiss.IndexFlatIP(dimensions)))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Floats in a vector."""
        return int(self._index.d)

    @property
    def passages(self) -> np.ndarray:
        """int64 of shape (vectors,): the passage of each."""
        numbers: np.ndarray = faiss.vector_to_array(self._index.id_map)
        return numbers

    @property
    def vectors(self) -> np.ndarray:
        """float32 of shape (vectors, dimensions), in the order of `passages`."""
        vectors: np.ndarray = self._index.index.reconstruct_n(0, len(self))
        return vectors

    def add(self, passages: np.ndarray, vectors: np.ndarray) -> None:
        """Adds vectors (n, dimensions); `passages` (n,) are their numbers."""
        self._index.add_with_ids(vectors, passages)

    def remove(self, passages: np.ndarray) -> None:
        """Takes out every vector of these passages."""
        self._index.remove_ids(passages)

    def clear(self) -> None:
        """Takes out every vector."""
        self._index.reset()

    def search(self, vector: np.ndarray, k: int, among: np.ndarray | None) -> dict[int, float]:
        """Passage number -> its best score: the `k` nearest passages among them, and some more."""
        settings = faiss.SearchParameters(sel=subset(among))  # type: ignore[call-arg]
        found: dict[int, float] = {}
        fetched = 2 * k  # several vectors of one passage may be near: over-fetch, so that k passages remain
        while len(self):
            scores, numbers = self._index.search(vector[None, :], min(fetched, len(self)), params=settings)
            for number, score in zip(numbers[0].tolist(), scores[0].tolist(), strict=True):
                if number >= 0:  # -1 fills up the row where `among` lets fewer through
                    found.setdefault(number, score)  # the first of a passage is its best
            if fetched >= len(self) or numbers[0, -1] < 0 or _is_enough(found, k, scores[0, -1]):
                break
            fetched *= 4
        return found

    def save(self, file: Path) -> None:
        """Writes the vectors; raises `OSError` if they cannot be written."""
        write(self._index, file)


def _is_enough(found: dict[int, float], k: int, last: float) -> bool:
    """Whether `k` passages are found, and what comes after the `last` score cannot tie with the k-th of them."""
    best = sorted(found.values(), reverse=True)[:k]
    return len(best) == k and last < best[-1]
