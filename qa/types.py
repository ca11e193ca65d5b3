"""The types of asking: a question as read, the passages found, the quotes chosen, the answer.

Nothing here holds wording of ours: `ui/render.py` turns an `Answer` into sentences, so that Thai
and English, page, terminal and JSON say the same thing of the same quotes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from index.types import Article, Passage, Span

Language = Literal["th", "en"]

#: What a question asks for, as far as its words tell.
Kind = Literal["who", "when", "where", "how_many", "why", "which", "other"]


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that a question names, in every way the articles may write it, each cut into words.

    The first spelling is the question's own. `weight` is below 1 for what only an earlier question
    of the conversation named.
    """

    spellings: tuple[tuple[str, ...], ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """A question as read: what to look for, and what a good answer looks like.

    `text` is the question to embed (of a follow-up, with what it goes back to); `kind` is what is
    asked for and `several` whether more than one thing is.
    """

    question: str
    language: Language
    text: str
    concepts: tuple[Concept, ...]
    kind: Kind
    several: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    `score` is the fused one, higher is better; the ranks (from 1) tell which search brought it up,
    None where that search did not. `copies` are later articles that print the same passage.
    """

    article: Article
    passage: Passage
    score: float
    dense_rank: int | None
    lexical_rank: int | None
    copies: tuple[Article, ...] = ()

    @property
    def text(self) -> str:
        """The passage's own text."""
        return self.article.text[self.passage.start : self.passage.end]


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote, `article.text[start:end]`; `number` is its marker, counted from 1.

    `copies` are later articles that print the same words.
    """

    number: int
    article: Article
    start: int
    end: int
    copies: tuple[Article, ...] = ()

    @property
    def quote(self) -> str:
        """The article's own words; never generated."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question, or that they do not say it.

    `short` is a span of the first citation's article that lies within its quote, where a short
    answer can be told. `confidence` runs from 0 to 1; an abstained answer has no citations, and
    its `hits` are the nearest passages. `language` is the one that the question was asked in.
    """

    question: str
    language: Language
    citations: tuple[Citation, ...]
    short: Span | None
    hits: tuple[Hit, ...]
    confidence: float
    abstained: bool

    @property
    def short_answer(self) -> str | None:
        """The words of `short`: part of the first quote."""
        if self.short is None or not self.citations:
            return None
        return self.citations[0].article.text[slice(*self.short)]
