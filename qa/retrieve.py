"""Question -> passages: the lexical and the dense ranking, fused.

Either ranking alone can bring a passage up: neither filters the other. Reading what the passages
say is left to `rank.py`.

Words count as a part of the best passage's, as a BM25 score means nothing across questions. A cosine counts as it
is, times what it is worth (`Encoder.cosine_weight`): how far the nearest passage stands out tells how sure the
vectors are, which scaling them by their best would throw away (measured: tests/benchmarks/RESULTS.md).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from khamtop.index.rankings.lexical import GRAM_CHARS, Alternatives
from khamtop.index.storage.opened import Index
from khamtop.index.text import thai
from khamtop.index.threads import side_by_side
from khamtop.index.types import Filter, Ranked, best_first, holds
from khamtop.qa.concepts import content_spans
from khamtop.qa.types import Concept, Hit, Query

#: Passages taken from each ranking before they are fused, so that one found by a single search has a chance.
POOL = 50
#: What it counts that an article was published in the time that the question names: it may also look back at it.
PERIOD_BONUS = 0.5
#: Another way of writing a thing counts a little less than the question's own.
ALIAS_WEIGHT = 0.8


def retrieve(
    query: Query,
    index: Index,
    k: int,
    without: str | None = None,
    bounds: Filter | None = None,
    among: np.ndarray | None = None,
) -> list[Hit]:
    """The `k` passages that fit the question best by words and vectors, best first.

    `bounds` lets only some articles through, and `without` leaves out one, by id. `among` are the numbers (int64,
    ascending) of the only passages that are looked at, in the place of `bounds`.
    """
    favoured = _favoured(query, index, bounds)
    if among is None and bounds:
        among = index.passages_within(bounds)
    hidden = index.passages_of(without) if without else frozenset()
    pool = max(POOL, k) + len(hidden)
    rankings = side_by_side([partial(rank, query, index, pool, among) for rank in (lexical_ranking, dense_ranking)])
    by_words, by_vector = ([item for item in ranking if item.passage not in hidden] for ranking in rankings)
    scores = fused(by_words, by_vector, index.encoder.cosine_weight)
    for passage in filter(partial(holds, favoured), scores):
        scores[passage] += PERIOD_BONUS
    word_rank, vector_rank = _ranks(by_words), _ranks(by_vector)
    return [
        _hit(copies, best.score, vector_rank.get(best.passage), word_rank.get(best.passage), index)
        for best, copies in _told_once(scores, k, index, hidden, among)
    ]


def _favoured(query: Query, index: Index, bounds: Filter | None) -> np.ndarray:
    """The passages of the time that a question names; none if it names none, or if `bounds` say more."""
    if query.period is None or bounds is not None:
        return np.empty(0, np.int64)
    return index.passages_within(query.period.filter)


def _told_once(
    scores: Mapping[int, float], k: int, index: Index, hidden: Container[int], among: np.ndarray | None
) -> Iterator[tuple[Ranked, list[int]]]:
    """The `k` best passages that say something else each, with all that say the same, the earliest first.

    Wire copy is printed twice; it answers once.
    """
    said = index.said(list(scores))
    told: set[bytes] = set()
    for best in best_first(scores, len(scores)):
        if len(told) == k:
            return
        if (words := said[best.passage]) not in told:
            told.add(words)
            copies = [passage for passage in index.that_say(words) if passage not in hidden]
            yield best, [passage for passage in copies if among is None or holds(among, passage)]


def _hit(copies: Sequence[int], score: float, dense_rank: int | None, lexical_rank: int | None, index: Index) -> Hit:
    article, passage = index.passage(copies[0])
    elsewhere = {other.id: other for number in copies[1:] for other, _ in [index.passage(number)] if other != article}
    return Hit(article, passage, round(score, 6), dense_rank, lexical_rank, tuple(elsewhere.values()))


def lexical_ranking(query: Query, index: Index, k: int, among: np.ndarray | None = None) -> list[Ranked]:
    """The passages (of those `among`) that share most words and character n-grams with the question."""
    wanted = {
        "words": [_ways(concept) for concept in query.concepts],
        "grams": _singly(gram for word in _stretches(query.text) for gram in thai.ngrams(word, GRAM_CHARS)),
        "sounds": _singly(
            sound
            for concept in query.concepts
            if not _is_written(concept, index)
            for sound in thai.sounds(" ".join(concept.spellings[0]))
        ),
    }
    return index.search_words(wanted, k, among)


def _ways(concept: Concept) -> Alternatives:
    """How a concept may be written: the question's own way counts most, and a way of many words no more than one."""
    own, *others = concept.spellings
    return [(own, concept.weight), *((words, concept.weight * ALIAS_WEIGHT / len(words)) for words in others)]


def _singly(terms: Iterable[str]) -> list[Alternatives]:
    """Terms that each stand for themselves."""
    return [[((term,), 1.0)] for term in dict.fromkeys(terms)]


def _is_written(concept: Concept, index: Index) -> bool:
    """Whether some passage holds all words of one of its spellings: if none does, it may still be there by ear."""
    return any(map(index.has_written, concept.spellings))


def dense_ranking(query: Query, index: Index, k: int, among: np.ndarray | None = None) -> list[Ranked]:
    """The passages (of those `among`) whose vectors lie nearest to the question's."""
    text = thai.spaced(query.text) if index.encoder.reads_words else query.asked
    vector = index.encoder.encode_questions([text])[0]
    return index.search_vectors(vector, k, among) if vector.any() else []


def _stretches(text: str) -> list[str]:
    """The question without the words that only ask, what stands together left together."""
    stretches: list[str] = []
    end_before = -1
    for start, end in content_spans(text):
        if start != end_before:
            stretches.append("")
        stretches[-1] += text[start:end]
        end_before = end
    return stretches


def fused(by_words: Sequence[Ranked], by_vector: Sequence[Ranked], cosine_weight: float) -> dict[int, float]:
    """Passage number -> its score, of all passages in either ranking.

    A passage that one of them does not have counts there as much as the last that it has, at most.
    """
    best = max((item.score for item in by_words), default=0.0) or 1.0
    words = {item.passage: item.score / best for item in by_words}
    cosines = {item.passage: item.score for item in by_vector}
    furthest = min(cosines.values(), default=0.0)
    return {
        passage: words.get(passage, 0.0) + cosine_weight * (cosines.get(passage, furthest) - furthest)
        for passage in words.keys() | cosines.keys()
    }


def _ranks(ranking: list[Ranked]) -> dict[int, int]:
    """Passage number -> its place, counted from 1."""
    return {item.passage: place for place, item in enumerate(ranking, start=1)}
