"""Article -> passages: stretches long enough to answer from and short enough to rank.

A passage is a span of the article's own text. It begins and ends at a phrase (what Thai sets apart
with a space) and never cuts a cluster of letters. What search looks at inside a passage is for `dense.py` and
`lexical.py` to say.
"""

from __future__ import annotations

from itertools import chain

from khamtop.index.text import thai
from khamtop.index.text.frontmatter import front_matter
from khamtop.index.types import Article, Passage, Span

#: Characters in a passage, about a paragraph of Thai news.
PASSAGE_CHARS = 600
#: Characters that a passage repeats of the one before it, so that an answer at its edge keeps some context.
OVERLAP_CHARS = 100
_LONGEST_WORD = 50


def cut(article: Article) -> list[Passage]:
    """The passages of an article in reading order; together they cover its text.

    Front matter, whose fields say what the article is and nothing of what it tells, is left out. No line is, not even
    one that repeats the title: where an article has no headline, its first line became its title.
    """
    units = _units(article.text, front_matter(article.text)[1], len(article.text), PASSAGE_CHARS)
    passages: list[Passage] = []
    first = 0
    while first < len(units):
        last = _last_fitting(units, first, PASSAGE_CHARS)
        passages.append(Passage(article.id, units[first][0], units[last][1]))
        if last + 1 == len(units):
            break
        first = next((unit for unit in range(first + 1, last + 1) if _overlaps_well(units, unit, last)), last + 1)
    return passages


def _overlaps_well(units: list[Span], unit: int, last: int) -> bool:
    """Whether a passage from `unit` repeats little of the one that ends with `last`, and gets beyond it."""
    return units[last][1] - units[unit][0] <= OVERLAP_CHARS and _last_fitting(units, unit, PASSAGE_CHARS) > last


def spans(text: str, start: int, end: int, size: int | None) -> list[Span]:
    """`text[start:end]` in stretches of whole phrases of about `size` characters, one after the other.

    A vector tells a short stretch better than a long one, so a passage may have several. Stretches that
    overlapped by half found no more (tests/benchmarks/RESULTS.md).
    """
    if size is None or end - start <= size * 5 // 4:
        return [(start, end)]
    units = _units(text, start, end, size)
    found: list[Span] = []
    first = 0
    while first < len(units):
        last = _last_fitting(units, first, size)
        found.append((units[first][0], units[last][1]))
        first = last + 1
    return found


def _last_fitting(units: list[Span], first: int, size: int) -> int:
    """The last unit that still lies within `size` characters of the first one's start; at least the first."""
    last = first
    while last + 1 < len(units) and units[last + 1][1] - units[first][0] <= size:
        last += 1
    return last


def _units(text: str, start: int, end: int, size: int) -> list[Span]:
    """The phrases of a text, one longer than `size` in pieces between words."""
    units: list[Span] = []
    for begin, finish in thai.phrases(text, start, end):
        while finish - begin > size:
            piece = _piece_end(text, begin, finish, size)
            units.append((begin, piece))
            begin = piece
        if begin < finish:
            units.append((begin, finish))
    return units


def _piece_end(text: str, begin: int, finish: int, size: int) -> int:
    """Where to cut an endless phrase: between two words, or at least between two clusters, and in it."""
    window = thai.normalise(text[begin : begin + size + _LONGEST_WORD])  # so that the last word is seen whole
    for word in reversed(thai.word_spans(window.text)):
        end = begin + window.original(*word)[1]
        if begin + size // 2 < end <= begin + size and thai.is_boundary(text, end):
            return end
    backwards = range(begin + size, begin, -1)
    forwards = range(begin + size, finish)  # one cluster longer than a passage stays whole
    return next((at for at in chain(backwards, forwards) if thai.is_boundary(text, at)), finish)
