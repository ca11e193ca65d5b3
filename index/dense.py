"""The dense ranking: passages by the direction of their vectors. The only file that imports FAISS.

A passage may have several vectors, one for each stretch of it; its score is the best of them. Every vector
is kept under its passage's number, so nothing else has to be stored.

A small index compares a question with every vector. A large one sorts its vectors into lists by their
nearest centroid, compares those of the nearest lists only, and keeps a byte for each dimension. Whenever it
has grown to four times as many, they are sorted anew into twice as many lists, by centroids and ranges of
what is there by then: lists made of the first eighth of an archive, if that has a topic of its own, find
96.5 % of the ten nearest, and those made of all of it 99.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.types import Ranked, best_first

#: Up to so many vectors all are compared, which takes 13 ms a question on one core.
FLAT_MOST = 100_000
#: The fewest lists that a larger index sorts its vectors into, and how many of them a question looks through.
LISTS, PROBES = 1024, 256
#: So many times as many vectors want twice as many lists, since the work of a question goes by the root of both.
GROWTH = 4
#: Passages among fewer than this part of all are looked for in every list.
NARROW = 0.2
#: As few as FAISS asks for: sorting 1,200,000 vectors into 2,048 lists takes 45 s of processor time.
_TRAINING_ROUNDS, _TRAINING_VECTORS_A_LIST = 10, 40


class Dense:
    """Unit vectors of passages, searched by inner product, which is their cosine.

    Raises:
        RuntimeError: from `load`, if the file is not one that FAISS wrote.
    """

    def __init__(self, dimensions: int) -> None:
        self._index: Any = faiss.IndexIDMap(faiss.IndexFlatIP(dimensions))

    @classmethod
    def load(cls, file: Path, to_change: bool = False) -> Dense:
        """The vectors that `save` wrote; without `to_change` they may stay on disk until they are needed."""
        dense = cls.__new__(cls)
        dense._index = faiss.read_index(str(file), 0 if to_change else faiss.IO_FLAG_MMAP)
        return dense

    def save(self, file: Path) -> None:
        """Writes the vectors to one file; an older file of that name stays whole for whoever has it open."""
        draft = file.with_name(f"{file.name}.new")
        try:
            faiss.write_index(self._index, str(draft))
        except RuntimeError as error:  # FAISS' word for a disk that is full
            raise OSError(str(error)) from error
        os.replace(draft, file)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimensions(self) -> int:
        """Floats in a vector."""
        return int(self._index.d)

    @property
    def is_exact(self) -> bool:
        """Whether a question is compared with every vector as it was given."""
        return not isinstance(self._index, faiss.IndexIVF)

    def passages(self) -> set[int]:
        """The numbers of all passages that have a vector."""
        return set(np.unique(self._numbers()).tolist())

    def add(self, passages: Iterable[int], vectors: np.ndarray) -> None:
        """Adds float32 vectors of shape (n, dimensions); `passages` gives the passage of each.

        Raises:
            ValueError: if the numbers of passages and vectors differ.
        """
        owners = np.fromiter(passages, dtype=np.int64)
        if len(owners) != len(vectors):
            raise ValueError(f"{len(owners)} passages != {len(vectors)} vectors")
        if not len(owners):
            return
        self._index.add_with_ids(vectors, owners)
        lists = 0 if self.is_exact else self._index.nlist
        wanted = lists or LISTS
        while len(self) > GROWTH * FLAT_MOST * (wanted / LISTS) ** 2:
            wanted *= 2
        if wanted > lists and len(self) > FLAT_MOST:
            self._sort_into(wanted)

    def remove(self, passages: Iterable[int]) -> None:
        """Takes out every vector of these passages."""
        gone = np.fromiter(passages, dtype=np.int64)
        if len(gone):
            self._index.remove_ids(gone)

    def search(self, vector: np.ndarray, k: int, among: np.ndarray | None = None) -> list[Ranked]:
        """The `k` passages whose best vector is nearest to `vector` (shape (dimensions,)), best first.

        `among` restricts the search to these passage numbers (int64, ascending).
        """
        # Threads for a single question cost more to gather than they save: 29 ms instead of 6 in 45,000 vectors.
        # Subtle: OpenMP keeps this number for each calling thread, so it has to be said in this one.
        faiss.omp_set_num_threads(1)
        found: dict[int, float] = {}
        settings = self._settings(among)
        wanted = 2 * k  # several vectors of one passage may be near; over-fetch so that k passages remain
        while len(self):
            scores, numbers = self._index.search(vector[None, :], min(wanted, len(self)), params=settings)
            for number, score in zip(numbers[0].tolist(), scores[0].tolist(), strict=True):
                if number >= 0:
                    found.setdefault(number, score)
            # Enough once k passages are found and the last vector is worse than the k-th: no tie is cut.
            best = sorted(found.values(), reverse=True)[:k]
            exhausted = wanted >= len(self) or numbers[0, -1] < 0
            if exhausted or (len(best) == k and scores[0, -1] < best[-1]):
                break
            wanted *= 4
        return best_first(found, k)

    def _settings(self, among: np.ndarray | None) -> Any:
        selector = None if among is None else _selector(among)
        if self.is_exact:
            return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        narrow = among is not None and len(among) < NARROW * len(self)
        probes = self._index.nlist if narrow else PROBES
        return faiss.SearchParametersIVF(sel=selector, nprobe=probes)  # type: ignore[call-arg]

    def _sort_into(self, count: int) -> None:
        """Moves the vectors into so many lists, whose centroids and ranges a sample of them decides."""
        lists = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(self.dimensions), self.dimensions, count,
            faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT,
        )  # fmt: skip
        lists.cp.niter, lists.cp.spherical = _TRAINING_ROUNDS, True
        step = max(1, len(self) // (_TRAINING_VECTORS_A_LIST * count))
        lists.train(np.concatenate([vectors[::step] for vectors, _ in self._parts()]))
        for vectors, numbers in self._parts():
            lists.add_with_ids(vectors, numbers)
        self._index = lists

    def _parts(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The vectors as they are kept, with the passage of each: together or list by list."""
        if self.is_exact:
            yield self._index.index.reconstruct_n(0, len(self)), self._numbers()
            return
        lists = self._index.invlists
        for number in range(lists.nlist):
            if size := lists.list_size(number):
                codes = faiss.rev_swig_ptr(lists.get_codes(number), size * lists.code_size).reshape(size, -1)
                vectors = self._index.sq.decode(codes) + self._index.quantizer.reconstruct(number)
                yield vectors, faiss.rev_swig_ptr(lists.get_ids(number), size).copy()

    def _numbers(self) -> np.ndarray:
        """int64 of shape (vectors,): the passage of each."""
        if self.is_exact:
            numbers: np.ndarray = faiss.vector_to_array(self._index.id_map)
            return numbers
        lists = self._index.invlists
        sizes = [lists.list_size(number) for number in range(lists.nlist)]
        return np.concatenate(
            [faiss.rev_swig_ptr(lists.get_ids(number), size).copy() for number, size in enumerate(sizes) if size]
            or [np.zeros(0, np.int64)]
        )


def _selector(passages: np.ndarray) -> Any:
    """FAISS' own set of numbers: a bit for each up to the highest."""
    bits = np.zeros(int(passages[-1]) + 1 if len(passages) else 1, bool)
    bits[passages] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg,arg-type]
