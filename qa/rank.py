"""Hits, read -> hits in the order of how well they answer: passages that only look like the question move down.

The reader reads the best of what retrieval found, once, for ranking, quoting and confidence alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from khamtop.index.storage.store import Index
from khamtop.index.types import Filter, Span
from khamtop.qa.reader import Reader, Reading
from khamtop.qa.retrieve import retrieve
from khamtop.qa.types import Hit, Kind, Query

#: Passages that are read, and how many in all where none of these likelier answers than not: each takes some 25 ms
#: of one core.
READ_PASSAGES, READ_ON = 6, 12


@dataclass(frozen=True, slots=True)
class Found:
    """A hit, and what the reader made of it: None where it was not read."""

    hit: Hit
    reading: Reading | None

    @property
    def answer(self) -> Span:
        """Where it answers, as a span of its article's text."""
        assert self.reading
        start, end = self.reading.answer
        return self.hit.passage.start + start, self.hit.passage.start + end

    @property
    def logit(self) -> float:
        """How likely it answers, as `Reading.logit`."""
        assert self.reading
        return self.reading.logit

    @property
    def chance(self) -> float:
        """The same as a chance, 0 to 1."""
        assert self.reading
        return self.reading.chance

    @property
    def kind(self) -> Kind | None:
        """What the question asks for, as the reader understands it."""
        return self.reading.kind if self.reading else None


def find(
    query: Query, index: Index, k: int, reader: Reader, without: str | None = None, bounds: Filter | None = None
) -> list[Found]:
    """The `k` passages that fit the question best, best first, and always as many as may be read (`READ_ON`).

    `without` leaves out one article, by id, and `bounds` all but those that it lets through.
    """
    return rank(query, retrieve(query, index, max(k, READ_ON), without, bounds), reader)


def rank(query: Query, hits: Sequence[Hit], reader: Reader) -> list[Found]:
    """The hits, of which the first ones are read, best first; a read one's score then says both.

    What was not read stays behind what was.
    """
    found = _read(query, hits[:READ_PASSAGES], reader)
    if all(item.reading is None or item.logit < 0 for item in found):
        found += _read(query, hits[READ_PASSAGES:READ_ON], reader)
    unread = [Found(hit, None) for hit in hits[len(found) :]]
    found.sort(key=lambda item: (item.reading is None, -item.hit.score))
    return [*found, *unread]


def _read(query: Query, hits: Sequence[Hit], reader: Reader) -> list[Found]:
    """The hits, read; each one's score then says both, but of one that has nothing to read."""
    readings = {
        item.passage: item for item in reader.read(query.asked, [(hit.article.title, hit.text) for hit in hits])
    }
    return [
        Found(replace(hit, score=round(hit.score + reader.rank_weight * reading.logit, 6)) if reading else hit, reading)
        for place, hit in enumerate(hits)
        for reading in [readings.get(place)]
    ]
