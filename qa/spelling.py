"""Mends slips of typing: one letter or tone mark of a Thai word too many, missing, wrong or out of order.

A slip makes word cutting fall into pieces that nobody writes: "ยูเครณ" is cut ยู, เค, รณ. A row of pieces is
read as the dictionary's word one slip away from it where a slip in that word is likelier than the pieces are
(a noisy channel). Only everyday words are known here: a slip in a name is left to the 4-grams of
`index/rankings/lexical.py` and to the reader.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import takewhile

from pythainlp.corpus import thai_words

from khamtop.index.text import thai
from khamtop.index.types import Span

#: Shorter words have too many neighbours one slip away.
SHORTEST = 5
#: The most pieces that a slip breaks a word into.
PIECES = 5
#: How unlikely a slip is, as a natural logarithm. Of 200 questions with one slip put in, -7, -9, -11 and -13 give 107,
#: 102, 98 and 96 back as written and change 28, 26, 21 and 15 others, also where the writer had slipped already.
SLIP = -9.0
#: A piece in fewer passages of everyday Thai than `ODD` is odd; one that was never counted is in `UNCOUNTED`.
ODD, UNCOUNTED = 0.003, 3e-6
#: So many words make up a passage of everyday Thai (`thai.commonness`).
_PASSAGE_WORDS = 110
_ODD = math.log(ODD / _PASSAGE_WORDS)
#: One slip in a word of five letters or more leaves two whole at its beginning or at its end.
_WHOLE = 2


def slips(text: str) -> list[tuple[Span, str]]:
    """Where a normalised text slips, from left to right, and the word that was meant.

    >>> slips("รัสเซียรุกรานยูเครณเดือนไหน")
    [((13, 19), 'ยูเครน')]
    """
    spans = thai.word_spans(text)
    found: list[tuple[Span, str]] = []
    first = 0
    while first < len(spans):
        mended = max(_mended(text, spans[first : first + PIECES]), default=None)
        if mended is None:
            first += 1
            continue
        _, pieces, word = mended
        found.append(((spans[first][0], spans[first + pieces - 1][1]), word))
        first += pieces
    return found


def _mended(text: str, spans: Sequence[Span]) -> Iterator[tuple[float, int, str]]:
    """Words that may stand for the first pieces: by how much they are likelier, for how many pieces."""
    start, end = spans[0]
    likelihood, odd = 0.0, False
    for pieces, (begin, stop) in enumerate(spans, start=1):
        piece = text[begin:stop]
        if begin > end or not "ก" <= piece[0] <= "๎":  # a slip stays within a stretch of Thai letters
            return
        end = stop
        likelihood += _likelihood(piece)
        odd = odd or len(piece) == 1 or _likelihood(piece) < _ODD
        typed = text[start:end]
        if odd and len(typed) >= SHORTEST and typed not in thai_words():
            for word in _neighbours(typed, likelihood - SLIP):
                yield _likelihood(word) + SLIP - likelihood, pieces, word


@lru_cache(maxsize=50_000)
def _likelihood(word: str) -> float:
    """The logarithm of the chance that a word of everyday Thai is this one."""
    return math.log(max(thai.commonness(word), UNCOUNTED) / _PASSAGE_WORDS)


def _neighbours(typed: str, than: float) -> set[str]:
    """The dictionary's words one slip away that are likelier than that."""
    words = _by_edges()
    near = (
        word
        for length in (len(typed) - 1, len(typed), len(typed) + 1)
        for edge in ((length, typed[:_WHOLE], ""), (length, "", typed[-_WHOLE:]))
        for word in takewhile(lambda word: _likelihood(word) > than, words.get(edge, ()))
    )
    return {word for word in near if _one_slip_apart(word, typed)}


def _one_slip_apart(one: str, other: str) -> bool:
    """Whether one letter more, fewer or different, or two that changed places, is all that differs."""
    alike = next((at for at, letters in enumerate(zip(one, other, strict=False)) if len({*letters}) > 1), None)
    alike = min(len(one), len(other)) if alike is None else alike
    one, other = one[alike:], other[alike:]
    one_more, one_fewer = one[1:] == other, one == other[1:]
    one_different = one[1:] == other[1:]
    two_swapped = one[:2] == other[:2][::-1] and one[2:] == other[2:]
    return one != other and (one_more or one_fewer or one_different or two_swapped)


@cache
def _by_edges() -> dict[tuple[int, str, str], list[str]]:
    """The dictionary's words that are in use, by their length and the letters they begin with, or end with.

    The likeliest come first.
    """
    words: defaultdict[tuple[int, str, str], list[str]] = defaultdict(list)
    for word in thai_words():
        if len(word) >= SHORTEST and thai.commonness(word):
            words[len(word), word[:_WHOLE], ""].append(word)
            words[len(word), "", word[-_WHOLE:]].append(word)
    return {edge: sorted(alike, key=_likelihood, reverse=True) for edge, alike in words.items()}
