"""The dense ranking: passages by the direction of their vectors. The only file that imports FAISS.

A passage may have several vectors, one for each stretch of it; its score is the best of them. Every vector
is kept under its passage's number, so nothing else has to be stored.

A small index compares a question with every vector. A large one sorts its vectors into lists by their
nearest centroid. A question looks through the nearest lists only, which hold half a byte for two dimensions
(product quantisation: Jégou et al. 2011, André et al. 2015), and the passages that seem nearest there are then
compared by a byte for each dimension, read from the disk. Whenever the lists have grown to four times as
many vectors, these are sorted anew into twice as many lists, by centroids of what is there by then: lists made
of the first eighth of an archive, if that has a topic of its own, find 96.5 % of the ten nearest, and those made
of all of it 99.

Lists are seldom changed: vectors that come are kept beside them, all compared, and passages that go are
noted. When that has become much, the lists are written anew. So a rebuild costs what changed.

    vectors.faiss     every vector; or the lists, and then there are also
    vectors.beside    the vectors that came since
    vectors.owners    int64, ascending: the passage of each vector in the lists
    vectors.rows      int8, (vectors, dimensions): each of them
    vectors.gone      int64, ascending: passages whose vectors in the lists no longer count
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from khamtop.index.types import Ranked, best_first, unit

#: Up to so many vectors all are compared, which takes 13 ms a question on one core.
FLAT_MOST = 100_000
#: The fewest lists that a larger index sorts its vectors into, and how many of them a question looks through.
LISTS, PROBES = 1024, 256
#: So many times as many vectors want twice as many lists, since the work of a question goes by the root of both.
GROWTH = 4
#: The vectors that seem nearest, of which the passages are compared by their bytes: so many for each passage that is
#: asked for, and at least so many.
CANDIDATES, FEWEST_CANDIDATES = 4, 200
#: When more than this part of all vectors is kept beside the lists, it is put into them, and these are written anew:
#: of 50,000 articles after a thousand that came, so that each costs 2 ms of it, and a question until then 1 ms more.
MOST_BESIDE = 0.02
#: When more than this part of the lists' vectors no longer counts all are sorted anew. FAISS could take them out, but
#: does not find what is added afterwards (1.15: it is packed over the bits of what was there).
MOST_GONE = 0.1
#: Fewer passages than this part of all vectors are looked for in every list, which takes 7 ms in 1,200,000 vectors.
NARROW = 0.2
#: As few as FAISS asks for: sorting 1,200,000 vectors into 2,048 lists takes 45 s of processor time.
_TRAINING_ROUNDS, _TRAINING_VECTORS_A_LIST = 10, 40
#: What half a byte tells apart.
_CODES = 16
_PART = 100_000

#: The files of lists, beside that of the vectors.
_OF_LISTS = (".beside", ".owners", ".rows", ".gone")
_NONE = np.zeros(0, np.int64)


class Dense:
    """Unit vectors of passages, searched by inner product, which is their cosine.

    Raises:
        RuntimeError: from `load`, if a file is not one that FAISS wrote.
        OSError: from `load` if one is not there, from `save` if it cannot be written.
    """

    def __init__(self, dimensions: int) -> None:
        #: Every vector, or those beside the lists.
        self._exact = _flat(dimensions)
        self._lists: _Lists | None = None
        self._gone = _NONE
        self._gone_vectors = 0

    @classmethod
    def load(cls, file: Path) -> Dense:
        """The vectors that `save` wrote; the rows of lists stay on the disk."""
        exact_or_lists = faiss.read_index(str(file))
        dense = cls(exact_or_lists.d)
        if isinstance(exact_or_lists, faiss.IndexIVF):
            dense._exact = faiss.read_index(str(file.with_suffix(".beside")))
            dense._lists = _Lists.load(exact_or_lists, file)
            dense._forget(np.fromfile(file.with_suffix(".gone"), np.int64))
        else:
            dense._exact = exact_or_lists
        return dense

    def save(self, file: Path) -> None:
        """Writes the vectors, but for lists that lie there; older files stay whole for whoever has them open."""
        if not self._lists:
            _write(self._exact, file)
            for suffix in _OF_LISTS:
                file.with_suffix(suffix).unlink(missing_ok=True)
            return
        if not self._lists.lie_in(file):
            self._unite()
            self._lists.save(file)
        # even of nothing, so that a file which is gone is never taken for that
        _write(self._exact, file.with_suffix(".beside"))
        _replace(file.with_suffix(".gone"), self._gone.tofile)

    def __len__(self) -> int:
        return int(self._exact.ntotal) + (len(self._lists) if self._lists else 0) - self._gone_vectors

    @property
    def dimensions(self) -> int:
        """Floats in a vector."""
        return int(self._exact.d)

    @property
    def is_exact(self) -> bool:
        """Whether a question is compared with every vector as it was given."""
        return self._lists is None

    def passages(self) -> set[int]:
        """The numbers of all passages that have a vector."""
        beside = {*self._numbers().tolist()}
        return beside | {*np.setdiff1d(self._lists.owners, self._gone).tolist()} if self._lists else beside

    def add(self, passages: Iterable[int], vectors: np.ndarray) -> None:
        """Adds float32 vectors of shape (n, dimensions); `passages` gives the passage of each.

        Raises:
            ValueError: if the numbers of passages and vectors differ.
        """
        owners = np.fromiter(passages, dtype=np.int64)
        if len(owners) != len(vectors):
            raise ValueError(f"{len(owners)} passages != {len(vectors)} vectors")
        if len(owners):
            self._exact.add_with_ids(vectors, owners)
            self._put_in_order()

    def remove(self, passages: Iterable[int]) -> None:
        """Takes out every vector of these passages."""
        gone = np.fromiter(passages, dtype=np.int64)
        if not len(gone):
            return
        self._exact.remove_ids(gone)
        if self._lists:
            # Subtle: a passage that has gone from the lists may have come back since, with other vectors.
            self._forget(np.union1d(self._gone, np.intersect1d(self._lists.owners, gone)))
            self._put_in_order()

    def search(self, vector: np.ndarray, k: int, among: np.ndarray | None = None) -> list[Ranked]:
        """The `k` passages whose best vector is nearest to `vector` (shape (dimensions,)), best first.

        `among` restricts the search to these passage numbers (int64, ascending).
        """
        # Threads for a single question cost more to gather than they save: 29 ms instead of 6 in 45,000 vectors.
        # Subtle: OpenMP keeps this number for each calling thread, so it has to be said in this one.
        faiss.omp_set_num_threads(1)
        found = self._search_exact(vector, k, among)
        if self._lists:
            narrow = among is not None and len(among) < NARROW * len(self)
            for number, score in self._lists.search(vector, k, _selector(among, self._gone), narrow):
                found[number] = max(score, found.get(number, score))
        return best_first(found, k)

    def _search_exact(self, vector: np.ndarray, k: int, among: np.ndarray | None) -> dict[int, float]:
        """The best score of the `k` passages nearest to `vector` among those all compared, and of some more."""
        found: dict[int, float] = {}
        settings = faiss.SearchParameters(sel=_selector(among, _NONE))  # type: ignore[call-arg]
        total = self._exact.ntotal
        wanted = 2 * k  # several vectors of one passage may be near; over-fetch so that k passages remain
        while total:
            scores, numbers = self._exact.search(vector[None, :], min(wanted, total), params=settings)
            for number, score in zip(numbers[0].tolist(), scores[0].tolist(), strict=True):
                if number >= 0:
                    found.setdefault(number, score)
            # Enough once k passages are found and the last vector is worse than the k-th: no tie is cut.
            best = sorted(found.values(), reverse=True)[:k]
            exhausted = wanted >= total or numbers[0, -1] < 0
            if exhausted or (len(best) == k and scores[0, -1] < best[-1]):
                break
            wanted *= 4
        return found

    def _forget(self, gone: np.ndarray) -> None:
        assert self._lists
        self._gone = gone
        self._gone_vectors = int(np.isin(self._lists.owners, gone).sum()) if len(gone) else 0

    def _put_in_order(self) -> None:
        """Puts into the lists what has become much beside them, and sorts all anew where that has to be."""
        before = wanted = self._lists.count if self._lists else 0
        if len(self) > FLAT_MOST:
            wanted = wanted or LISTS
            while len(self) > GROWTH * FLAT_MOST * (wanted / LISTS) ** 2:
                wanted *= 2
        worn = self._lists is not None and self._gone_vectors > MOST_GONE * len(self._lists)
        if worn and len(self) <= FLAT_MOST:
            self._compare_all()
        elif wanted > before or worn:
            self._sort_into(wanted)
        elif self._lists and self._exact.ntotal > MOST_BESIDE * len(self):
            self._unite()

    def _unite(self) -> None:
        """Puts what is kept beside the lists into them."""
        assert self._lists
        numbers, vectors = self._beside()
        if np.isin(numbers, self._gone).any():  # in the lists the old vectors of such a passage would count again
            self._sort_into(self._lists.count)
        else:
            self._lists.add(numbers, vectors)
            self._exact.reset()

    def _sort_into(self, count: int) -> None:
        """Makes so many lists of all vectors."""
        self._lists = _Lists.of(self._parts, count)
        self._exact.reset()
        self._gone, self._gone_vectors = _NONE, 0

    def _compare_all(self) -> None:
        """Gives up the lists."""
        exact = _flat(self.dimensions)
        for owners, vectors in self._parts():
            exact.add_with_ids(vectors, owners)
        self._exact, self._lists, self._gone, self._gone_vectors = exact, None, _NONE, 0

    def _parts(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """All passages and vectors, some at a time."""
        for owners, vectors in self._lists.parts() if self._lists else ():
            stay = ~np.isin(owners, self._gone)
            yield owners[stay], vectors[stay]
        yield self._beside()

    def _beside(self) -> tuple[np.ndarray, np.ndarray]:
        return self._numbers(), self._exact.index.reconstruct_n(0, self._exact.ntotal)

    def _numbers(self) -> np.ndarray:
        """int64 of shape (vectors,): the passage of each that is compared exactly."""
        numbers: np.ndarray = faiss.vector_to_array(self._exact.id_map)
        return numbers


class _Lists:
    """Vectors in lists, and the same vectors as rows of bytes in the order of their passages."""

    def __init__(self, lists: Any, owners: np.ndarray, rows: np.ndarray, file: Path | None = None) -> None:
        self._lists = lists
        #: The passage of each row, and the rows, in the parts in which they came.
        self._owners, self._rows = [owners], [rows]
        #: Where all of it lies as it is, if it does; then rows are read from there.
        self._file = file
        self._descriptor = os.open(file.with_suffix(".rows"), os.O_RDONLY) if file else None
        if self._descriptor is not None:
            weakref.finalize(self, os.close, self._descriptor)

    @classmethod
    def of(cls, parts: Callable[[], Iterator[tuple[np.ndarray, np.ndarray]]], count: int) -> _Lists:
        """So many lists, whose centroids a sample of the vectors decides; `parts` gives passages and vectors."""
        total = sum(len(owners) for owners, _ in parts())
        step = max(1, total // (_TRAINING_VECTORS_A_LIST * count))
        sample = np.concatenate([vectors[::step] for _, vectors in parts()])
        sample = np.resize(sample, (max(len(sample), _CODES), sample.shape[1]))
        dimensions = sample.shape[1]
        lists = faiss.IndexIVFPQFastScan(
            faiss.IndexFlatIP(dimensions), dimensions, count,
            dimensions // 2 if dimensions % 2 == 0 else dimensions, 4, faiss.METRIC_INNER_PRODUCT,
        )  # fmt: skip
        lists.by_residual = False
        lists.cp.niter, lists.cp.spherical = _TRAINING_ROUNDS, True
        lists.train(sample)
        made = cls(lists, _NONE, np.zeros((0, dimensions), np.int8))
        for owners, vectors in parts():
            made.add(owners, vectors)
        return made

    @classmethod
    def load(cls, lists: Any, file: Path) -> _Lists:
        """What `save` wrote, of which `lists` are already read; the rows stay on the disk."""
        owners = np.fromfile(file.with_suffix(".owners"), np.int64)
        rows = np.memmap(file.with_suffix(".rows"), np.int8, "r", shape=(len(owners), lists.d))
        return cls(lists, owners, rows, file)

    def save(self, file: Path) -> None:
        """Writes the lists, their owners and rows."""
        owners, rows = self.owners, self._all_rows
        _write(self._lists, file)
        _replace(file.with_suffix(".owners"), owners.tofile)
        _replace(file.with_suffix(".rows"), rows.tofile)

    def lie_in(self, file: Path) -> bool:
        """Whether the files are what `save` would write."""
        return self._file == file

    def __len__(self) -> int:
        return int(self._lists.ntotal)

    @property
    def count(self) -> int:
        """How many lists there are."""
        return int(self._lists.nlist)

    @property
    def owners(self) -> np.ndarray:
        """int64, ascending: the passage of each vector."""
        self._join()
        return self._owners[0]

    @property
    def _all_rows(self) -> np.ndarray:
        """int8 of shape (vectors, dimensions), in the order of `owners`."""
        self._join()
        return self._rows[0]

    def _join(self) -> None:
        if len(self._owners) > 1:
            owners = np.concatenate(self._owners)
            rows, at = np.empty((len(owners), self._lists.d), np.int8), 0
            while self._rows:  # each part is let go of as it is taken over, so that there are never two of all rows
                part = self._rows.pop(0)
                rows[at : at + len(part)] = part
                at += len(part)
            if (owners[1:] < owners[:-1]).any():
                order = np.argsort(owners, kind="stable")
                owners, rows = owners[order], rows[order]
            self._owners, self._rows = [owners], [rows]

    def add(self, owners: np.ndarray, vectors: np.ndarray) -> None:
        """Adds float32 vectors (n, dimensions) of these passages."""
        if len(owners):
            self._file = self._descriptor = None
            self._lists.add_with_ids(vectors, owners)
            self._owners.append(owners)
            self._rows.append(_quantised(vectors))

    def parts(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """All passages and vectors, some at a time."""
        for first in range(0, len(self), _PART):
            part = slice(first, first + _PART)
            yield self.owners[part], unit(self._all_rows[part])

    def search(self, vector: np.ndarray, k: int, selector: Any, in_all: bool) -> Iterator[tuple[int, float]]:
        """Passages and their scores, among them the `k` nearest of those that `selector` lets through."""
        settings = faiss.SearchParametersIVF(sel=selector, nprobe=self.count if in_all else PROBES)  # type: ignore[call-arg]
        wanted, passages = max(CANDIDATES * k, FEWEST_CANDIDATES), _NONE
        while len(self):
            _, numbers = self._lists.search(vector[None, :], min(wanted, len(self)), params=settings)
            passages = np.unique(numbers[numbers >= 0])
            if len(passages) >= k or wanted >= len(self) or numbers[0, -1] < 0:
                break
            wanted *= 4
        if len(passages):
            first, after = (np.searchsorted(self.owners, passages, side) for side in ("left", "right"))
            scores = unit(self._rows_of(first, after)) @ vector
            starts = np.cumsum([0, *(after - first)[:-1]])
            yield from zip(passages.tolist(), np.maximum.reduceat(scores, starts).tolist(), strict=True)

    def _rows_of(self, first: np.ndarray, after: np.ndarray) -> np.ndarray:
        """The rows from each of `first` to the one of `after`."""
        spans = zip(first.tolist(), after.tolist(), strict=True)
        if self._descriptor is None:
            return np.concatenate([self._all_rows[begin:end] for begin, end in spans])
        # Read, not mapped: what is mapped counts as memory of this process, and a page for each row soon is all of it.
        size = self._lists.d
        read = [os.pread(self._descriptor, (end - begin) * size, begin * size) for begin, end in spans]
        return np.frombuffer(b"".join(read), np.int8).reshape(-1, size)


def _flat(dimensions: int) -> Any:
    """An empty index that compares a question with every vector."""
    return faiss.IndexIDMap(faiss.IndexFlatIP(dimensions))


def _quantised(vectors: np.ndarray) -> np.ndarray:
    """Unit vectors as int8, each as long as its largest number needs; `unit` makes them what they were, nearly."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors * (127 / np.where(largest, largest, 1))).astype(np.int8)


def _write(index: Any, file: Path) -> None:
    try:
        _replace(file, lambda draft: faiss.write_index(index, str(draft)))
    except RuntimeError as error:  # FAISS' word for a disk that is full
        raise OSError(str(error)) from error


def _replace(file: Path, write: Callable[[Path], object]) -> None:
    draft = file.with_name(f"{file.name}.new")
    write(draft)
    os.replace(draft, file)


def _selector(among: np.ndarray | None, gone: np.ndarray) -> Any:
    """FAISS' own set of numbers: of all or of those `among`, the ones that are not `gone`."""
    if among is None:
        return faiss.IDSelectorNot(_bitmap(gone)) if len(gone) else None
    return _bitmap(among if not len(gone) else among[~np.isin(among, gone)])


def _bitmap(passages: np.ndarray) -> Any:
    """A bit for each number up to the highest."""
    bits = np.zeros(int(passages[-1]) + 1 if len(passages) else 1, bool)
    bits[passages] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg,arg-type]
