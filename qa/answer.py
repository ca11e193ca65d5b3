"""Question -> answer: the quotes that answer it, or an honest "not sure" or "not in these articles".

What a person wants (`wish.py`) decides who answers: the reader a fact, `overview.py` a subject, `summary.py` an
article. What is said around the quotes, and in which language, is `ui/render.py`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from khamtop.index.storage.opened import Index
from khamtop.index.text import thai
from khamtop.index.text.dates import span_of
from khamtop.index.types import Article, Filter, Span
from khamtop.qa.comparison import sides_of
from khamtop.qa.concepts import telling
from khamtop.qa.overview import Told, articles_on, covered, in_order
from khamtop.qa.question import check, language_of, read
from khamtop.qa.quote import list_around, quote_around, short_of
from khamtop.qa.rank import Found, find, lead
from khamtop.qa.reader import Reader, chance_of, load_reader, trimmed
from khamtop.qa.reranker import Reranker
from khamtop.qa.summary import summary_of
from khamtop.qa.types import (
    Answer,
    Citation,
    Concept,
    Hit,
    Kind,
    Overview,
    OverviewOrder,
    Query,
    Talk,
    Understood,
    Verdict,
)
from khamtop.qa.wish import talk_of
from khamtop.qa.writer import Writer, written

#: Logits that the latest of several that answer what changes, such as who holds an office, may fall short of the best.
AS_LIKELY = 1.0
#: Logits that a further quote may fall short of the first: what the first one misses is often said there.
FURTHER_LOGITS = 2.5
MOST_QUOTES = 3
#: The chance from which one fact answers somebody who only names a thing; below it all articles on it are listed.
KEYWORDS_SURE = 0.8
#: A question in a conversation that names so few telling things may go on from the one before; how much less sure the
#: answer may be which takes it so.
MOST_BRIEF, BRIEF_LEADS, TELLING = 1, 0.2, 0.5
#: The part of what a question names that an article must name to be shown as the nearest.
NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question is asked with: see `ask`."""

    index: Index
    reader: Reader
    k: int
    threshold: float | None
    without: str | None
    bounds: Filter | None
    today: date | None
    any_time: bool
    order: OverviewOrder
    reranker: Reranker | None

    def read(self, question: str, history: Sequence[str], goes_on: bool | None = None) -> Query:
        """The question as a query."""
        return read(question, history, self.today, self.any_time, goes_on)

    def find(self, query: Query) -> list[Found]:
        """The passages that fit a query best, read."""
        return find(query, self.index, self.k, self.reader, self.without, self.bounds, self.reranker)


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
    today: date | None = None,
    any_time: bool = False,
    order: OverviewOrder = "",
    reranker: Reranker | None = None,
) -> Answer:
    """What the articles say to `question`; `history` holds the conversation's earlier questions.

    `k` passages come with it. A quote is always a span of an article of the index. Below the confidence `threshold`
    it abstains, and nothing stands in large type; without one, below the reader's own. `without` leaves out one
    article, by id, and `bounds` all but those that it lets through, as if they were not there. `writer` says
    something around the quotes that they bear out; without one they stand alone. "Last month" is seen from `today`;
    with `any_time` a time that the question names prefers no articles. An overview's articles stand in `order`. A
    `reranker` has its say in which passages are read.

    Raises:
        KhamtopError: for a question that cannot be read (`qa.question.check`).
    """
    check(question)
    if talk := talk_of(thai.normalise(question).text):
        return _small_talk(question, talk)
    asking = Asking(index, reader or load_reader(), k, threshold, without, bounds, today, any_time, order, reranker)
    answer = _answer(question, history, asking)
    return written(answer, writer) if writer else answer


def _answer(question: str, history: Sequence[str], asking: Asking) -> Answer:
    query = asking.read(question, history)
    if query.intent == "overview":
        return _overview(query, asking) or _fact(query, asking)
    if query.intent == "summary":
        return _summary(query, asking)
    return _compared(query, history, asking) or _going_on(query, history, asking) or _fact(query, asking)


def _going_on(query: Query, history: Sequence[str], asking: Asking) -> Answer | None:
    """The answer to a question as a follow-up, where its words do not tell that it is one but the articles do.

    "ตั้งอยู่แถวไหน" names nothing: it is asked both ways, and what answers more surely was meant.
    """
    if not history or query.earlier:
        return None
    alone = _fact(query, asking)
    is_brief = len(_telling(query)) <= MOST_BRIEF
    if alone.verdict == "answer" and not is_brief:
        return alone
    further = _fact(asking.read(query.question, history, goes_on=True), asking)
    if not is_brief:
        return further if further.verdict == "answer" else alone
    return further if further.confidence + BRIEF_LEADS > alone.confidence else alone


def _telling(query: Query) -> list[Concept]:
    """What a question names that not every text does."""
    return [concept for concept in query.concepts if telling(concept) > TELLING]


# Facts


def _fact(query: Query, asking: Asking) -> Answer:
    """What the reader finds."""
    reader = asking.reader
    found = asking.find(query)
    quotes = [_quoted(item, query) for item in found if item.reading]
    hits = tuple(item.hit for item in found[: asking.k])
    if not quotes:
        return _nothing(query, hits)
    if query.newest:
        quotes = _latest_first(quotes, reader.sure)
    elif query.changing:
        quotes = _latest_first(quotes, max(reader.sure, chance_of(quotes[0].found.logit - AS_LIKELY)))
    first = quotes[0]
    confidence = round(first.found.chance, 4)
    if query.intent == "keywords" and confidence < KEYWORDS_SURE:
        overview = _overview(query, asking, {quote.found.hit.article.id: quote for quote in reversed(quotes)})
        if overview:
            return overview
    verdict = _verdict(query, first.found, confidence, asking)
    kind = _kind(first.found, query)
    cited = _cited(quotes, 0.0 if verdict == "unsure" else reader.unsure)
    citations = cited if verdict == "answer" else ()
    short = short_of(first.text, first.found.answer, first.found.kind or kind, query.question)
    return Answer(
        question=query.question,
        language=query.language,
        verdict=verdict,
        kind=kind,
        citations=citations,
        nearest=cited if verdict == "unsure" else (),
        short=_moved(short, first, cited[0]) if short and citations and _may_be_large(quotes, asking) else None,
        hits=hits,
        confidence=confidence,
        understood=_understood(query),
    )


def _may_be_large(quotes: Sequence[Quoted], asking: Asking) -> bool:
    """Whether the first answer may stand in large type: by a threshold of the caller's, or as the reader has it."""
    if asking.threshold is not None:
        return True  # what lies below it is not cited
    logits = [quote.found.logit for quote in quotes]
    ahead = lead(0, logits, [quote.answer for quote in quotes])
    return asking.reader.large.allows(logits[0], ahead)


def _kind(found: Found, query: Query) -> Kind:
    """What is asked for, as the reader understands it; of a follow-up as its own words tell, for it reads both."""
    by_words = query.earlier is not None and query.kind != "other"
    return query.kind if by_words or found.kind is None else found.kind


def _nothing(query: Query, hits: tuple[Hit, ...]) -> Answer:
    return Answer(
        query.question, query.language, "nothing", query.kind, (), (), None, hits, 0.0, understood=_understood(query)
    )


def _verdict(query: Query, first: Found, confidence: float, asking: Asking) -> Verdict:
    """An answer, or not sure and this is the nearest, if it treats what was asked about; or nothing."""
    if confidence >= (asking.reader.sure if asking.threshold is None else asking.threshold):
        return "answer"
    text = thai.normalise(f"{first.hit.article.title}\n{first.hit.text}").text
    is_near = confidence >= asking.reader.unsure or covered(query.concepts, text) >= NEAR
    return "unsure" if is_near else "nothing"


def _understood(query: Query) -> Understood:
    if query.period is None:
        return Understood(query.earlier, newest=query.newest or query.changing)
    time = thai.normalise(query.question, fold_case=False).text[slice(*query.period.span)]
    return Understood(query.earlier, query.period, time, query.newest)


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
    def answer(self) -> str:
        """What answers, normalised."""
        return thai.normalise(self.text[slice(*self.found.answer)]).text

    @property
    def words(self) -> str:
        """The words of the quote, whatever its spacing: wire copy is often printed twice."""
        return "".join(self.text[slice(*self.span)].split())

    def says_the_same(self, other: Quoted) -> bool:
        """Whether both overlap in one article, or are the same words."""
        is_beside = self.found.hit.article.id == other.found.hit.article.id
        overlaps = self.span[0] < other.span[1] and other.span[0] < self.span[1]
        return (is_beside and overlaps) or self.words == other.words


def _quoted(found: Found, query: Query) -> Quoted:
    """What was found, and the quote around it: of a list that is asked for, all of it, and of a section that one."""
    is_list = _kind(found, query) == "list"
    around = list_around if is_list else quote_around
    text = found.hit.article.text
    start, end = around(text, found.answer, likely=found.likely)
    if found.within:
        start, end = trimmed(text, max(start, found.within[0]), min(end, found.within[1]))
    return Quoted(found, (start, end))


def _latest_first(quotes: Sequence[Quoted], least: float) -> list[Quoted]:
    """Those that answer with at least that chance, of the latest article first; then the others."""
    answering = [quote for quote in quotes if quote.found.chance >= least]
    answering.sort(key=lambda quote: _age(quote.found.hit.article, undated=date.min), reverse=True)
    return [*answering, *(quote for quote in quotes if quote.found.chance < least)]


def _cited(quotes: Sequence[Quoted], least: float) -> tuple[Citation, ...]:
    """The best quote, and others that may answer too, with at least this chance, in other words."""
    chosen = [quotes[0]]
    for quote in quotes[1:]:
        likely = quote.found.logit >= quotes[0].found.logit - FURTHER_LOGITS and quote.found.chance >= least
        if likely and not any(map(quote.says_the_same, chosen)):
            chosen.append(quote)
    return tuple(_cite(number, quote, quotes) for number, quote in enumerate(chosen[:MOST_QUOTES], start=1))


def _cite(number: int, quote: Quoted, quotes: Sequence[Quoted]) -> Citation:
    """The earliest of the articles that print these words; the others are its copies."""
    printed = [quote, *(other for other in quotes if other is not quote and other.words == quote.words)]
    first = min(printed, key=lambda one: _age(one.found.hit.article, undated=date.max))
    copies = {article.id: article for one in printed for article in (one.found.hit.article, *one.found.hit.copies)}
    article = copies.pop(first.found.hit.article.id)
    return Citation(number, article, *first.span, tuple(copies.values()))


def _age(article: Article, undated: date) -> date:
    """The first day of an article's date."""
    days = span_of(article.published) if article.published else None
    return days[0] if days else undated


def _moved(short: Span, quote: Quoted, citation: Citation) -> Span | None:
    """A span of the text that was read, in the citation's, which may be another article that prints the same words."""
    if quote.found.hit.article.id == citation.article.id:
        inside = citation.start <= short[0] and short[1] <= citation.end
        return short if inside else None
    words = quote.text[slice(*short)]
    at = citation.article.text.find(words, citation.start, citation.end)
    return None if at < 0 else (at, at + len(words))


# Subjects, articles, comparisons, small talk


def _overview(query: Query, asking: Asking, read_already: dict[str, Quoted] | None = None) -> Answer | None:
    """The articles on a subject, a quote of each: what the reader found there, or what names most of the subject.

    None if there are none.
    """
    found = articles_on(query, asking.index, asking.bounds, asking.without)
    order = asking.order or ("newest" if query.newest else "")
    listed = in_order(found.told, order)
    citations = tuple(
        Citation(number, one.hit.article, *_best_quote(one, read_already or {}, asking.reader), one.hit.copies)
        for number, one in enumerate(listed, start=1)
    )
    if not citations:
        return None
    days = sorted(one.day for one in found.told if one.day)
    return Answer(
        question=query.question,
        language=query.language,
        verdict="answer",
        kind="overview",
        citations=citations,
        nearest=(),
        short=None,
        hits=tuple(one.hit for one in listed),
        confidence=1.0,
        understood=_understood(query),
        overview=Overview(query.subject, found.total, tuple(days), found.is_of_time, order),
    )


def _best_quote(told: Told, read_already: dict[str, Quoted], reader: Reader) -> Span:
    quote = read_already.get(told.hit.article.id)
    return quote.span if quote and quote.found.chance >= reader.unsure else told.quote


def _summary(query: Query, asking: Asking) -> Answer:
    """The article that the conversation is about, summed up: the one that the question before it was answered from."""
    earlier = _fact(asking.read(query.earlier, ()), asking) if query.earlier else _fact(query, asking)
    quoted = [citation.article for citation in (*earlier.citations, *earlier.nearest)]
    article = next(iter([*quoted, *(hit.article for hit in earlier.hits)]), None)
    if article is None:
        return _nothing(query, ())
    citations = tuple(Citation(number, article, *span) for number, span in enumerate(summary_of(article), start=1))
    return Answer(
        question=query.question,
        language=query.language,
        verdict="answer",
        kind="summary",
        citations=citations,
        nearest=(),
        short=None,
        hits=tuple(hit for hit in earlier.hits if hit.article.id == article.id),
        confidence=1.0,
        understood=_understood(query),
    )


def _compared(query: Query, history: Sequence[str], asking: Asking) -> Answer | None:
    """An answer for each side of a question that compares; None if it does not, or a side has none of its own."""
    sides = sides_of(query.question)
    if sides is None:
        return None
    answers = [_side(asking.read(side.question, history), asking) for side in sides]
    quotes = [answer.citations or answer.nearest for answer in answers]
    if not all(quotes) or quotes[0][0].quote == quotes[1][0].quote:
        return None
    columns = tuple(
        replace(cited[0], number=number, column=side.name)
        for number, (side, cited) in enumerate(zip(sides, quotes, strict=True), start=1)
    )
    return _comparison(query, columns, answers)


def _side(query: Query, asking: Asking) -> Answer:
    """What is said of one side; of one that is a time, by articles of that time if these say it."""
    fact = replace(query, intent="fact")
    if query.period is not None and asking.bounds is None:
        within = _fact(fact, replace(asking, bounds=query.period.filter))
        if within.verdict != "nothing":
            return within
    return _fact(fact, asking)


def _comparison(query: Query, columns: tuple[Citation, ...], answers: Sequence[Answer]) -> Answer:
    """The best quote for each side, in a column each; as sure as the less sure of them."""
    is_answered = all(answer.verdict == "answer" for answer in answers)
    hits = {(hit.passage.article_id, hit.passage.start): hit for answer in answers for hit in answer.hits}
    return Answer(
        question=query.question,
        language=query.language,
        verdict="answer" if is_answered else "unsure",
        kind="comparison",
        citations=columns if is_answered else (),
        nearest=() if is_answered else columns,
        short=None,
        hits=tuple(hits.values()),
        confidence=min(answer.confidence for answer in answers),
        understood=Understood(query.earlier),
    )


def _small_talk(question: str, talk: Talk) -> Answer:
    return Answer(question, language_of(question), "nothing", "smalltalk", (), (), None, (), 0.0, talk=talk)
