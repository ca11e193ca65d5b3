"""What a person searches for -> passages without an answer, counted, and in the order that the person chose.

    น้ำท่วม โคราช        all that fits, best first, by words and by meaning
    "พายุโซนร้อน"         only passages whose text holds these very words
    -ภูเก็ต -"หมอกควัน"   no article that says this anywhere

Ranking is `retrieve.py`'s and `rank.py`'s business. What stands here decides among which passages they choose, and
counts what holds every word, however much is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Literal

import numpy as np

from khamtop.index.rankings.lexical import GRAM_CHARS, Condition
from khamtop.index.storage.opened import Index
from khamtop.index.text import thai
from khamtop.index.text.dates import span_of
from khamtop.index.types import Article, Filter, KhamtopError, Span
from khamtop.qa.question import check, read
from khamtop.qa.rank import looked_at, rank
from khamtop.qa.reader import Reader, load_reader
from khamtop.qa.reranker import Reranker, reranked
from khamtop.qa.retrieve import lexical_ranking, retrieve
from khamtop.qa.types import Concept, Hit, Query

#: The best first; or those of the newest articles first.
Order = Literal["relevance", "date"]
ORDERS: tuple[Order, ...] = ("relevance", "date")

#: How much a title that names all that is searched for counts, beside the best passage by words, which counts 1. Of
#: 24 questions that a newsroom asks none has other articles among its first five with anything from 0 to 1.
TITLE_WEIGHT = 0.5
#: The most passages that are read for one search to see what they really say: some 0.1 ms each.
MOST_READ = 2000
#: The most phrases and unwanted words of one search: each is looked for by itself.
MOST_SPECIAL = 10
#: Passages that are looked at for each article that is wanted, so that one long article does not fill them all.
_PASSAGES_AN_ARTICLE = 5
#: A shorter word is marked only where it was cut as one: "ตา" is no part of "ตาม".
_MARKED_WITHIN = 4

_QUOTES = '"“”'
_MINUS = "-−–"
_SPECIAL = re.compile(
    rf"(?P<minus>(?<!\S)[{_MINUS}])?[{_QUOTES}](?P<phrase>[^{_QUOTES}]+)[{_QUOTES}]"
    rf"|(?<!\S)[{_MINUS}](?P<word>\w[^\s{_QUOTES}]*)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed: `words` are ranked by, of which `others` stand outside of phrases.

    Each of `phrases` must be there and none of `without`, all of them normalised.
    """

    words: str
    others: str
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found: `hits` in the order that was asked for.

    `articles` counts those that hold every word and phrase, shown or not, and `passages` those of their passages that
    hold any; there may be more if not `is_all`. Where there are none, the hits are what comes nearest.
    """

    wanted: Wanted
    query: Query
    hits: tuple[Hit, ...]
    articles: int
    passages: int
    is_all: bool = True

    def by_article(self) -> list[list[Hit]]:
        """The hits of each article, in the order of each one's first."""
        return list(_grouped(self.hits).values())

    def terms_in(self, text: str) -> list[Span]:
        """Where a text says what is searched for, from left to right: phrases, and words in each spelling."""
        copy = thai.normalise(text)
        edges = {edge for span in thai.word_spans(copy.text) for edge in span}
        spans = [span for phrase in self.wanted.phrases for span in _spans_of(phrase.split(), r"\s+", copy.text)]
        for spelling in dict.fromkeys(spelling for concept in self.query.concepts for spelling in concept.spellings):
            for start, end in _spans_of(spelling, r"\s?", copy.text):
                if end - start >= _MARKED_WITHIN or edges.issuperset((start, end)):
                    spans.append((start, end))
        return [copy.original(*span) for span in _merged(spans)]


def wanted_of(typed: str) -> Wanted:
    """What a person typed into a search.

    >>> wanted_of('ถนน "ตลาดน้ำ" -ภูเก็ต')
    Wanted(words='ถนน ตลาดน้ำ', others='ถนน', phrases=('ตลาดน้ำ',), without=('ภูเก็ต',))

    Raises:
        KhamtopError: as `qa.question.check`, `question.only_without` where nothing is left to look for, and
            `question.too_many` for more than `MOST_SPECIAL` phrases and unwanted words.
    """
    check(typed)
    phrases: list[str] = []
    without: list[str] = []
    words = others = ""
    last = 0
    for match in _SPECIAL.finditer(typed):
        words += typed[last : match.start()]
        others += typed[last : match.start()]
        last = match.end()
        said = match["phrase"] or match["word"]
        if match["minus"] or match["word"]:
            without.append(_folded(said))
        else:
            phrases.append(_folded(said))
            words += f" {said} "
            others += " "
    words, others = (" ".join((part + typed[last:]).split()) for part in (words, others))
    if not _says_anything(words):
        raise KhamtopError("question.only_without")
    if len(phrases) + len(without) > MOST_SPECIAL:
        raise KhamtopError("question.too_many", most=MOST_SPECIAL)
    return Wanted(words, others, *(tuple(filter(_says_anything, dict.fromkeys(row))) for row in (phrases, without)))


def search(
    question: str,
    index: Index,
    history: Sequence[str] = (),
    k: int = 5,
    bounds: Filter | None = None,
    reader: Reader | None = None,
    order: Order = "relevance",
    reranker: Reranker | None = None,
) -> list[Hit]:
    """The `k` passages that fit what is searched for best, in that order, of the articles that `bounds` lets through.

    Words in quotation marks must stand there as they are; -word leaves out the articles that say it.

    Raises:
        KhamtopError: as `wanted_of`.
    """
    return list(look_up(question, index, history, k, bounds, reader, order, reranker).hits)


def look_up(
    question: str,
    index: Index,
    history: Sequence[str] = (),
    k: int = 5,
    bounds: Filter | None = None,
    reader: Reader | None = None,
    order: Order = "relevance",
    reranker: Reranker | None = None,
) -> Findings:
    """The same, and how much there is of it in all."""
    wanted = wanted_of(question)
    query = read(wanted.words, history)
    among, is_all = _allowed(wanted, query, index, bounds, order)
    full = _of_articles_with_every_word(wanted, query, index, among)
    if order == "date":
        hits = _newest_first(query, index, k, _of_newest_articles(full, index, k) if len(full) else among)
    else:
        hits = _best_first(query, index, k, among, reader or load_reader(), reranker)
    articles = len(np.unique(index.places.of(full).articles))
    return Findings(wanted, query, tuple(hits[:k]), articles, len(full), is_all)


def look_up_articles(
    question: str,
    index: Index,
    k: int = 10,
    bounds: Filter | None = None,
    reader: Reader | None = None,
    order: Order = "relevance",
    reranker: Reranker | None = None,
) -> Findings:
    """The passages of the `k` articles that fit best, those of an article one after the other."""
    found = look_up(question, index, (), k * _PASSAGES_AN_ARTICLE, bounds, reader, order, reranker)
    hits = [hit for hits in found.by_article()[:k] for hit in hits]
    return replace(found, hits=tuple(hits))


# In which order


def _best_first(
    query: Query, index: Index, k: int, among: np.ndarray | None, reader: Reader, reranker: Reranker | None
) -> list[Hit]:
    """The best hits, those of articles whose titles name what is searched for before others that are as good."""
    hits = reranked(query, retrieve(query, index, looked_at(k, reranker), among=among), reranker)
    weighed = [replace(hit, score=hit.score + TITLE_WEIGHT * _share_in(hit.article.title, query)) for hit in hits]
    weighed.sort(key=lambda hit: -hit.score)
    return [item.hit for item in rank(query, weighed, reader)]


def _share_in(title: str, query: Query) -> float:
    """How much of what is searched for a title names, 0 to 1."""
    words = set(thai.words(thai.normalise(title).text))
    total = sum(concept.weight for concept in query.concepts)
    named = sum(concept.weight for concept in query.concepts if any(map(words.issuperset, concept.spellings)))
    return named / total if total else 0.0


def _newest_first(query: Query, index: Index, k: int, among: np.ndarray | None) -> list[Hit]:
    """The hits, those of the newest article first, undated ones last; of an article, the best first."""
    hits = retrieve(query, index, k, among=among)
    groups = sorted(_grouped(hits).values(), key=lambda group: _day(group[0].article), reverse=True)
    return [hit for group in groups for hit in group]


def _day(article: Article) -> date:
    days = span_of(article.published) if article.published else None
    return days[0] if days else date.min


def _of_newest_articles(passages: np.ndarray, index: Index, count: int) -> np.ndarray:
    """Those passages, `count` at the most, whose articles are the newest; ascending."""
    newest = np.lexsort((passages, -index.places.of(passages).days))[:count]
    return np.sort(passages[newest])


def _grouped(hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.article.id, []).append(hit)
    return groups


# Among which passages


def _allowed(
    wanted: Wanted, query: Query, index: Index, bounds: Filter | None, order: Order
) -> tuple[np.ndarray | None, bool]:
    """The passages that may be shown, None for all; and whether all that may be shown are among them."""
    among = index.passages_within(bounds) if bounds else None
    is_all = True
    if wanted.without:
        among = _without(wanted.without, index, among)
    if wanted.phrases:
        conditions = [condition for phrase in wanted.phrases for condition in _conditions(phrase)]
        may_hold = _both(index.holding(conditions), among)
        is_all = len(may_hold) <= MOST_READ
        looked_at = may_hold if is_all else _first_of(may_hold, query, index, order)
        among = np.array([number for number in looked_at.tolist() if _holds(number, wanted.phrases, index)], np.int64)
    return among, is_all


def _conditions(phrase: str) -> Iterator[Condition]:
    """What the terms of a passage that holds a phrase must be: a stretch too short for n-grams is a word there."""
    for stretch in thai.stretches(phrase):
        grams = thai.ngrams(stretch, GRAM_CHARS)
        yield [("grams", grams)] if grams else [("words", thai.words(stretch) or [stretch])]


def _first_of(passages: np.ndarray, query: Query, index: Index, order: Order) -> np.ndarray:
    """So many of the passages as can be read: the newest, or those that fit best by words."""
    if order == "date":
        return _of_newest_articles(passages, index, MOST_READ)
    return np.sort([item.passage for item in lexical_ranking(query, index, MOST_READ, passages)])


def _holds(number: int, phrases: Sequence[str], index: Index) -> bool:
    article, passage = index.passage(number)
    return _says_all(article.text[passage.start : passage.end], phrases)


def _without(unwanted: Sequence[str], index: Index, among: np.ndarray | None) -> np.ndarray:
    """The passages without those of articles that say anything unwanted, in their titles too."""
    places = index.places
    most = MOST_READ // len(unwanted)
    gone = [number for phrase in unwanted for number in _articles_that_say(phrase, index, most)]
    left = places.passages[~np.isin(places.articles, gone)]
    return _both(left, among)


def _articles_that_say(phrase: str, index: Index, most: int) -> list[int]:
    """The numbers of the articles that say something; beyond `most`, which are read, of those that seem to."""
    words = thai.words(phrase)
    ways: list[tuple[str, Sequence[str]]] = [("words", words)] if words else []
    if grams := thai.ngrams(phrase, GRAM_CHARS):
        ways.append(("grams", grams))
    may_say = index.holding([ways])
    places = index.places.of(may_say)
    articles, first = np.unique(places.articles, return_index=True)
    told = zip(articles.tolist(), may_say[first].tolist(), strict=True)
    return [
        article
        for count, (article, passage) in enumerate(told)
        if count >= most or _article_says(index.passage(passage)[0], phrase)
    ]


def _article_says(article: Article, phrase: str) -> bool:
    return _says_all(f"{article.title}\n{article.text}", [phrase])


def _of_articles_with_every_word(wanted: Wanted, query: Query, index: Index, among: np.ndarray | None) -> np.ndarray:
    """The passages that hold a thing that is searched for, of the articles that hold all of them, in any spelling."""
    concepts = query.concepts
    if wanted.phrases:  # which the passages hold already
        concepts = read(wanted.others).concepts if _says_anything(wanted.others) else ()
    own = [concept for concept in concepts if concept.weight == 1.0]  # a follow-up's, and not what it goes on from
    holding = [_both(index.holding([_spelt(concept)]), among) for concept in own]
    if not holding:
        return _both(index.holding([]), among)
    with_all = reduce(np.intersect1d, (index.places.of(passages).articles for passages in holding))
    any_of_them = reduce(np.union1d, holding)
    return any_of_them[np.isin(index.places.of(any_of_them).articles, with_all)]


def _spelt(concept: Concept) -> Condition:
    """A concept by its words, or where these are cut in another way, by its letters."""
    ways: list[tuple[str, Sequence[str]]] = []
    for spelling in concept.spellings:
        ways.append(("words", spelling))
        if grams := thai.ngrams("".join(spelling), GRAM_CHARS):
            ways.append(("grams", grams))
    return ways


def _both(passages: np.ndarray, among: np.ndarray | None) -> np.ndarray:
    return passages if among is None else np.intersect1d(passages, among, assume_unique=True)


# What a text says


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap or touch as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _says_all(text: str, phrases: Sequence[str]) -> bool:
    copy = thai.normalise(text).text
    return all(any(_spans_of(phrase.split(), r"\s+", copy)) for phrase in phrases)


def _spans_of(pieces: Sequence[str], between: str, text: str) -> Iterator[Span]:
    """Where the pieces stand in a normalised text one after the other, no Thai cluster and no Latin word cut."""
    for match in re.finditer(between.join(map(re.escape, pieces)), text):
        if all(_may_be_cut(text, at) for at in match.span()):
            yield match.span()


def _may_be_cut(text: str, at: int) -> bool:
    """Whether words may begin or end at a place of a text."""
    in_a_word = 0 < at < len(text) and all(letter.isascii() and letter.isalnum() for letter in text[at - 1 : at + 1])
    return thai.is_boundary(text, at) and not in_a_word


def _folded(typed: str) -> str:
    return " ".join(thai.normalise(typed).text.split())


def _says_anything(text: str) -> bool:
    return any(map(str.isalnum, text))
