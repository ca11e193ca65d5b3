"""Hits, read -> hits in the order of how well they answer: passages that only look like the question move down.

The reader reads the best of what retrieval found, once, for ranking, quoting and confidence alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from khamtop.index.storage.opened import Index
from khamtop.index.text import thai
from khamtop.index.text.dates import span_of
from khamtop.index.types import Article, Filter, Span
from khamtop.qa.overview import covered
from khamtop.qa.period import is_elsewhere
from khamtop.qa.question import read
from khamtop.qa.reader import Reader, Reading
from khamtop.qa.reranker import RERANKED, Reranker, reranked
from khamtop.qa.retrieve import retrieve
from khamtop.qa.section import asked_for, told_in
from khamtop.qa.types import Hit, Kind, Query

#: Passages that are read, and how many in all where none of these likelier answers than not: each takes some 25 ms
#: of one core.
READ_PASSAGES, READ_ON = 6, 12
#: Logits that a passage of another time than the question names is less likely to answer. Of newsqa's train questions
#: that name one and were answered surely, 164 of 218 were right where the time fitted, and 1 of 30 where it did not.
ELSEWHERE = 3.0
#: What it counts in a follow-up that a passage is of the article that the earlier question found.
TALKED_OF = 0.6
#: The logit of an answer that nothing says, where all that was read says the same.
NO_OTHER = -6.0
#: Where the latest is asked for: passages among which it is looked for, the part of what the question names that one
#: must name to tell of the same, and how many of the latest of these are read, beside the best.
LATEST_LOOKED_AT, SAME, LATEST_READ = 200, 0.85, 7


@dataclass(frozen=True, slots=True)
class Found:
    """A hit, and what the reader made of it: None where it was not read."""

    hit: Hit
    reading: Reading | None
    #: The part of its article that was asked for, which a quote does not leave; None if any may be quoted.
    within: Span | None = None

    @property
    def answer(self) -> Span:
        """Where it answers, as a span of its article's text."""
        assert self.reading
        start, end = self.reading.answer
        return self.hit.passage.start + start, self.hit.passage.start + end

    @property
    def likely(self) -> list[tuple[Span, float]]:
        """Spans of its article's text that may be the answer, as `Reading.likely`."""
        assert self.reading
        begin = self.hit.passage.start
        return [((begin + start, begin + end), chance) for (start, end), chance in self.reading.likely]

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
    query: Query,
    index: Index,
    k: int,
    reader: Reader,
    without: str | None = None,
    bounds: Filter | None = None,
    reranker: Reranker | None = None,
) -> list[Found]:
    """The `k` passages that fit the question best, best first, and always as many as may be read (`READ_ON`).

    `without` leaves out one article, by id, and `bounds` all but those that it lets through. A `reranker` has its say
    before the passages are read.
    """
    if query.newest or query.changing:
        near = retrieve(query, index, max(k, LATEST_LOOKED_AT), without, bounds)
        return rank(query, _newest(query, reranked(query, near, reranker)), reader, READ_ON)[: max(k, READ_ON)]
    hits = reranked(query, retrieve(query, index, looked_at(k, reranker), without, bounds), reranker)
    if query.earlier:
        hits = _that_one_first(hits, retrieve(read(query.earlier), index, 1, without, bounds))
    return rank(query, hits, reader)


def looked_at(k: int, reranker: Reranker | None) -> int:
    """How many passages to retrieve for `k`: as many as may be read, or reranked."""
    return max(k, READ_ON if reranker is None else RERANKED)


def _that_one_first(hits: Sequence[Hit], talked_of: Sequence[Hit]) -> list[Hit]:
    """The hits of a follow-up, those of the article that the conversation is about with a start."""
    articles = {hit.article.id for hit in talked_of}
    led = [replace(hit, score=hit.score + TALKED_OF) if hit.article.id in articles else hit for hit in hits]
    return sorted(led, key=lambda hit: -hit.score)


def _newest(query: Query, hits: Sequence[Hit]) -> list[Hit]:
    """The hits, first the best ones and the latest of those that name what the question names."""
    same = [hit for hit in hits if covered(query.concepts, thai.normalise(hit.text).text) >= SAME]
    same.sort(key=lambda hit: _day(hit.article), reverse=True)
    latest = same[:LATEST_READ]
    best = [hit for hit in hits if hit not in latest]
    return [*best[: READ_ON - len(latest)], *latest, *best[READ_ON - len(latest) :]]


def _day(article: Article) -> date:
    days = span_of(article.published) if article.published else None
    return days[0] if days else date.min


def rank(query: Query, hits: Sequence[Hit], reader: Reader, at_first: int = READ_PASSAGES) -> list[Found]:
    """The hits, of which the first ones are read, best first; a read one's score then says both.

    What was not read stays behind what was, and last what tells only of other sections than the question names.
    """
    asked = asked_for(query.text)
    told = [(hit, told_in(asked, hit)) for hit in hits]
    fitting = [(hit, spans) for hit, spans in told if spans != []]
    found = _read(query, fitting[:at_first], reader)
    if all(item.reading is None or item.logit < 0 for item in found):
        found += _read(query, fitting[at_first:READ_ON], reader)
    unread = [Found(hit, None) for hit, _ in fitting[len(found) :]]
    others = [Found(hit, None) for hit, spans in told if spans == []]
    found.sort(key=lambda item: (item.reading is None, -item.hit.score))
    return [*found, *unread, *others]


def lead(first: int, logits: Sequence[float], said: Sequence[str]) -> float:
    """How many logits the first of some answers is ahead of the best that says something else.

    `logits` and `said` are those of all, in any order; `first` is a place in them. Copies of an article say the same.
    """
    words = ["".join(answer.split()) for answer in said]
    others = [
        logit
        for logit, answer in zip(logits, words, strict=True)
        if answer not in words[first] and words[first] not in answer
    ]
    return logits[first] - max(others, default=NO_OTHER)


def _read(query: Query, hits: Sequence[tuple[Hit, list[Span] | None]], reader: Reader) -> list[Found]:
    """The hits, each read where it tells of what is asked for (None: in all of its passage).

    The score of each then says both, but of one that has nothing to read.
    """
    views = [
        (place, span)
        for place, (hit, spans) in enumerate(hits)
        for span in (spans or [(hit.passage.start, hit.passage.end)])
    ]
    titled = [(hits[place][0].article.title, hits[place][0].article.text[slice(*span)]) for place, span in views]
    found = [Found(hit, None) for hit, _ in hits]
    for reading in reader.read(query.asked, titled):
        place, span = views[reading.passage]
        hit, spans = hits[place]
        reading = _in_time(query, hit, _moved(reading, span[0] - hit.passage.start))
        best = found[place].reading
        if best is None or reading.logit > best.logit:
            score = round(hit.score + reader.rank_weight * reading.logit, 6)
            found[place] = Found(replace(hit, score=score), reading, span if spans else None)
    return found


def _moved(reading: Reading, by: int) -> Reading:
    """A reading of a part of a passage, with the places of its answers in all of it."""
    if not by:
        return reading
    likely = tuple(((start + by, end + by), chance) for (start, end), chance in reading.likely)
    return replace(reading, answer=(reading.answer[0] + by, reading.answer[1] + by), likely=likely)


def _in_time(query: Query, hit: Hit, reading: Reading) -> Reading:
    """A reading, less likely where the question names a time and the passage is of another one."""
    if query.period is None or not is_elsewhere(query.period, hit.article, f"{hit.article.title}\n{hit.text}"):
        return reading
    return replace(reading, logit=reading.logit - ELSEWHERE)
