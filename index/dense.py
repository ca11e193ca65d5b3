"""The dense ranking: passages by the direction of their vectors. The only file that imports FAISS.

A passage may have several vectors, one for each stretch of it; its score is the best of them. The
number that FAISS keeps beside a vector tells the passage, so nothing else has to be stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.types import Ranked, best_first

#: A vector's number is its passage's number times this, plus its place in the passage.
VECTORS_PER_PASSAGE = 256


class Dense:
    """Unit vectors of passages, searched by inner product, which is their cosine.

    Raises:
        RuntimeError: from `load`, if the file is not one that FAISS wrote.
    """

    def __init__(self, dimensions: int) -> None:
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))

    @classmethod
    def load(cls, file: Path) -> Dense:
        """The vectors that `save` wrote."""
        dense = cls.__new__(cls)
        dense._index = faiss.read_index(str(file))
        return dense

    def save(self, file: Path) -> None:
        """Writes the vectors to one file."""
        faiss.write_index(self._index, str(file))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Floats in a vector."""
        return int(self._index.d)

    def add(self, passages: Iterable[int], vectors: np.ndarray) -> None:
        """Adds float32 vectors of shape (n, dimensions); `passages` names the passage of each, in runs.

        Raises:
            ValueError: if the numbers of passages and vectors differ.
        """
        owners = np.fromiter(passages, dtype=np.int64)
        if len(owners) != len(vectors):
            raise ValueError(f"{len(owners)} passages != {len(vectors)} vectors")
        if not len(owners):
            return
        new_run = np.concatenate([[True], owners[1:] != owners[:-1]])
        run_start = np.maximum.accumulate(np.where(new_run, np.arange(len(owners)), 0))
        place = np.minimum(np.arange(len(owners)) - run_start, VECTORS_PER_PASSAGE - 1)
        self._index.add_with_ids(vectors, owners * VECTORS_PER_PASSAGE + place)

    def remove(self, passages: Iterable[int]) -> None:
        """Takes out every vector of these passages."""
        gone = np.fromiter(passages, dtype=np.int64)
        if not len(gone):
            return
        numbers = faiss.vector_to_array(self._index.id_map)
        self._index.remove_ids(numbers[np.isin(numbers // VECTORS_PER_PASSAGE, gone)])

    def search(self, vector: np.ndarray, k: int) -> list[Ranked]:
        """The `k` passages whose best vector is nearest to `vector` (shape (dimensions,)), best first."""
        found: dict[int, float] = {}
        wanted = 4 * k  # several vectors of one passage may be near; over-fetch so that k passages remain
        while len(self):
            scores, numbers = self._index.search(vector[None, :], min(wanted, len(self)))
            for number, score in zip(numbers[0].tolist(), scores[0].tolist(), strict=True):
                if number >= 0:
                    found.setdefault(number // VECTORS_PER_PASSAGE, score)
            # Enough once k passages are found and the last vector is worse than the k-th: no tie is cut.
            best = sorted(found.values(), reverse=True)[:k]
            if wanted >= len(self) or (len(best) == k and scores[0][-1] < best[-1]):
                break
            wanted *= 4
        return best_first(found, k)
