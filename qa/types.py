"""The types of asking: a question as read, the passages found, the quotes chosen, the answer.

Nothing here holds wording of ours: `ui/render.py` turns an `Answer` into sentences, so that Thai
and English, page, terminal and JSON say the same thing of the same quotes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from khamtop.index.types import Article, Passage, Span
from khamtop.qa.period import Period

Language = Literal["th", "en"]

#: What a question asks for: the reader tells it, or else the question's words as far as they do. The last four are
#: told by words alone, before anything is searched.
Kind = Literal[
    "who", "when", "where", "how_many", "what", "which", "why", "how", "list", "said", "define", "yes_no", "other",
    "overview", "summary", "comparison", "smalltalk",
]  # fmt: skip
#: What a person wants of the articles (`qa/wish.py`), and which small talk it is.
Intent = Literal["fact", "keywords", "overview", "summary", "comparison"]
Talk = Literal["greeting", "thanks", "about", "usage", "farewell"]

#: Those that a few words answer as a rule.
SHORT_KINDS = frozenset({"who", "when", "where", "how_many", "what", "which"})
#: How an overview's articles are listed: the most relevant ones with the newest first, or only by one of both.
OverviewOrder = Literal["", "newest", "relevance"]
#: Those whose answer stands in large type if it is brief: what a thing is may be told in a word or two, too.
LARGE_KINDS = SHORT_KINDS | {"define"}

#: An answer; not sure, and this is the nearest; or nothing about this.
Verdict = Literal["answer", "unsure", "nothing"]


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

    `asked` is what models embed and read: the question as it was typed, of a follow-up after the question that it
    goes back to. `text` is the same in one spelling, without politeness and slips, as words are looked for; `kind`
    is what is asked for, as far as its words tell. `subject` is the text without the words that only ask for an
    overview. `newest` says that the latest of something is asked for, `changing` that what is asked for was another
    before. `earlier` are the questions that a follow-up goes back to.
    """

    question: str
    language: Language
    asked: str
    text: str
    concepts: tuple[Concept, ...]
    kind: Kind
    intent: Intent = "fact"
    subject: str = ""
    period: Period | None = None
    newest: bool = False
    changing: bool = False
    earlier: str | None = None


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

    @property
    def page(self) -> int | None:
        """The page on which the passage begins, if its article has pages."""
        return self.article.page_at(self.passage.start)


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote, `article.text[start:end]`; `number` is its marker, counted from 1.

    `copies` are later articles that print the same words. `column` is the one of a comparison's sides that it speaks
    of, in the question's words.
    """

    number: int
    article: Article
    start: int
    end: int
    copies: tuple[Article, ...] = ()
    column: str | None = None

    @property
    def quote(self) -> str:
        """The article's own words; never generated."""
        return self.article.text[self.start : self.end]

    @property
    def page(self) -> int | None:
        """The page on which the quote begins, if its article has pages."""
        return self.article.page_at(self.start)


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a writer says; `markers` are the numbers of the citations that it rests on."""

    text: str
    markers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Writing:
    """What the writer of that name said around the quotes: the `sentences` that they bear out, how many are `struck`,
    and why there is no more of it (the code of a `KhamtopError`), if something went wrong."""

    writer: str
    sentences: tuple[Sentence, ...] = ()
    struck: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """How a question was taken, where that is not plain from its words: a reader can take it off again.

    `earlier` are the questions that it goes on from. `period` is the time that it names, in the words `time`; `newest`
    tells that the latest comes first.
    """

    earlier: str | None = None
    period: Period | None = None
    time: str | None = None
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """The articles on a subject: how many there are, and the days of those that were looked at, the earliest first.

    The subject is "" where whatever is new was asked for. If `is_of_time` is false, there are none of the time that
    was asked for, and these are of others. `order` is the one that was asked for.
    """

    subject: str
    total: int
    days: tuple[date, ...]
    is_of_time: bool = True
    order: OverviewOrder = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question, or that they do not say it.

    `short` is a span of the first citation's article that lies within its quote, where a short
    answer can be told. `confidence` runs from 0 to 1. Where the `verdict` is not "answer" it abstains:
    there are no citations, `nearest` quotes what comes nearest if it is "unsure", and `hits` are the
    nearest passages. `language` is the one that the question was asked in. `writing` is what a writer said, None where
    none was asked. An `overview` has one citation an article; small talk (`talk`) has none.
    """

    question: str
    language: Language
    verdict: Verdict
    kind: Kind
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    short: Span | None
    hits: tuple[Hit, ...]
    confidence: float
    writing: Writing | None = None
    understood: Understood = Understood()
    overview: Overview | None = None
    talk: Talk | None = None

    @property
    def abstained(self) -> bool:
        """Whether it asserts nothing."""
        return self.verdict != "answer"

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What a writer said that its quotes bear out."""
        return self.writing.sentences if self.writing else ()

    @property
    def struck(self) -> int:
        """How many sentences of a writer are left out."""
        return self.writing.struck if self.writing else 0

    @property
    def short_answer(self) -> str | None:
        """The words of `short`: part of the first quote."""
        if self.short is None or not self.citations:
            return None
        return self.citations[0].article.text[slice(*self.short)]
