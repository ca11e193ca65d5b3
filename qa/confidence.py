"""How sure an answer is: what of the question stands in the passage, and what the reader makes of it.

The evidence is weighed here into a chance that the passage answers; `answer.py` abstains below a
threshold. How rare a word is, which weighs the evidence, is told from the index and from everyday Thai
together, so that a folder of one article is not taken for the whole language.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from index import thai
from index.store import Index
from qa.spans import letters, split
from qa.types import Query

#: Everyday Thai counts as so many passages beside those of the index.
EVERYDAY_PASSAGES = 1000
#: A word that is not in the passage counts as far as one there is spelled like it, from this cosine of letter
#: trigrams on (a slip of one letter in a word of seven), or means the same, between these cosines of word vectors.
SPELLED_ALIKE = 0.5
MEANS_ALIKE = (0.3, 0.9)
#: The chance is a logistic function of the reader's logit, the support, and the logarithm of how much the question
#: tells: of a long question half borne out is more than all of a short one. Fitted by tests/benchmarks/calibrate.py
#: on questions of iapp train that the reader never saw and on news, each with and without its article.
SCORE_WEIGHT, SUPPORT_WEIGHT, TOLD_WEIGHT, BIAS = 0.14, 10.27, 4.16, -20.90
#: A question that tells less, as one in four of those questions do, counts as if it told so many nats: the few
#: very short ones, that a passage easily bears out whole, teach nothing about their like.
LEAST_TOLD = 20.0

Rarity = Callable[[str], float]
#: Words -> their unit vectors, as `Encoder.word_vectors` gives them.
Vectors = Callable[[tuple[str, ...]], np.ndarray | None]


def rarity_in(index: Index) -> Rarity:
    """A word's inverse document frequency (natural logarithm) in the index and everyday Thai together."""
    passages = len(index) + EVERYDAY_PASSAGES

    @cache
    def rarity(word: str) -> float:
        holding = index.lexical.document_frequency(word) + EVERYDAY_PASSAGES * thai.commonness(word)
        return math.log(1 + (passages - holding + 0.5) / (holding + 0.5))

    return rarity


class Named:
    """What a question names, each thing weighed, and how the words for it look and what they mean."""

    def __init__(self, query: Query, rarity: Rarity, vectors: Vectors) -> None:
        self.concepts = query.concepts
        self.weights = weights(query, rarity)
        #: How much the question tells, in nats: the rarities of all that it names.
        self.told = sum(self.weights)
        own = tuple(word for concept in query.concepts for word in concept.spellings[0])
        #: Where the words of each concept's own spelling begin among all of these.
        self.begins = np.cumsum([0, *(len(concept.spellings[0]) for concept in query.concepts[:-1])])
        self.letters, self.vectors = letters(own), vectors(own)


class Evidence:
    """What stands of a question in a passage, whose title counts with it: in all of it, or in a part.

    A thing that the question names counts whole where it stands in so many words, less where there is
    only something like it, and each thing by its rarity.
    """

    def __init__(self, named: Named, title: str, text: str, vectors: Vectors) -> None:
        head, body = split(title), split(text)
        words = head.words + body.words
        self._named, self._title, self._text = named, title, text
        self._title_words, self._ends = len(head.words), [end for _, end in body.spans]
        self._starts = [start for start, _ in body.spans]
        places: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            places.setdefault(word, []).append(place)
        #: For each concept the spellings that stand here at all, as the places of each of their words.
        self._places = [
            [[places[word] for word in way] for way in concept.spellings if places.keys() >= set(way)]
            for concept in named.concepts
        ]
        #: (own words of the question, words) cosines
        self._spelled = named.letters @ np.concatenate([head.letters, body.letters]).T
        self._meant = np.zeros_like(self._spelled)
        if named.vectors is not None:
            there = [np.asarray(vectors(part.words)) for part in (head, body)]
            self._meant = named.vectors @ np.concatenate(there).T

    @property
    def support(self) -> float:
        """The part, 0 to 1, of what the question names that the passage and its title bear out."""
        return self._borne_out(0, self._title_words + len(self._ends), f"{self._title}\n{self._text}")

    def held(self, start: int, end: int) -> float:
        """The same of `text[start:end]` alone."""
        first = self._title_words + bisect_right(self._ends, start)
        after = self._title_words + bisect_left(self._starts, end)
        return self._borne_out(first, after, self._text[start:end])

    def _borne_out(self, first: int, after: int, text: str) -> float:
        borne = 0.0
        likenesses = self._likenesses(first, after)
        known = zip(self._named.concepts, self._named.weights, self._places, likenesses, strict=True)
        for concept, weight, ways, likeness in known:
            own = concept.spellings[0]
            if any(all(_is_within(places, first, after) for places in way) for way in ways):
                borne += weight
            elif own[0].isascii():  # in the other script: neither its letters nor, unknown as it is, its vector tell
                borne += weight * _is_heard(own, text)
            else:
                borne += weight * likeness
        return borne / self._named.told if self._named.told else 0.0

    def _likenesses(self, first: int, after: int) -> list[float]:
        """How far what is most like it stands in for each concept: the least of its words decides."""
        if first >= after or not self._named.concepts:
            return [0.0] * len(self._named.concepts)
        spelled, meant = (
            np.minimum.reduceat(cosines[:, first:after].max(1), self._named.begins)
            for cosines in (self._spelled, self._meant)
        )
        low, high = MEANS_ALIKE
        likenesses: list[float] = np.maximum(
            np.where(spelled >= SPELLED_ALIKE, spelled, 0), np.clip((meant - low) / (high - low), 0, 1)
        ).tolist()
        return likenesses


def weights(query: Query, rarity: Rarity) -> list[float]:
    """What each thing that a question names tells, in nats: the rarity of the commonest way to write it."""
    return [concept.weight * min(max(map(rarity, spelling)) for spelling in concept.spellings)
            for concept in query.concepts]  # fmt: skip


def confidence(score: float, support: float, told: float) -> float:
    """The chance, 0 to 1, that a reading of this score and support answers a question that tells so much."""
    evidence = SCORE_WEIGHT * score + SUPPORT_WEIGHT * support + TOLD_WEIGHT * told_of(told) + BIAS
    return 1 / (1 + math.exp(-evidence))


def told_of(nats: float) -> float:
    """How much a question tells, as `confidence` weighs it."""
    return math.log1p(max(nats, LEAST_TOLD))


def _is_within(places: Sequence[int], first: int, after: int) -> bool:
    """Whether one of the ascending places is at or after the first and before the other."""
    at = bisect_left(places, first)
    return at < len(places) and places[at] < after


def _is_heard(name: Sequence[str], text: str) -> bool:
    """Whether a name in Latin letters sounds in a text, whichever script that has it in."""
    sounds = set(thai.sounds(" ".join(name)))
    return bool(sounds) and sounds.issubset(thai.sounds(thai.normalise(text).text))
