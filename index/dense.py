"""The dense ranking: passages by the direction of their vectors. The only file that imports FAISS.

A passage may have several vectors, one for each stretch of it; its score is the best of them. Every vector
is kept under its passage's number, so nothing else has to be stored.

A small index compares a question with every vector. A large one sorts its vectors into lists by their
nearest centroid, compares those of the nearest lists only, and keeps a byte for each dimension. Whenever it
has grown to four times as many, they are sorted anew into twice as many lists, by centroids and ranges of
what is there by then: lists made of the first eighth of an archive, if that has a topic of its own, find
96.5 % of the ten nearest, and those made of all of it 99.

Lists that lie in a file stay there as they are, and what changes is kept beside them, in files of its own:
the vectors that came since, which are all compared, and the passages whose vectors no longer count. When that
has become much, the lists are read, changed and written anew. So a rebuild costs what changed.

    vectors.faiss    every vector; or the lists, and then there are also
    vectors.fresh    the vectors that came since
    vectors.gone     int64: the passage of each vector in the lists that no longer counts
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
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
#: When more than this part of all vectors is kept beside the lists, these are written anew: of 50,000 articles after
#: five hundred that changed, so that each costs 3 ms of it, and a question until then 1 ms more in some 9.
MOST_BESIDE = 0.02
#: Passages among fewer than this part of all are looked for in every list.
NARROW = 0.2
#: As few as FAISS asks for: sorting 1,200,000 vectors into 2,048 lists takes 45 s of processor time.
_TRAINING_ROUNDS, _TRAINING_VECTORS_A_LIST = 10, 40

_NONE = np.zeros(0, np.int64)


class Dense:
    """Unit vectors of passages, searched by inner product, which is their cosine.

    Raises:
        RuntimeError: from `load`, if a file is not one that FAISS wrote.
        OSError: from `load` if one is not there, from `save` if it cannot be written.
    """

    def __init__(self, dimensions: int) -> None:
        self._index: Any = _exact(dimensions)
        #: Where the lists lie that are not to be changed; if there is such a file, what changed since is beside it.
        self._file: Path | None = None
        self._fresh: Any = _exact(dimensions)
        self._gone = _NONE

    @classmethod
    def load(cls, file: Path) -> Dense:
        """The vectors that `save` wrote; lists stay on disk until they are needed."""
        lists_or_all = faiss.read_index(str(file), faiss.IO_FLAG_MMAP)
        dense = cls(lists_or_all.d)
        dense._index = lists_or_all
        if not dense.is_exact:
            dense._file = file
            fresh, gone = _beside(file)
            dense._fresh, dense._gone = faiss.read_index(str(fresh)), np.fromfile(gone, np.int64)
        return dense

    def save(self, file: Path) -> None:
        """Writes the vectors, but for lists that lie there; older files stay whole for whoever has them open."""
        if self._file != file:
            self._unite()
            _replace(file, lambda draft: faiss.write_index(self._index, str(draft)))
        if not self.is_exact:  # even of nothing, so that a file which is gone is never taken for one
            fresh, gone = _beside(file)
            _replace(fresh, lambda draft: faiss.write_index(self._fresh, str(draft)))
            _replace(gone, lambda draft: draft.write_bytes(self._gone.tobytes()))

    def __len__(self) -> int:
        return int(self._index.ntotal + self._fresh.ntotal) - len(self._gone)

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
        return {*np.setdiff1d(_numbers(self._index), self._gone).tolist(), *_numbers(self._fresh).tolist()}

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
        (self._fresh if self._file else self._index).add_with_ids(vectors, owners)
        self._unite_if_worn()
        lists = 0 if self.is_exact else self._index.nlist
        wanted = lists or LISTS
        while len(self) > GROWTH * FLAT_MOST * (wanted / LISTS) ** 2:
            wanted *= 2
        if wanted > lists and len(self) > FLAT_MOST:
            self._unite()
            self._sort_into(wanted)

    def remove(self, passages: Iterable[int]) -> None:
        """Takes out every vector of these passages."""
        gone = np.fromiter(passages, dtype=np.int64)
        if not len(gone):
            return
        (self._fresh if self._file else self._index).remove_ids(gone)
        if self._file:
            numbers = _numbers(self._index)
            # Subtle: a passage that has gone from the lists may have come back since, with other vectors.
            self._gone = numbers[np.isin(numbers, np.union1d(gone, self._gone))]
            self._unite_if_worn()

    def search(self, vector: np.ndarray, k: int, among: np.ndarray | None = None) -> list[Ranked]:
        """The `k` passages whose best vector is nearest to `vector` (shape (dimensions,)), best first.

        `among` restricts the search to these passage numbers (int64, ascending).
        """
        # Threads for a single question cost more to gather than they save: 29 ms instead of 6 in 45,000 vectors.
        # Subtle: OpenMP keeps this number for each calling thread, so it has to be said in this one.
        faiss.omp_set_num_threads(1)
        found: dict[int, float] = {}
        for index, gone in ((self._index, self._gone), (self._fresh, _NONE)):
            if index.ntotal:
                settings = self._settings(index, among, _selector(among, gone))
                for number, score in _nearest(index, vector, k, settings).items():
                    found[number] = max(score, found.get(number, score))
        return best_first(found, k)

    def _settings(self, index: Any, among: np.ndarray | None, selector: Any) -> Any:
        if not isinstance(index, faiss.IndexIVF):
            return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        narrow = among is not None and len(among) < NARROW * len(self)
        probes = index.nlist if narrow else PROBES
        return faiss.SearchParametersIVF(sel=selector, nprobe=probes)  # type: ignore[call-arg]

    def _unite_if_worn(self) -> None:
        if self._fresh.ntotal + len(self._gone) > MOST_BESIDE * len(self):
            self._unite()

    def _unite(self) -> None:
        """Reads lists that stayed on disk, and changes them as what is kept beside them tells."""
        if self._file is None:
            return
        self._index = faiss.read_index(str(self._file))
        self._index.remove_ids(np.unique(self._gone))
        self._index.add_with_ids(self._fresh.index.reconstruct_n(0, self._fresh.ntotal), _numbers(self._fresh))
        self._file, self._fresh, self._gone = None, _exact(self.dimensions), _NONE

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
            yield self._index.index.reconstruct_n(0, len(self)), _numbers(self._index)
            return
        lists = self._index.invlists
        for number in range(lists.nlist):
            if size := lists.list_size(number):
                codes = faiss.rev_swig_ptr(lists.get_codes(number), size * lists.code_size).reshape(size, -1)
                vectors = self._index.sq.decode(codes) + self._index.quantizer.reconstruct(number)
                yield vectors, faiss.rev_swig_ptr(lists.get_ids(number), size).copy()


def _exact(dimensions: int) -> Any:
    """An empty index that compares a question with every vector."""
    return faiss.IndexIDMap(faiss.IndexFlatIP(dimensions))


def _beside(file: Path) -> tuple[Path, Path]:
    """Where the vectors are that came since the lists of `file`, and the passages of those that went."""
    return file.with_suffix(".fresh"), file.with_suffix(".gone")


def _replace(file: Path, write: Callable[[Path], object]) -> None:
    draft = file.with_name(f"{file.name}.new")
    try:
        write(draft)
    except RuntimeError as error:  # FAISS' word for a disk that is full
        raise OSError(str(error)) from error
    os.replace(draft, file)


def _numbers(index: Any) -> np.ndarray:
    """int64 of shape (vectors,): the passage of each."""
    if not isinstance(index, faiss.IndexIVF):
        numbers: np.ndarray = faiss.vector_to_array(index.id_map)
        return numbers
    lists: Any = index.invlists
    sizes = [lists.list_size(number) for number in range(lists.nlist)]
    return np.concatenate(
        [faiss.rev_swig_ptr(lists.get_ids(number), size).copy() for number, size in enumerate(sizes) if size] or [_NONE]
    )


def _nearest(index: Any, vector: np.ndarray, k: int, settings: Any) -> dict[int, float]:
    """The best score of the `k` passages nearest to `vector`, and of some more."""
    found: dict[int, float] = {}
    wanted = 2 * k  # several vectors of one passage may be near; over-fetch so that k passages remain
    while True:
        scores, numbers = index.search(vector[None, :], min(wanted, index.ntotal), params=settings)
        for number, score in zip(numbers[0].tolist(), scores[0].tolist(), strict=True):
            if number >= 0:
                found.setdefault(number, score)
        # Enough once k passages are found and the last vector is worse than the k-th: no tie is cut.
        best = sorted(found.values(), reverse=True)[:k]
        exhausted = wanted >= index.ntotal or numbers[0, -1] < 0
        if exhausted or (len(best) == k and scores[0, -1] < best[-1]):
            return found
        wanted *= 4


def _selector(among: np.ndarray | None, gone: np.ndarray) -> Any:
    """FAISS' own set of numbers: of all or of those `among`, the ones that are not `gone`."""
    if among is None:
        return faiss.IDSelectorNot(_bitmap(gone)) if len(gone) else None
    return _bitmap(among if not len(gone) else among[~np.isin(among, gone)])


def _bitmap(passages: np.ndarray) -> Any:
    """A bit for each number up to the highest."""
    bits = np.zeros(int(passages.max()) + 1 if len(passages) else 1, bool)
    bits[passages] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg,arg-type]
