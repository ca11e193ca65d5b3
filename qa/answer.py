"""Question -> answer: the quotes that answer it, or an honest "not sure" or "not in these articles".

What is said around the quotes, and in which language, is `ui/render.py`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from khamtop.index.storage.store import Index
from khamtop.index.text.dates import span_of
from khamtop.index.types import Filter, Span
from khamtop.qa.question import read
from khamtop.qa.quote import quote_around, short_of
from khamtop.qa.rank import Found, find
from khamtop.qa.reader import Reader, load_reader
from khamtop.qa.types import Answer, Citation, Hit, Verdict
from khamtop.qa.writer import QuotesAlone, Writer, resting

#: Logits that a further quote may fall short of the first: it must answer nearly as likely.
FURTHER_LOGITS = 1.5
MOST_QUOTES = 3


def ask(
    question: str,
    index: Index,
    history: Sequence[str] = (),
    k: int = 5,
    threshold: float | None = None,
    without: str | None = None,
    bounds: Filter | None = None,
    reader: Reader | None = None,
    writer: Writer | None = None,
) -> Answer:
    """What the articles say to `question`; `history` holds the conversation's earlier questions.

    `k` passages come with it. A quote is always a span of an article of the index. Below the confidence `threshold`
    it abstains, and nothing stands in large type; without one, below the reader's own. `without` leaves out one
    article, by id, and `bounds` all but those that it lets through, as if they were not there. `writer` leads to the
    quotes in words of its own; without one they stand alone.

    Raises:
        KhamtopError: for a question that cannot be read (`qa.question.check`).
    """
    reader = reader or load_reader()
    query = read(question, history)
    found = find(query, index, k, reader, without, bounds)
    quotes = [Quoted(item, quote_around(item.hit.article.text, item.answer)) for item in found if item.reading]
    hits = tuple(item.hit for item in found[:k])
    if not quotes:
        return Answer(question, query.language, "nothing", query.kind, (), (), None, hits, 0.0)
    first = quotes[0]
    confidence = round(first.found.chance, 4)
    verdict = _verdict(confidence, reader, threshold)
    kind = first.found.kind or query.kind
    cited = _cited(quotes, 0.0 if verdict == "unsure" else reader.sure)
    large = reader.large if threshold is None else threshold
    citations = cited if verdict == "answer" else ()
    short = short_of(first.text, first.found.answer, kind, question)
    written = (writer or QuotesAlone()).write(question, citations) if citations else ()
    return Answer(
        question=question,
        language=query.language,
        verdict=verdict,
        kind=kind,
        citations=citations,
        nearest=cited if verdict == "unsure" else (),
        short=_moved(short, first, cited[0]) if short and citations and confidence >= large else None,
        hits=hits,
        confidence=confidence,
        sentences=resting(written, citations),
    )


@dataclass(frozen=True, slots=True)
class Quoted:
    """What was found, and the quote around its answer."""

    found: Found
    span: Span

    @property
    def text(self) -> str:
        """The text that it is a quote of."""
        return self.found.hit.article.text

    @property
    def words(self) -> str:
        """The words of the quote, whatever its spacing: wire copy is often printed twice."""
        return "".join(self.text[slice(*self.span)].split())

    def says_the_same(self, other: Quoted) -> bool:
        """Whether both overlap in one article, or are the same words."""
        is_beside = self.found.hit.article.id == other.found.hit.article.id
        overlaps = self.span[0] < other.span[1] and other.span[0] < self.span[1]
        return (is_beside and overlaps) or self.words == other.words


def _verdict(confidence: float, reader: Reader, threshold: float | None) -> Verdict:
    if confidence >= (reader.sure if threshold is None else threshold):
        return "answer"
    return "unsure" if confidence >= reader.unsure else "nothing"


def _cited(quotes: Sequence[Quoted], least: float) -> tuple[Citation, ...]:
    """The best quote, and others that answer nearly as likely, with at least this chance, in other words."""
    chosen = [quotes[0]]
    for quote in quotes[1:]:
        likely = quote.found.logit >= quotes[0].found.logit - FURTHER_LOGITS and quote.found.chance >= least
        if likely and not any(map(quote.says_the_same, chosen)):
            chosen.append(quote)
    return tuple(_cite(number, quote, quotes) for number, quote in enumerate(chosen[:MOST_QUOTES], start=1))


def _cite(number: int, quote: Quoted, quotes: Sequence[Quoted]) -> Citation:
    """The earliest of the articles that print these words; the others are its copies."""
    printed = [quote, *(other for other in quotes if other is not quote and other.words == quote.words)]
    first = min(printed, key=lambda one: _age(one.found.hit))
    copies = {article.id: article for one in printed for article in (one.found.hit.article, *one.found.hit.copies)}
    article = copies.pop(first.found.hit.article.id)
    return Citation(number, article, *first.span, tuple(copies.values()))


def _age(hit: Hit) -> date:
    """The first day of an article's date; undated ones come last."""
    days = span_of(hit.article.published) if hit.article.published else None
    return days[0] if days else date.max


def _moved(short: Span, quote: Quoted, citation: Citation) -> Span | None:
    """A span of the text that was read, in the citation's, which may be another article that prints the same words."""
    if quote.found.hit.article.id == citation.article.id:
        inside = citation.start <= short[0] and short[1] <= citation.end
        return short if inside else None
    words = quote.text[slice(*short)]
    at = citation.article.text.find(words, citation.start, citation.end)
    return None if at < 0 else (at, at + len(words))
