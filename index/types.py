"""The types that every stage of the index shares: articles, their passages, and what finds them.

Only definitions stand here. Arrays never leave `dense.py` and `lexical.py`; everywhere else a
passage is a span of an article's own text, and a ranking is a list of passage numbers with scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np

#: A half-open span of characters, `text[start:end]`.
Span = tuple[int, int]


class KhamtopError(Exception):
    """What a person must be told in one sentence: a code, and the facts that the sentence names.

    `ui/texts.py` holds the sentence for each code, in Thai and in English, so that the packages
    below the interface never decide on wording. `str()` gives the code and the facts, for developers.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.facts}" if self.facts else self.code


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its file gives it.

    `id` is stable across rebuilds; `text` is the file's own text, never altered; `source` is the
    path or address a reader can go back to; `published` is the date as it was printed, if any.
    """

    id: str
    title: str
    text: str
    source: str
    published: str | None = None

    def page_at(self, at: int) -> int | None:
        """The page of what stands at `at`, from 1; None for an article without pages. In a PDF's text a form feed
        stands between two."""
        name = self.source.partition("?")[0].partition("#")[0]
        return 1 + self.text.count("\f", 0, at) if name.lower().endswith(".pdf") else None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one article, long enough to answer from: `article.text[start:end]`."""

    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles may answer: those published from `since` to `until`, whose `source` has these words in it, and
    which name the person, organisation or place of that `name`.

    None lets everything through; an article without a date passes no bound of dates, and one of a month
    or a year passes if any of its days does. Where nothing has that very name, those count that have it in theirs.
    """

    since: date | None = None
    until: date | None = None
    source: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file, or a line or pages of one, that could not be indexed, and why (a code of `ui/texts.py`).

    `count` tells how many lines it stands for: of a file that has very many only the first are listed each. `pages`
    are numbers as people write them: "1–3, 7".
    """

    path: str
    reason: str
    line: int | None = None
    count: int = 1
    pages: str | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage number with its score in one ranking; a higher score is better."""

    passage: int
    score: float


def best_first(scores: Mapping[int, float], k: int) -> list[Ranked]:
    """The `k` best of passage number -> score; equal ones by number, so that a question always ranks the same."""
    order = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Ranked(passage, score) for passage, score in order[:k]]


def unit(vectors: Any) -> np.ndarray:
    """Rows scaled to length 1, float32 and contiguous, as FAISS wants them; a row of zeros stays."""
    rows: np.ndarray = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths: np.ndarray = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    scaled: np.ndarray = rows / np.maximum(lengths, np.float32(1e-12))
    return scaled


def holds(passages: np.ndarray, number: int) -> bool:
    """Whether a number is among ascending ones (int64): by halves, as there may be hundreds of thousands."""
    at = int(np.searchsorted(passages, number))
    return at < len(passages) and int(passages[at]) == number


class Encoder(Protocol):
    """Turns text into unit vectors, so that the inner product of two is their cosine.

    `name` goes into the index's manifest: an index answers only with the encoder that made it.
    """

    name: str
    dimensions: int
    #: The longest stretch, in characters, that one vector still tells well; None for no limit.
    span_chars: int | None
    #: Whether it wants a text as its words with a space between them (`thai.words`), or else as it is written.
    reads_words: bool
    #: Whether it wants the article's title before each text: what stands in the middle of an article seldom says
    #: what it is about.
    reads_titles: bool
    #: What a cosine of 1 is worth beside the best passage by words, which counts 1.
    cosine_weight: float

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array of shape (len(texts), dimensions), rows of length 1 (or 0 for no words)."""

    def encode_questions(self, texts: Sequence[str]) -> np.ndarray:
        """The same for questions: some models want another prompt before these."""
