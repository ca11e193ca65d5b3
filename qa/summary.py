"""An article -> the sentences that carry most of it, as quotes in its own order: a summary that nobody writes.

The lead says what happened. Of the others those are taken that say most of what the article as a whole says (the
words that come back in it), and little of what is quoted already (maximal marginal relevance).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from khamtop.index.text import thai
from khamtop.index.text.frontmatter import front_matter
from khamtop.index.types import Article, Span
from khamtop.qa.quote import QUOTE_CHARS, quote_around

#: Sentences of a summary, and the fewest characters of one that says something.
SENTENCES = 5
_FEWEST_CHARS = 40
#: What repeating a sentence that is quoted already costs beside what it carries.
_REPEATING = 0.7

_Words = Counter[str]


def summary_of(article: Article, count: int = SENTENCES) -> list[Span]:
    """Up to `count` spans of the article's text, in its order: its lead and what else carries most.

    >>> summary_of(Article("a", "หัวข้อ", "สั้นมาก", "a.txt"))
    [(0, 7)]
    """
    sentences = _without_title(article, _sentences(article.text))
    if len(sentences) <= count:
        return sentences
    words = [_telling(article.text[slice(*span)]) for span in sentences]
    whole: _Words = sum(words, _telling(article.title))
    carried = [_cosine(one, whole) for one in words]
    chosen = [0]
    while len(chosen) < count:
        left = [at for at in range(len(sentences)) if at not in chosen]
        chosen.append(
            max(left, key=lambda at: carried[at] - _REPEATING * max(_cosine(words[at], words[one]) for one in chosen))
        )
    return [sentences[at] for at in sorted(chosen)]


def _sentences(text: str) -> list[Span]:
    """Quotes that follow one another through a text; what is too short to say anything is left out."""
    found: list[Span] = []
    for start, end in thai.paragraphs(text[:]):
        found += _cut(text, start, end)
    begin = front_matter(text)[1]
    return [span for span in found if span[0] >= begin and _says_something(text[slice(*span)])] or found[:1]


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    for phrase_start, _ in thai.phrases(text, start, end):
        if phrase_start < at:
            continue
        quote = quote_around(text, (phrase_start, phrase_start + 1))
        at = max(quote[1], phrase_start + 1)
        yield max(quote[0], start, phrase_start), min(quote[1], end)


def _says_something(sentence: str) -> bool:
    return _FEWEST_CHARS <= len(sentence) <= QUOTE_CHARS + 2


def _without_title(article: Article, sentences: list[Span]) -> list[Span]:
    """The sentences but those that only repeat the title."""
    title = "".join(article.title.split())
    said = [span for span in sentences if "".join(article.text[slice(*span)].split()) not in title]
    return said or sentences


def _telling(text: str) -> _Words:
    """The words of a text, each as often as it stands there, that most texts do not have."""
    return Counter(word for word in thai.words(thai.normalise(text).text) if thai.commonness(word) < 0.5)


def _cosine(one: _Words, other: _Words) -> float:
    shared = sum(count * other[word] for word, count in one.items())
    lengths = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return shared / lengths if lengths else 0.0
