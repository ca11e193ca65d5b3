"""The articles as a person looks through them: by day and by title, and how they spread over time.

Made once for an opened index, since it reads every title; each look after that costs next to nothing.
What is asked of the articles is `qa`'s business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, Protocol

from khamtop.index.storage.database import Listed
from khamtop.index.text import thai
from khamtop.index.types import Filter

#: A picture of more bars is a blur; only years may be more, as there is nothing coarser.
MOST_BARS = 60

Unit = Literal["year", "month", "day"]

#: By date, undated articles last; or by title.
ListOrder = Literal["newest", "oldest", "title"]
LIST_ORDERS: tuple[ListOrder, ...] = ("newest", "oldest", "title")

#: A vowel that is written before its consonant and sorted after it; and what a dictionary passes over.


@dataclass(frozen=True, slots=True)
class Timeline:
    """How many articles each year, month or day has, without a gap: the first day of each, and its count."""

    unit: Unit
    bars: tuple[tuple[date, int], ...]
    undated: int


class Catalogue(Protocol):
    """What a listing is made of: a `Database`, or another engine's articles."""

    def catalogue(self) -> list[tuple[int, str, int | None]]:
        """Number, title and day (an ordinal) of every article: the newest first, undated ones last, then by title."""

    def listed(self, numbers: Sequence[int]) -> list[Listed]:
        """The articles of these numbers as a list shows them, in that order."""

    def articles_within(self, bounds: Filter) -> set[int]:
        """The numbers of the articles that a filter lets through."""


class Listing:
    """Every article of a database; those of a day by title, as Thais sort."""

    def __init__(self, database: Catalogue) -> None:
        self._database = database
        rows = database.catalogue()
        places = _thai_order({title for _, title, _ in rows})
        rows.sort(key=lambda row: (row[2] is None, -(row[2] or 0), places[row[1]], row[0]))
        self._titles = {number: _plain(title) for number, title, _ in rows}  # the newest first
        self._places = {number: places[title] for number, title, _ in rows}
        self._undated = {number for number, _, day in rows if day is None}
        days = [date.fromordinal(day) for _, _, day in rows if day is not None]
        self.timeline = timeline_of(days, undated=len(self._undated))

    def find(
        self, words: str, offset: int, limit: int, bounds: Filter | None = None, order: ListOrder = "newest"
    ) -> tuple[int, list[Listed]]:
        """How many titles have all `words` in them, and those from `offset` on, `limit` at the most.

        Compared are letters, as a reader takes them: capitals are small ones, Thai digits are Arabic
        ones, and spaces are not there. The words may stand in any order. `bounds` lets only some articles through.
        """
        within = self._database.articles_within(bounds) if bounds else None
        wanted = _wanted(words)
        found = [
            number
            for number in self._ordered[order]
            if (within is None or number in within) and _has(self._titles[number], wanted)
        ]
        return len(found), self._database.listed(found[offset : offset + limit])

    @cached_property
    def _ordered(self) -> dict[ListOrder, list[int]]:
        """The numbers of all articles in each order."""
        newest = list(self._titles)
        dated = [number for number in newest if number not in self._undated]
        undated = [number for number in newest if number in self._undated]
        by_title = sorted(newest, key=lambda number: (self._places[number], number))
        return {"newest": newest, "oldest": [*reversed(dated), *undated], "title": by_title}


def _wanted(words: str) -> list[tuple[str, list[str]]]:
    """What was typed between spaces, and the words that each piece of it is made of."""
    pieces = thai.normalise(words).text.split()
    return [(piece, thai.words(piece)) for piece in pieces]


def _has(title: str, wanted: list[tuple[str, list[str]]]) -> bool:
    """Whether a plain title has each piece in it, or else all words of that piece."""
    return all(piece in title or (words and all(word in title for word in words)) for piece, words in wanted)


def _thai_order(titles: set[str]) -> dict[str, int]:
    """The place of each title in a Thai dictionary.

    Thais sort by consonants first: "เกาะ" stands among the ก, and tones count last of all. Quotation marks and other
    signs do not count.
    """
    from pythainlp.util import collate

    letters = {title: "".join(thai.stretches(_plain(title))) for title in titles}
    places = {bare: place for place, bare in enumerate(collate(sorted(set(letters.values()))))}
    return {title: places[bare] for title, bare in letters.items()}


def _plain(title: str) -> str:
    return "".join(thai.normalise(title).text.split())


def timeline_of(days: Sequence[date], undated: int = 0) -> Timeline:
    """How many of these days lie in each year, month or day: as fine as is still seen."""
    if not days:
        return Timeline("year", (), undated)
    first, last = min(days), max(days)
    unit: Unit = "year"
    if (last - first).days < MOST_BARS:
        unit = "day"
    elif 12 * (last.year - first.year) + last.month - first.month < MOST_BARS:
        unit = "month"
    counts = Counter(_start(day, unit) for day in days)
    return Timeline(unit, tuple((start, counts[start]) for start in _starts(first, last, unit)), undated)


def _start(day: date, unit: Unit) -> date:
    """The first day of the year, month or day that a day lies in."""
    if unit == "day":
        return day
    return day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


def _starts(first: date, last: date, unit: Unit) -> Iterator[date]:
    start = _start(first, unit)
    while start <= last:
        yield start
        if unit == "day":
            start = date.fromordinal(start.toordinal() + 1)
        elif unit == "month":
            start = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        else:
            start = date(start.year + 1, 1, 1)
