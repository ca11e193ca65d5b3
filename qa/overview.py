"""A subject -> the articles on it, each once with its best quote: what "any news about ...?" asks for.

Search finds passages that share words or meaning with the subject, to the last of which hardly anything relates. An
article is on the subject if it names what the subject names, in its title or at its beginning, or again and again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from khamtop.index.storage.opened import Index
from khamtop.index.text import thai
from khamtop.index.text.dates import span_of
from khamtop.index.text.passages import cut
from khamtop.index.types import Article, Filter, Span
from khamtop.qa.concepts import concepts_of, telling
from khamtop.qa.gathering import subject_of
from khamtop.qa.quote import quote_around
from khamtop.qa.retrieve import retrieve
from khamtop.qa.summary import summary_of
from khamtop.qa.types import Concept, Hit, OverviewOrder, Query

#: Passages that are looked at for articles on a subject, and articles of them that are listed.
_LOOKED_AT = 120
MOST_LISTED = 10
#: The part of what a subject names that an article on it must name, weighed by how telling each thing is; and the part
#: that is enough where search finds it at least half as good as the best.
ON_SUBJECT, RELATED, HALF_AS_GOOD = 0.7, 0.55, 0.5
#: Where fewer than these name as much, so many are listed that say it in other words: search finds them nearly as good.
_FEW, _AS_GOOD = 5, 0.6
#: Characters at the top of an article that say what it is about, and mentions that make up for standing below.
_TOP_CHARS = 400
_MENTIONS = 3
#: Characters of a quote's core: what the subject names, as near together as it stands.
_CORE_CHARS = 160


@dataclass(frozen=True, slots=True)
class Told:
    """An article on a subject: its best passage, and the span of its text that is quoted."""

    hit: Hit
    quote: Span

    @property
    def day(self) -> date | None:
        """The first day of the date that it prints."""
        days = span_of(self.hit.article.published) if self.hit.article.published else None
        return days[0] if days else None


@dataclass(frozen=True, slots=True)
class Found:
    """The articles on a subject, the most relevant first; there may be more in all. If `is_of_time` is false, none is
    of the time that was asked for, and these are of others."""

    told: list[Told]
    total: int
    is_of_time: bool = True


def articles_on(query: Query, index: Index, bounds: Filter | None = None, without: str | None = None) -> Found:
    """The articles on the query's subject; of its time only, if there are any of it."""
    subject = _without_time(query)
    about = _about(query, subject)

    def within(limits: Filter | None) -> tuple[list[Told], int]:
        if not subject:
            return _newest(index, limits)
        told = _on_subject(about, index, limits, without)
        return told, len(told)

    if query.period is None or bounds is not None:
        return Found(*within(bounds))
    told, total = within(query.period.filter)
    return Found(told, total) if told else Found(*within(None), is_of_time=False)


def _newest(index: Index, bounds: Filter | None) -> tuple[list[Told], int]:
    """The newest articles, each by what it begins with, and how many there are."""
    total, listed = index.listing.find("", 0, MOST_LISTED, bounds)
    return [_as_told(index.article(one.id)) for one in listed], total


def _as_told(article: Article) -> Told:
    passage = cut(article)[0]
    return Told(Hit(article, passage, 0.0, None, None), summary_of(article, 1)[0])


def in_order(told: Sequence[Told], order: OverviewOrder) -> list[Told]:
    """The `MOST_LISTED` articles that are listed, of those told by relevance."""
    if order == "relevance":
        return list(told[:MOST_LISTED])
    chosen = told if order == "newest" else told[:MOST_LISTED]
    return sorted(chosen, key=lambda one: one.day or date.min, reverse=True)[:MOST_LISTED]


def covered(concepts: Sequence[Concept], text: str) -> float:
    """The part, 0 to 1, of what is named that a normalised text names too, weighed by how telling each thing is."""
    weights = list(map(telling, concepts))
    named = sum(weight for weight, concept in zip(weights, concepts, strict=True) if _places(concept, text))
    return named / sum(weights) if sum(weights) else 0.0


def _about(query: Query, subject: str) -> Query:
    """The query for passages on its subject alone."""
    concepts = tuple(concepts_of(subject)) or query.concepts
    return replace(query, asked=subject, text=subject, concepts=concepts)


def _without_time(query: Query) -> str:
    """The subject without the words that only name a time; "" if nothing is left."""
    if query.period is None:
        return query.subject
    time = thai.normalise(query.question).text[slice(*query.period.span)]
    rest = subject_of(query.subject.replace(time, " "))
    return rest if any(map(str.isalnum, rest)) else ""


def _on_subject(about: Query, index: Index, bounds: Filter | None, without: str | None) -> list[Told]:
    hits = retrieve(about, index, _LOOKED_AT, without, bounds)
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.article.id, hit)
    weights = _weights(about.concepts, index)
    parts = {identity: _part_told(about.concepts, weights, hit.article) for identity, hit in best.items()}
    most = max((hit.score for hit in hits), default=0.0)
    good = HALF_AS_GOOD * most
    on_it = [hit for identity, hit in best.items() if parts[identity] >= (RELATED if hit.score >= good else ON_SUBJECT)]
    akin = [hit for hit in best.values() if hit not in on_it and hit.score >= _AS_GOOD * most] if on_it else []
    on_it += akin[: max(0, _FEW - len(on_it))]
    return [Told(hit, _quote(about.concepts, weights, hit)) for hit in on_it]


def _weights(concepts: Sequence[Concept], index: Index) -> list[float]:
    """How telling each concept is, also in this archive (IDF): what most of its passages name tells none apart."""
    idf = [math.log1p(len(index) / (1 + index.frequency(concept.spellings[0]))) for concept in concepts]
    return [telling(concept) * weight for concept, weight in zip(concepts, idf, strict=True)]


def _part_told(concepts: Sequence[Concept], weights: Sequence[float], article: Article) -> float:
    """The part of what a subject names that an article names at its top, or often."""
    text = thai.normalise(article.text).text
    top = f"{thai.normalise(article.title).text}\n{text[:_TOP_CHARS]}"
    told = [bool(_places(concept, top)) or len(_places(concept, text)) >= _MENTIONS for concept in concepts]
    named = sum(weight for weight, is_told in zip(weights, told, strict=True) if is_told)
    return named / sum(weights) if concepts else 0.0


def _places(concept: Concept, text: str) -> list[Span]:
    """Where a normalised text names a concept, in any spelling, with or without spaces between its words."""
    return [span for spelling in concept.spellings for span in _occurrences(text, spelling)]


def _occurrences(text: str, spelling: Sequence[str]) -> Iterator[Span]:
    is_latin = spelling[0][0].isascii()
    for joined in {"".join(spelling), " ".join(spelling)}:
        at = text.find(joined)
        while at >= 0:
            end = at + len(joined)
            if not is_latin or not (text[at - 1 : at].isalnum() or text[end : end + 1].isalpha()):
                yield at, end
            at = text.find(joined, at + 1)


def _quote(concepts: Sequence[Concept], weights: Sequence[float], hit: Hit) -> Span:
    """The quote that names most of the subject, the earliest of those that name as much."""
    copy = thai.normalise(hit.text)
    begin = copy.position(_after_title(hit))
    named = ((span, at) for at, concept in enumerate(concepts) for span in _places(concept, copy.text))
    places = sorted((span, at) for span, at in named if span[0] >= begin)
    if not places:
        return summary_of(hit.article, 1)[0]
    start, end = copy.original(*_densest(places, weights))
    return quote_around(hit.article.text, (hit.passage.start + start, hit.passage.start + end))


def _after_title(hit: Hit) -> int:
    """Where a passage goes on after lines that only say what the title says, which stands beside the quote, or a date
    in digits."""
    title = "".join(hit.article.title.split())
    for start, end in thai.paragraphs(hit.text):
        line = "".join(hit.text[start:end].lstrip("#").split())
        if any(map(str.isalpha, line)) and line not in title:
            return start
    return 0


def _densest(places: Sequence[tuple[Span, int]], weights: Sequence[float]) -> Span:
    """The stretch of at most `_CORE_CHARS` characters in which the most telling concepts stand together."""
    best, most = places[0][0], 0.0
    for begin, ((start, _), _) in enumerate(places):
        inside = [(span, at) for span, at in places[begin:] if span[1] - start <= _CORE_CHARS]
        told = sum(weights[at] for at in {at for _, at in inside})
        if told > most:
            best, most = (start, max(span[1] for span, _ in inside)), told
    return best
