"""Hits -> quotes: what each passage that was found says to the question, best first.

`spans.py` reads a passage; here it is given what the index knows (how rare a word is, which words are
alike, how else a thing is written), and its spans are led back to the articles.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np

from index.store import Index
from index.types import Span
from qa.confidence import Evidence, Named, Vectors, rarity_in
from qa.spans import SpanReader, split
from qa.types import Hit, Kind, Query

#: Beside the reader's own logit, what stands of the question in the passage and in the quote itself counts so
#: many: a point of answer@1 on the news, eight first quotes in a hundred on the seed, nothing clear on iapp.
PASSAGE_LOGITS, QUOTE_LOGITS = 2.0, 1.0

#: What the reader is asked in Thai for each kind of question.
_ASKING: dict[Kind, str] = {
    "who": "ใคร", "when": "เมื่อใด", "where": "ที่ไหน", "how_many": "เท่าไร", "why": "เพราะเหตุใด",
    "which": "อะไร", "other": "อะไร",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """A quote of one of the hits, as spans of its article's text.

    `score` is the reader's logit that the quote answers; `support` and `held` are the parts of what
    the question names, 0 to 1, that stand in its passage and in the quote itself.
    """

    hit: int
    quote: Span
    short: Span | None
    score: float
    support: float
    held: float
    told: float

    @property
    def worth(self) -> float:
        """What readings are ranked by: a logit of all that is known."""
        return self.score + PASSAGE_LOGITS * self.support + QUOTE_LOGITS * self.held


def read_hits(query: Query, hits: Sequence[Hit], index: Index) -> list[Reading]:
    """The readings of all hits, best first; no two quotes overlap in their article."""
    rarity = rarity_in(index)
    question, texts = query.text if query.language == "th" else _in_thai(query, index), [hit.text for hit in hits]
    vectors = _vectors([question, *(hit.article.title for hit in hits), *texts], index)
    readings = _reader().read(
        question,
        texts,
        word_weight=rarity,
        similarity=_similarity(vectors),
        prior=[hit.score for hit in hits],
        alternatives=_alternatives(query),
    )
    named = Named(query, rarity, vectors)
    evidence = [Evidence(named, hit.article.title, text, vectors) for hit, text in zip(hits, texts, strict=True)]
    supports = [passage.support for passage in evidence]
    moved = []
    for reading in readings:
        hit = hits[reading.passage]
        quote = _shift(reading.quote, hit.passage.start)
        held = evidence[reading.passage].held(*reading.quote)
        short = reading.short and _shift(reading.short, hit.passage.start)
        moved.append(Reading(reading.passage, quote, short, reading.score, supports[reading.passage], held, named.told))
    found: list[Reading] = []
    for candidate in sorted(moved, key=lambda reading: reading.worth, reverse=True):
        if not any(overlap(candidate, other, hits) for other in found):  # passages overlap a little
            found.append(candidate)
    return found


@cache
def _reader() -> SpanReader:
    return SpanReader.load()


def _vectors(texts: Sequence[str], index: Index) -> Vectors:
    """The encoder's vectors of words: those of the texts looked up at once, and every row of words once."""
    parts = list(dict.fromkeys(split(text).words for text in texts))
    rows = index.encoder.word_vectors(list(chain.from_iterable(parts)))
    known: dict[tuple[str, ...], np.ndarray | None] = {}
    if rows is not None:
        ends = np.cumsum([len(part) for part in parts])
        known = dict(zip(parts, np.split(rows, ends[:-1]), strict=True))

    def vectors(words: tuple[str, ...]) -> np.ndarray | None:
        if words not in known:
            known[words] = index.encoder.word_vectors(words)
        return known[words]

    return vectors


def _similarity(vectors: Vectors) -> Callable[[Sequence[str], Sequence[str]], np.ndarray] | None:
    """The cosines of words' vectors, if the encoder has vectors of words."""
    if vectors(()) is None:
        return None

    def similarity(words: Sequence[str], others: Sequence[str]) -> np.ndarray:
        return np.asarray(np.asarray(vectors(tuple(words))) @ np.asarray(vectors(tuple(others))).T)

    return similarity


def _in_thai(query: Query, index: Index) -> str:
    """An English question in the Thai words that the index has, as the reader learned to read Thai only.

    What an English question is about stands at its end, a Thai one's at its beginning: hence the turned order.
    """
    named = []
    for concept in reversed(query.concepts):
        thai_ways = (way for way in concept.spellings if not way[0].isascii())
        known = next(filter(index.lexical.has_written, thai_ways), None)
        named.append("".join(known) if known else " ".join(concept.spellings[0]))
    return " ".join([*named, _ASKING[query.kind]])


def _alternatives(query: Query) -> dict[str, tuple[str, ...]]:
    """For each word of the question, the words that stand in the other spellings of what it names."""
    return {
        word: tuple(other for spelling in concept.spellings[1:] for other in spelling)
        for concept in query.concepts
        if len(concept.spellings) > 1
        for word in concept.spellings[0]
    }


def _shift(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def overlap(one: Reading, other: Reading, hits: Sequence[Hit]) -> bool:
    """Whether two quotes share words of one article."""
    same_article = hits[one.hit].article.id == hits[other.hit].article.id
    return same_article and one.quote[0] < other.quote[1] and other.quote[0] < one.quote[1]
