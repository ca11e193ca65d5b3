"""The rankings that an index has, wired in this one place."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from khamtop.index.rankings.dense import Dense
from khamtop.index.rankings.lexical import FOLDER, Lexical

#: The attributes of `Rankings`, in the order in which they are committed.
_NAMES = ("lexical", "dense")


class Rankings:
    """Both rankings of a generation. Each is opened when it is first asked for: many a build changes no vectors."""

    def __init__(self, generation: Path, dimensions: int) -> None:
        """Those in the folder `generation`; `dimensions` are an encoder's."""
        self._generation, self._dimensions = generation, dimensions

    @cached_property
    def dense(self) -> Dense:
        """By vectors."""
        return Dense(self._generation, self._dimensions)

    @cached_property
    def lexical(self) -> Lexical:
        """By words."""
        return Lexical(self._generation / FOLDER)

    def open(self) -> None:
        """Opens both; raises `OSError` or `RankingDamaged`."""
        for name in _NAMES:
            getattr(self, name)

    def commit(self) -> None:
        """Writes what was added to those that are open, and removed."""
        for ranking in self._opened():
            ranking.commit()

    def close(self) -> None:
        """Lets go of the files."""
        for ranking in self._opened():
            ranking.close()

    def _opened(self) -> list[Dense | Lexical]:
        return [vars(self)[name] for name in _NAMES if name in vars(self)]


def is_immutable(file: Path) -> bool:
    """Whether no commit changes a ranking's file in place."""
    return Dense.is_immutable(file) or Lexical.is_immutable(file)


def is_temporary(file: Path) -> bool:
    """Whether a ranking's file is none of what was committed, as a lock."""
    return Lexical.is_temporary(file)
