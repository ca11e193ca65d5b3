"""A passage's terms as sparse vectors whose inner product with a question's is BM25, as tantivy reckons it.

A passage's vector has for each term what BM25 makes of its count and of the passage's length; a question's has the IDF
of each term, times what it counts there. So an engine that knows neither Thai nor BM25 ranks as `rankings/lexical.py`
does. A term is a number made from its letters: builders on different machines need no common list of terms.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain

from khamtop.index.rankings.lexical import FIELD_WEIGHTS, GRAM_CHARS, Alternatives, Terms
from khamtop.index.text import thai

FIELDS = tuple(FIELD_WEIGHTS)

#: tantivy's settings of BM25.
_K1, _B = 1.2, 0.75
_SIZES = {"grams": (GRAM_CHARS,), "sounds": tuple(range(thai.SOUND_SIZES[0], thai.SOUND_SIZES[1] + 1))}
#: The term that no text has: Milvus wants no empty vector.
NOTHING = {0: 1.0}
#: Dimensions are numbers of 32 bits, less the largest one, which Milvus keeps for itself.
_DIMENSIONS = (1 << 32) - 2


def _steps() -> list[int]:
    """The lengths that tantivy tells apart, as it keeps a length in one byte: all up to 40, and ever fewer above."""
    steps = list(range(24))
    for code in range(256 - 24):
        bits, shift = code & 7, (code >> 3) - 1
        steps.append(24 + (bits if shift < 0 else (bits | 8) << shift))
    return steps


_STEPS = _steps()


@dataclass(frozen=True, slots=True)
class Bag:
    """The terms of one field of a passage: how often each stands there, and how many terms there are in all."""

    counts: Mapping[int, int]
    length: int

    def vector(self, mean_length: float) -> dict[int, float]:
        """What BM25 makes of each term; `mean_length` is that of all passages."""
        length = _STEPS[bisect_right(_STEPS, self.length) - 1]
        norm = _K1 * (1 - _B + _B * length / (mean_length or 1.0))
        return {term: count * (_K1 + 1) / (count + norm) for term, count in self.counts.items()} or dict(NOTHING)


def bags(terms: Terms) -> dict[str, Bag]:
    """The terms of a passage, by field."""
    found = {
        "words": terms.words.split(),
        "grams": _grams("grams", terms.grams),
        "sounds": _grams("sounds", terms.sounds),
    }
    return {name: _bag(found[name], length) for name, length in lengths(terms).items()}


def lengths(terms: Terms) -> dict[str, int]:
    """How many terms each field of a passage has."""
    return {
        "words": len(terms.words.split()),
        "grams": _count_grams("grams", terms.grams),
        "sounds": _count_grams("sounds", terms.sounds),
    }


def _grams(field: str, text: str) -> Iterator[str]:
    """The n-grams of a text, those within its parts."""
    for part in text.split():
        for size in _SIZES[field]:
            yield from (part[at : at + size] for at in range(len(part) - size + 1))


def _count_grams(field: str, text: str) -> int:
    """How many n-grams tantivy makes of a text: some go across spaces, which nobody asks for, but they count."""
    return sum(max(0, len(text) - size + 1) for size in _SIZES[field])


def _bag(terms: Iterable[str], length: int) -> Bag:
    counts: Counter[int] = Counter()
    for term, count in Counter(terms).items():
        counts[dimension(term)] += count
    return Bag(counts, length)


@lru_cache(maxsize=1 << 18)
def dimension(term: str) -> int:
    """The number of a term: from 1 on, below 2^32. Of five million terms some three thousand pairs share one."""
    return 1 + int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "big") % (_DIMENSIONS - 1)


def idf(passages: int, frequency: int) -> float:
    """How much a term tells that stands in so many of all passages."""
    frequency = min(frequency, passages)
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


#: One thing that is searched for: in each way that it may be written, terms with what each counts.
Ways = Sequence[Mapping[int, float]]


def weighed(wanted: Sequence[Alternatives], idfs: Mapping[int, float]) -> list[Ways]:
    """What is searched for, in numbers; a term of which no IDF is given stands nowhere."""
    return [[_weights(terms, weight, idfs) for terms, weight in ways] for ways in wanted]


def _weights(terms: Sequence[str], weight: float, idfs: Mapping[int, float]) -> dict[int, float]:
    weights: dict[int, float] = {}
    for term in map(dimension, terms):
        if term in idfs:
            weights[term] = weights.get(term, 0.0) + weight * idfs[term]
    return weights


def question(things: Sequence[Ways]) -> dict[int, float]:
    """The vector of a question: all ways together, so that a passage scores at least what `score` gives it."""
    vector: dict[int, float] = {}
    for ways in things:
        for term, weight in chain.from_iterable(way.items() for way in ways):
            vector[term] = vector.get(term, 0.0) + weight
    return vector


def score(things: Sequence[Ways], vector: Mapping[int, float]) -> float:
    """What a passage scores: for each thing the best of the ways to write it."""
    return sum(max(_inner(way, vector) for way in ways) for ways in things if ways)


def _inner(way: Mapping[int, float], vector: Mapping[int, float]) -> float:
    return sum(weight * vector.get(term, 0.0) for term, weight in way.items())
