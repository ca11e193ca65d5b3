"""The persons, organisations and places of the articles as a person looks through them: the commonest first.

Counted once for an opened index. What is a name is decided in `text/names.py`, when the index is built.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from khamtop.index.text.names import NAME_KINDS, NameKind, key_of, untitled
from khamtop.index.types import KhamtopError


@dataclass(frozen=True, slots=True)
class CountedName:
    """A name, and in how many articles it stands."""

    name: str
    articles: int


def kinds_of(kind: str) -> tuple[NameKind, ...]:
    """The kinds of names that are meant: one, or all where none is named.

    Raises:
        KhamtopError: `names.kind` for what is none.
    """
    chosen = tuple(each for each in NAME_KINDS if kind in ("", each))
    if not chosen:
        raise KhamtopError("names.kind", kinds=", ".join(NAME_KINDS))
    return chosen


class NameList:
    """Every name of an index, by kind."""

    def __init__(self, counted: Iterable[tuple[NameKind, str, int]]) -> None:
        """Of kinds, names and numbers of articles, the commonest first."""
        self._names: dict[NameKind, list[tuple[str, CountedName]]] = {kind: [] for kind in NAME_KINDS}
        for kind, name, articles in counted:
            self._names[kind].append((key_of(name), CountedName(name, articles)))

    def find(self, kind: NameKind, words: str, limit: int) -> tuple[int, list[CountedName]]:
        """How many names of a kind have all `words` in them, in any order, and the first of these."""
        wanted = untitled(words).split()
        found = [named for key, named in self._names[kind] if all(word in key for word in wanted)]
        return len(found), found[:limit]
