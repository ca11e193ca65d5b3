"""Question -> answer: the quotes that answer it, or an honest "not in these articles".

What is said around the quotes, and in which language, is `ui/render.py`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index import thai
from index.dates import span_of
from index.store import Index
from index.types import Filter
from qa.confidence import confidence
from qa.question import read
from qa.reader import Reading, overlap, read_hits
from qa.retrieve import retrieve
from qa.spans import QUOTE_CHARS
from qa.types import Answer, Citation, Hit, Query

#: Passages that are read for an answer.
READ_PASSAGES = 3
#: A further quote must answer nearly as likely as the first, at most so many logits less, and hold nearly as
#: much of the question: what only stands near the answer adds nothing.
FURTHER_LOGITS = 1.0
FURTHER_HELD = 0.9
MOST_QUOTES = 3
#: Below this confidence the honest reply is that the articles do not say.
THRESHOLD = 0.5


def answer(
    question: str,
    index: Index,
    history: Sequence[str] = (),
    k: int = 5,
    threshold: float = THRESHOLD,
    without: str | None = None,
    bounds: Filter | None = None,
) -> Answer:
    """What the articles say to `question`; `history` holds the conversation's earlier questions.

    `k` passages come with it. A quote is always a span of an article of the index. Below the
    confidence `threshold` it abstains. `without` leaves out one article, by id, and `bounds` all but those
    that it lets through, as if they were not there.

    Raises:
        KhamtopError: for a question that cannot be read (`qa.question.check`).
    """
    query = read(question, history, index.encoder)
    hits = retrieve(query, index, max(k, READ_PASSAGES), without, bounds)
    readings = read_hits(query, hits[:READ_PASSAGES], index)
    sureness = _confidence(readings)
    abstained = not readings or sureness < threshold
    chosen = [] if abstained else [_twins(reading, readings, hits) for reading in _choose(query, readings, hits)]
    return Answer(
        question=question,
        language=query.language,
        citations=tuple(_cite(number, twins, hits) for number, twins in enumerate(chosen, start=1)),
        short=chosen[0][0].short if chosen else None,
        hits=tuple(hits[:k]),
        confidence=sureness,
        abstained=abstained,
    )


def _confidence(readings: Sequence[Reading]) -> float:
    if not readings:
        return 0.0
    best = readings[0]
    return round(confidence(best.score, best.support, best.told), 4)


def _choose(query: Query, readings: Sequence[Reading], hits: Sequence[Hit]) -> list[Reading]:
    """The best reading, the rest of its list if a list is asked for, and others that answer as well in other words."""
    chosen = [readings[0]]
    if query.several and (rest := _rest_of_line(readings[0], hits)):
        chosen.append(rest)
    said = {_said(reading, hits) for reading in chosen}
    for reading in readings[1:]:
        if len(chosen) == MOST_QUOTES:
            break
        if reading.worth < readings[0].worth - FURTHER_LOGITS or reading.held < FURTHER_HELD * readings[0].held:
            continue
        apart = all(not overlap(reading, other, hits) for other in chosen)
        if apart and _said(reading, hits) not in said:
            said.add(_said(reading, hits))
            chosen.append(reading)
    return chosen


def _rest_of_line(reading: Reading, hits: Sequence[Hit]) -> Reading | None:
    """The phrases that follow a quote on its line, as many as fit a quote: where a list goes on."""
    text, end = hits[reading.hit].article.text, reading.quote[1]
    line_end = next((at for at in range(end, len(text)) if text[at] in "\r\n"), len(text))
    phrases = list(thai.phrases(text, end, line_end))
    fitting = [span for span in phrases if span[1] - phrases[0][0] <= QUOTE_CHARS]
    return replace(reading, quote=(fitting[0][0], fitting[-1][1]), short=None) if fitting else None


def _said(reading: Reading, hits: Sequence[Hit]) -> str:
    """The words of a quote, whatever its spacing: wire copy is often printed twice."""
    return "".join(hits[reading.hit].article.text[slice(*reading.quote)].split())


def _twins(reading: Reading, readings: Sequence[Reading], hits: Sequence[Hit]) -> list[Reading]:
    """The readings that quote the same words, that of the earliest article first; undated ones come last."""
    same = [other for other in readings if _said(other, hits) == _said(reading, hits)] or [reading]

    def age(twin: Reading) -> tuple[date, bool]:
        published = hits[twin.hit].article.published
        days = span_of(published) if published else None
        return days[0] if days else date.max, twin is not reading

    return sorted(same, key=age)


def _cite(number: int, twins: Sequence[Reading], hits: Sequence[Hit]) -> Citation:
    """The earliest of the readings that quote the same words; the other articles are its copies."""
    first = hits[twins[0].hit].article
    articles = (article for twin in twins for article in (hits[twin.hit].article, *hits[twin.hit].copies))
    copies = {article.id: article for article in articles if article.id != first.id}
    return Citation(number, first, *twins[0].quote, tuple(copies.values()))
