"""Why files and lines gave no article: a few hundred of a file one by one, the rest counted, or all in short.

A file may have millions of lines that are none, and each reason takes memory and is told again at each build.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from khamtop.index.types import Rejected

#: Reasons of a file that are kept one by one.
MOST_OF_A_FILE = 300
#: Kinds of reasons, and files with each, that tell why nothing could be read.
_MOST_GROUPS, _MOST_PATHS = 10, 3


#: What lies among articles and is none: nothing that should have been read is lost.
_NO_ARTICLES = frozenset({"file.hidden", "file.kind", "file.readme"})


class Reasons:
    """The reasons of one file, `path`, as they come."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._each: list[Rejected] = []
        self._counted: Counter[str] = Counter()

    def add(self, problem: Rejected) -> None:
        """One more."""
        if len(self._each) < MOST_OF_A_FILE:
            self._each.append(problem)
        else:
            self._counted[problem.reason] += problem.count

    def all(self) -> list[Rejected]:
        """The first ones, and one for all others that have the same reason."""
        counted = (Rejected(self._path, reason, count=count) for reason, count in self._counted.items())
        return [*self._each, *counted]


def total(rejected: Iterable[Rejected]) -> int:
    """How many files and lines these are."""
    return sum(problem.count for problem in rejected)


def apart(rejected: Iterable[Rejected]) -> tuple[list[Rejected], list[Rejected]]:
    """What was lost, and what was passed over since it never was an article: a README, a picture, a hidden file."""
    lost: list[Rejected] = []
    passed_over: list[Rejected] = []
    for problem in rejected:
        (passed_over if problem.reason in _NO_ARTICLES else lost).append(problem)
    return lost, passed_over


def grouped(rejected: Iterable[Rejected]) -> list[dict[str, Any]]:
    """The reasons, the commonest first: how often each, and the paths of the first ones."""
    counts: Counter[str] = Counter()
    paths: dict[str, dict[str, None]] = {}
    for problem in rejected:
        counts[problem.reason] += problem.count
        seen = paths.setdefault(problem.reason, {})
        if len(seen) < _MOST_PATHS:
            seen[problem.path] = None
    return [
        {"reason": reason, "count": count, "paths": list(paths[reason])}
        for reason, count in counts.most_common(_MOST_GROUPS)
    ]
