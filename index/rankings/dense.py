"""The dense ranking: passages by the direction of their vectors.

A passage may have several vectors, one for each stretch of it; its score is the best of them. Every vector is kept
under its passage's number, so nothing else has to be stored.

A small index is flat (`flat.py`): a question is compared with every vector. A large one sorts its vectors into
inverted lists (`lists.py`). Lists are written seldom: new vectors go to a delta beside them, which is flat, and removed
passages are noted as tombstones. When either has become much, compaction writes the lists again. So a rebuild costs
what changed.

Whenever the lists have grown to four times as many vectors, these are sorted again into twice as many lists, by
centroids of what is there by then: lists made of the first eighth of an archive, if that has a topic of its own, find
96.5 % of the ten nearest, and those made of all of it 99.

    vectors.faiss     every vector; or the lists, and then there are also
    vectors.beside    the delta
    vectors.owners    int64, ascending: the passage of each vector in the lists
    vectors.rows      int8, (vectors, dimensions): each of them
    vectors.gone      int64, ascending: the tombstones
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from khamtop.index.rankings.faiss_tools import NONE, is_inverted, one_thread, read, replace
from khamtop.index.rankings.flat import FlatVectors
from khamtop.index.rankings.lists import InvertedLists, Parts
from khamtop.index.rankings.ranking import RankingDamaged
from khamtop.index.types import Ranked, best_first

#: The most vectors of a flat index: comparing all of them takes 13 ms a question on one core.
FLAT_MOST = 100_000
#: The fewest lists of a larger one.
LISTS = 1024
#: Growth that doubles the lists: the work of a question goes by the root of vectors and of lists.
GROWTH = 4
#: Compact when the delta exceeds this part of all vectors. At 50,000 articles that is every 1,000 additions: each costs
#: 2 ms of it, and a question until then up to 1 ms more.
MOST_DELTA = 0.02
#: Sort again when tombstones hide more than this part of the lists' vectors. FAISS could take them out, but does not
#: find what is added afterwards (1.15: it is packed over the bits of what was there).
MOST_GONE = 0.1
#: A search among fewer passages than this part of all vectors looks through every list: 7 ms in 1,200,000 vectors.
NARROW = 0.2

_FILE = "vectors.faiss"
_DELTA, _TOMBSTONES = ".beside", ".gone"
_OF_LISTS = (_DELTA, ".owners", ".rows", _TOMBSTONES)


class Dense:
    """Unit vectors of passages, searched by inner product, which is their cosine: a `Ranking`."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        """Opens the vectors in `folder`, or starts with none, of `dimensions` each.

        Raises:
            RankingDamaged: if a file is not one that FAISS wrote, or one of several is not there.
        """
        self._file = folder / _FILE
        self._lists: InvertedLists | None = None
        self._tombstones, self._hidden = NONE, 0
        #: Every vector, or the delta where there are lists.
        self._flat = FlatVectors.empty(dimensions)
        if self._file.exists():
            try:
                self._load()
            except (OSError, RuntimeError, ValueError) as error:  # FAISS and NumPy each have their own
                raise RankingDamaged(self._file.name, str(error)) from error

    def _load(self) -> None:
        index = read(self._file)
        if is_inverted(index):
            self._flat = FlatVectors(read(self._file.with_suffix(_DELTA)))
            self._lists = InvertedLists.load(index, self._file)
            self._set_tombstones(np.fromfile(self._file.with_suffix(_TOMBSTONES), np.int64))
        else:
            self._flat = FlatVectors(index)

    def commit(self) -> None:
        """Writes what has changed; older files stay whole for whoever has them open. Raises `OSError`."""
        if not self._lists:
            self._flat.save(self._file)
            for suffix in _OF_LISTS:
                self._file.with_suffix(suffix).unlink(missing_ok=True)
            return
        if not self._lists.is_saved:
            self._compact()
            self._lists.save(self._file)
        # Even where they are empty: a file that is gone must never be taken for that.
        self._flat.save(self._file.with_suffix(_DELTA))
        replace(self._file.with_suffix(_TOMBSTONES), self._tombstones.tofile)

    def close(self) -> None:
        """Nothing is held open for writing."""

    @staticmethod
    def is_immutable(file: Path) -> bool:
        """All of its files are replaced, never changed."""
        return file.stem == Path(_FILE).stem

    @staticmethod
    def is_temporary(file: Path) -> bool:
        """It keeps no locks."""
        return False

    def __len__(self) -> int:
        """The number of vectors."""
        return len(self._flat) + (len(self._lists) - self._hidden if self._lists else 0)

    @property
    def dimensions(self) -> int:
        """Floats in a vector."""
        return self._flat.dimensions

    @property
    def is_exact(self) -> bool:
        """Whether a question is compared with every vector as it was given."""
        return self._lists is None

    def passages(self) -> set[int]:
        """The numbers of all passages that have a vector."""
        in_lists = np.setdiff1d(self._lists.passages, self._tombstones) if self._lists else NONE
        return {*self._flat.passages.tolist(), *in_lists.tolist()}

    def add(self, passages: Sequence[int], entries: Sequence[np.ndarray] | np.ndarray) -> None:
        """Adds unit vectors, float32 (n, dimensions), each under the number of its passage.

        Raises:
            ValueError: if the numbers of passages and vectors differ.
        """
        if len(passages) != len(entries):
            raise ValueError(f"{len(passages)} passages != {len(entries)} vectors")
        if len(passages):
            self._flat.add(np.array(passages, np.int64), np.asarray(entries))
            self._keep_in_order()

    def remove(self, passages: Iterable[int]) -> None:
        """Takes out every vector of these passages."""
        removed = np.fromiter(passages, dtype=np.int64)
        if not len(removed):
            return
        self._flat.remove(removed)
        if self._lists:
            # Subtle: a passage that has gone from the lists may have come back since, with other vectors.
            self._set_tombstones(np.union1d(self._tombstones, np.intersect1d(self._lists.passages, removed)))
            self._keep_in_order()

    def search(self, wanted: np.ndarray, k: int, among: np.ndarray | None = None) -> list[Ranked]:
        """The `k` passages whose best vector is nearest to the vector `wanted` (dimensions,), best first.

        `among` restricts the search to these passage numbers (int64, ascending).
        """
        one_thread()
        found = self._flat.search(wanted, k, among)
        if self._lists:
            is_narrow = among is not None and len(among) < NARROW * len(self)
            in_lists = self._lists.search(wanted, k, among, self._tombstones, is_narrow)
            for number, score in in_lists.items():
                found[number] = max(score, found.get(number, score))
        return best_first(found, k)

    # Growing and shrinking

    def _set_tombstones(self, passages: np.ndarray) -> None:
        """Hides the lists' vectors of these passages (int64, ascending)."""
        assert self._lists
        self._tombstones = passages
        self._hidden = int(np.isin(self._lists.passages, passages).sum()) if len(passages) else 0

    def _keep_in_order(self) -> None:
        """Compacts, or sorts all vectors again, where that has become due."""
        count = self._lists.count if self._lists else 0
        wanted = self._wanted_lists(count)
        is_worn = self._lists is not None and self._hidden > MOST_GONE * len(self._lists)
        if is_worn and len(self) <= FLAT_MOST:
            self._flatten()
        elif wanted > count or is_worn:
            self._sort_into(wanted)
        elif self._lists and len(self._flat) > MOST_DELTA * len(self):
            self._compact()

    def _wanted_lists(self, count: int) -> int:
        """How many lists the vectors want; never fewer than the `count` that there are."""
        if len(self) <= FLAT_MOST:
            return count
        wanted = count or LISTS
        while len(self) > GROWTH * FLAT_MOST * (wanted / LISTS) ** 2:
            wanted *= 2
        return wanted

    def _compact(self) -> None:
        """Puts the delta into the lists."""
        assert self._lists
        if np.isin(self._flat.passages, self._tombstones).any():
            # Subtle: in the lists the old vectors of such a passage would count again with its tombstone gone.
            self._sort_into(self._lists.count)
        else:
            self._lists.add(self._flat.passages, self._flat.vectors)
            self._flat.clear()

    def _sort_into(self, count: int) -> None:
        """Makes `count` lists of all vectors."""
        self._lists = InvertedLists.of(self._parts, count)
        self._flat.clear()
        self._tombstones, self._hidden = NONE, 0

    def _flatten(self) -> None:
        """Gives up the lists."""
        flat = FlatVectors.empty(self.dimensions)
        for passages, vectors in self._parts():
            flat.add(passages, vectors)
        self._flat, self._lists, self._tombstones, self._hidden = flat, None, NONE, 0

    def _parts(self) -> Parts:
        """All passages and vectors, some at a time."""
        for passages, vectors in self._lists.parts() if self._lists else ():
            stay = ~np.isin(passages, self._tombstones)
            yield passages[stay], vectors[stay]
        yield self._flat.passages, self._flat.vectors
