"""Many vectors in inverted lists: a question looks through the nearest lists, then compares the best candidates well.

A list holds the vectors nearest to its centroid, half a byte for two dimensions (product quantisation: Jégou et al.
2011, André et al. 2015). The passages that seem nearest there are compared again by a byte for each dimension, read
from the disk.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from khamtop.index.rankings.faiss_tools import NONE, replace, subset, write
from khamtop.index.types import unit

#: Lists that a question looks through.
PROBES = 256
#: Candidates that are compared again: this many for each passage that is asked for, and at least this many.
CANDIDATES, FEWEST_CANDIDATES = 4, 200
#: Passages and vectors, some at a time: numbers (n,) and float32 (n, dimensions).
Parts = Iterator[tuple[np.ndarray, np.ndarray]]

#: Rounds of k-means, and vectors that it looks at for each list. They are as few as FAISS asks for: sorting 1,200,000
#: vectors into 2,048 lists takes 45 s of processor time.
_ROUNDS, _SAMPLED_A_LIST = 10, 40
#: What half a byte tells apart.
_CODES = 16
#: Rows in each of `parts`.
_PART_ROWS = 100_000


class InvertedLists:
    """Vectors in lists, and the same vectors as rows of bytes in the order of their passages."""

    def __init__(self, lists: Any, passages: np.ndarray, rows: np.ndarray, file: Path | None = None) -> None:
        self._lists = lists
        #: The passage of each row, and the rows, in the parts in which they came.
        self._passages, self._rows = [passages], [rows]
        #: Where all of it lies as it is, rows are read from the disk.
        self._is_saved = file is not None
        self._descriptor = os.open(file.with_suffix(".rows"), os.O_RDONLY) if file else None
        if self._descriptor is not None:
            weakref.finalize(self, os.close, self._descriptor)

    @classmethod
    def of(cls, parts: Callable[[], Parts], count: int) -> InvertedLists:
        """`count` lists of the vectors that `parts` gives; a sample of them decides the centroids."""
        sample = _sample(parts, _SAMPLED_A_LIST * count)
        dimensions = sample.shape[1]
        lists = _untrained(dimensions, count)
        lists.train(sample)
        made = cls(lists, NONE, np.zeros((0, dimensions), np.int8))
        for passages, vectors in parts():
            made.add(passages, vectors)
        return made

    @classmethod
    def load(cls, lists: Any, file: Path) -> InvertedLists:
        """What `save` wrote, of which FAISS has read the `lists`. The rows stay on the disk."""
        passages = np.fromfile(file.with_suffix(".owners"), np.int64)
        rows = np.memmap(file.with_suffix(".rows"), np.int8, "r", shape=(len(passages), lists.d))
        return cls(lists, passages, rows, file)

    def save(self, file: Path) -> None:
        """Writes the lists, and beside them the rows and the passage of each (.rows, .owners)."""
        passages, rows = self.passages, self._all_rows
        write(self._lists, file)
        replace(file.with_suffix(".owners"), passages.tofile)
        replace(file.with_suffix(".rows"), rows.tofile)

    @property
    def is_saved(self) -> bool:
        """Whether they lie in files just as they are."""
        return self._is_saved

    def __len__(self) -> int:
        return int(self._lists.ntotal)

    @property
    def count(self) -> int:
        """How many lists there are."""
        return int(self._lists.nlist)

    @property
    def dimensions(self) -> int:
        """Numbers in a vector."""
        return int(self._lists.d)

    @property
    def passages(self) -> np.ndarray:
        """int64 (vectors,), ascending: the passage of each row."""
        self._join()
        return self._passages[0]

    @property
    def _all_rows(self) -> np.ndarray:
        """int8 (vectors, dimensions), in the order of `passages`."""
        self._join()
        return self._rows[0]

    def _join(self) -> None:
        """Makes one part of all, in the order of their passages."""
        if len(self._passages) == 1:
            return
        passages = np.concatenate(self._passages)
        rows = _concatenated(self._rows, len(passages), self.dimensions)
        if (passages[1:] < passages[:-1]).any():
            order = np.argsort(passages, kind="stable")
            passages, rows = passages[order], rows[order]
        self._passages, self._rows = [passages], [rows]

    def add(self, passages: np.ndarray, vectors: np.ndarray) -> None:
        """Adds float32 vectors (n, dimensions) of these passages (n,)."""
        if not len(passages):
            return
        self._is_saved, self._descriptor = False, None
        self._lists.add_with_ids(vectors, passages)
        self._passages.append(passages)
        self._rows.append(_quantised(vectors))

    def parts(self) -> Parts:
        """All passages and vectors, as well as a byte for each dimension tells them."""
        for first in range(0, len(self), _PART_ROWS):
            part = slice(first, first + _PART_ROWS)
            yield self.passages[part], unit(self._all_rows[part])

    def search(
        self, vector: np.ndarray, k: int, among: np.ndarray | None, without: np.ndarray, in_all: bool
    ) -> dict[int, float]:
        """Passage number -> its best score: the `k` nearest passages `among` those, less `without`, and some more.

        It looks through all lists with `in_all`, else through the `PROBES` nearest.
        """
        candidates = self._candidates(vector, k, subset(among, without), self.count if in_all else PROBES)
        if not len(candidates):
            return {}
        first = np.searchsorted(self.passages, candidates, "left")  # (candidates,): the first row of each
        after = np.searchsorted(self.passages, candidates, "right")
        scores = unit(self._rows_of(first, after)) @ vector  # (rows,)
        starts = np.cumsum([0, *(after - first)[:-1]])  # (candidates,): where each one's scores begin
        best = np.maximum.reduceat(scores, starts)
        return dict(zip(candidates.tolist(), best.tolist(), strict=True))

    def _candidates(self, vector: np.ndarray, k: int, allowed: Any, probes: int) -> np.ndarray:
        """int64, ascending: the passages that seem nearest, at least `k` of them where there are as many."""
        settings = faiss.SearchParametersIVF(sel=allowed, nprobe=probes)  # type: ignore[call-arg]
        fetched, passages = max(CANDIDATES * k, FEWEST_CANDIDATES), NONE
        while len(self):
            _, numbers = self._lists.search(vector[None, :], min(fetched, len(self)), params=settings)
            passages = np.unique(numbers[numbers >= 0])
            if len(passages) >= k or fetched >= len(self) or numbers[0, -1] < 0:
                break
            fetched *= 4
        return passages

    def _rows_of(self, first: np.ndarray, after: np.ndarray) -> np.ndarray:
        """int8 (rows, dimensions): from each of `first` to the one of `after`."""
        spans = list(zip(first.tolist(), after.tolist(), strict=True))
        if self._descriptor is None:
            return np.concatenate([self._all_rows[begin:end] for begin, end in spans])
        # Read, not mapped: mapped pages count as this process's memory, and a page for each row soon is all of it.
        size = self.dimensions
        read = [os.pread(self._descriptor, (end - begin) * size, begin * size) for begin, end in spans]
        return np.frombuffer(b"".join(read), np.int8).reshape(-1, size)


def _untrained(dimensions: int, count: int) -> Any:
    """Empty lists without centroids yet."""
    codes = dimensions // 2 if dimensions % 2 == 0 else dimensions
    centroids = faiss.IndexFlatIP(dimensions)
    lists = faiss.IndexIVFPQFastScan(centroids, dimensions, count, codes, 4, faiss.METRIC_INNER_PRODUCT)
    lists.by_residual = False
    lists.cp.niter, lists.cp.spherical = _ROUNDS, True
    return lists


def _sample(parts: Callable[[], Parts], size: int) -> np.ndarray:
    """About `size` of the vectors, evenly apart; repeated where there are fewer than FAISS can train on."""
    total = sum(len(passages) for passages, _ in parts())
    step = max(1, total // size)
    sample = np.concatenate([vectors[::step] for _, vectors in parts()])
    return np.resize(sample, (max(len(sample), _CODES), sample.shape[1]))


def _concatenated(parts: list[np.ndarray], count: int, dimensions: int) -> np.ndarray:
    """The rows of all parts. Each part is let go of as it is copied, so that there are never two of all rows."""
    rows, at = np.empty((count, dimensions), np.int8), 0
    while parts:
        part = parts.pop(0)
        rows[at : at + len(part)] = part
        at += len(part)
    return rows


def _quantised(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors as int8, each scaled by its largest number; `unit` makes them what they were, nearly."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors * (127 / np.where(largest, largest, 1))).astype(np.int8)
