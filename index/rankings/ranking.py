"""The seam where a search engine plugs in: what ranks passages by one kind of likeness, in files of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from khamtop.index.types import KhamtopError, Ranked

#: What a passage is found by (terms, a vector), and what is looked for (a query's terms, a query's vector).
Entry = TypeVar("Entry", contravariant=True)
Wanted = TypeVar("Wanted", contravariant=True)


class RankingDamaged(KhamtopError):
    """What lies in a ranking's folder is not what it wrote there: `index.damaged`, wherever it is met."""

    def __init__(self, file: str, said: str) -> None:
        """`said` is what the ranking's library says of it, for developers."""
        super().__init__("index.damaged", file=file)
        self.said = said

    def __str__(self) -> str:
        return f"{super().__str__()}: {self.said}"


class Ranking(Protocol[Entry, Wanted]):
    """Passages, by number, in the order of how well they fit. Opened on a folder; starts empty where nothing lies.

    Opening raises `RankingDamaged` for files that are not its own, `OSError` for such as cannot be opened, and
    `PermissionError` for a folder that it may not work in; whatever comes later raises `RankingDamaged` too, where it
    meets such files. Searching is safe from several threads.
    """

    def add(self, passages: Sequence[int], entries: Sequence[Entry]) -> None:
        """Adds entries, each under the number of its passage; a passage may have several, if the ranking says so."""

    def remove(self, passages: Iterable[int]) -> None:
        """Takes passages out. Numbers that it does not have are passed over."""

    def search(self, wanted: Wanted, k: int, among: np.ndarray | None = None) -> list[Ranked]:
        """The `k` passages that fit best, best first; of those `among` (int64, ascending), if that is given."""

    def passages(self) -> set[int]:
        """The numbers of all passages."""

    def commit(self) -> None:
        """Writes what was added and removed since the last commit to the folder.

        Raises:
            OSError: if it cannot be written.
        """

    def close(self) -> None:
        """Lets go of the files, and of what was not committed."""

    @staticmethod
    def is_immutable(file: Path) -> bool:
        """Whether a commit never changes this file of its own in place, so that a copy of the folder may link it."""

    @staticmethod
    def is_temporary(file: Path) -> bool:
        """Whether this file of its own holds nothing of what was committed, as a lock does."""
