"""How sure an answer is: what of the question stands in the passage, and what the reader makes of it.

The evidence is weighed here into a chance that the passage answers; `answer.py` abstains below a
threshold. How rare a word is, which weighs the evidence, is told from the index and from everyday Thai
together, so that a folder of one article is not taken for the whole language.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from index import thai
from index.store import Index
from index.types import Encoder
from qa.spans import Words, letters, split
from qa.types import Concept, Query

#: Everyday Thai counts as so many passages beside those of the index.
EVERYDAY_PASSAGES = 1000
#: A word that is not in the passage counts as far as one there is spelled like it, from this cosine of letter
#: trigrams on (a slip of one letter in a word of seven), or means the same, between these cosines of word vectors.
SPELLED_ALIKE = 0.5
MEANS_ALIKE = (0.3, 0.9)
#: The chance is a logistic function of the reader's logit and the support, fitted by
#: tests/benchmarks/calibrate.py on iapp train and news, each question with and without its article.
SCORE_WEIGHT, SUPPORT_WEIGHT, BIAS = 0.11, 6.54, -3.84

Rarity = Callable[[str], float]


def rarity_in(index: Index) -> Rarity:
    """A word's inverse document frequency (natural logarithm) in the index and everyday Thai together."""
    passages = len(index) + EVERYDAY_PASSAGES

    @cache
    def rarity(word: str) -> float:
        holding = index.lexical.document_frequency(word) + EVERYDAY_PASSAGES * thai.commonness(word)
        return math.log(1 + (passages - holding + 0.5) / (holding + 0.5))

    return rarity


def support(query: Query, text: str, rarity: Rarity, encoder: Encoder) -> float:
    """The part of what a question names, 0 to 1, that a text bears out, each thing by its rarity."""
    words = split(text)
    total = borne = 0.0
    for concept in query.concepts:
        weight = concept.weight * min(max(map(rarity, spelling)) for spelling in concept.spellings)
        total += weight
        borne += weight * _borne_out(concept, words, encoder)
    return borne / total if total else 0.0


def confidence(score: float, support: float) -> float:
    """The chance, 0 to 1, that a reading of this score and support answers its question."""
    return 1 / (1 + math.exp(-(SCORE_WEIGHT * score + SUPPORT_WEIGHT * support + BIAS)))


def _borne_out(concept: Concept, passage: Words, encoder: Encoder) -> float:
    """How far one thing stands in a passage: 1 in so many words, less for what is only like it."""
    present = set(passage.words)
    if any(present.issuperset(spelling) for spelling in concept.spellings):
        return 1.0
    own = concept.spellings[0]
    if own[0].isascii():  # in the other script: neither its letters nor, unknown as it is, its vector tell
        sounds = set(thai.sounds(" ".join(own)))
        return float(bool(sounds) and sounds.issubset(thai.sounds(thai.normalise(passage.text).text)))
    alike = (letters(own) @ letters(passage.words).T).max(1).min() if passage.words else 0.0
    spelled = float(alike) if alike >= SPELLED_ALIKE else 0.0
    return max(spelled, _meant(own, passage.words, encoder))


def _meant(own: tuple[str, ...], words: tuple[str, ...], encoder: Encoder) -> float:
    asked, there = encoder.word_vectors(own), encoder.word_vectors(words)
    if asked is None or there is None or not len(there):
        return 0.0
    nearest = float((asked @ there.T).max(1).min())
    low, high = MEANS_ALIKE
    return min(1.0, max(0.0, (nearest - low) / (high - low)))
