"""The articles as a person looks through them: by day and by title, and how they spread over time.

Made once for an opened index, since it reads every title; each look after that costs next to nothing.
What is asked of the articles is `qa`'s business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal

from khamtop.index.storage.database import Database, Listed
from khamtop.index.text import thai

#: A picture of more bars is a blur; only years may be more, as there is nothing coarser.
MOST_BARS = 60

Unit = Literal["year", "month", "day"]


@dataclass(frozen=True, slots=True)
class Timeline:
    """How many articles each year, month or day has, without a gap: the first day of each, and its count."""

    unit: Unit
    bars: tuple[tuple[date, int], ...]
    undated: int


class Listing:
    """Every article of a database, newest first, undated ones last, those of a day by title, as Thais sort."""

    def __init__(self, database: Database) -> None:
        self._database = database
        rows = _in_thai_order(database.catalogue())
        self._numbers = [number for number, _, _ in rows]
        self._titles = [_plain(title) for _, title, _ in rows]
        self.timeline = _timeline([day for _, _, day in rows])

    def find(self, words: str, offset: int, limit: int) -> tuple[int, list[Listed]]:
        """How many titles have `words` in them, and those from `offset` on, `limit` at the most.

        Compared are letters, as a reader takes them: capitals are small ones, Thai digits are Arabic
        ones, and spaces are not there.
        """
        wanted = _plain(words)
        found = [number for number, title in zip(self._numbers, self._titles, strict=True) if wanted in title]
        return len(found), self._database.listed(found[offset : offset + limit])


def _in_thai_order(rows: list[tuple[int, str, int | None]]) -> list[tuple[int, str, int | None]]:
    """Rows of number, title and day, which come by day, those of a day by title.

    Thais sort by consonants first: "เกาะ" stands among the ก, and tones count last of all.
    """
    from pythainlp.util import collate

    order = {title: place for place, title in enumerate(collate(sorted({title for _, title, _ in rows})))}
    days = groupby(rows, key=lambda row: row[2])
    return [row for _, day in days for row in sorted(day, key=lambda row: (order[row[1]], row[0]))]


def _plain(title: str) -> str:
    return "".join(thai.normalise(title).text.split())


def _timeline(ordinals: list[int | None]) -> Timeline:
    days = [date.fromordinal(ordinal) for ordinal in ordinals if ordinal is not None]
    undated = len(ordinals) - len(days)
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
