"""Questions to begin with and to go on with: made from what the articles say, kept only if the articles answer them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from index import thai
from index.store import Index
from index.types import Article
from qa.answer import answer

#: To begin with, so many articles are looked at, and more only if these give too few questions; and so many questions
#: tried before giving up: a page waits for them.
_ARTICLES = (24, 240)
_TRIED_FIRST = 150
#: To go on with, so many passages are looked at for articles, and so many questions tried before giving up: each
#: costs an answer, and a person is waiting. After 40 news questions on 2,000 articles there were two or three to go
#: on with 38 times; 13 times from five passages.
_PASSAGES = 20
_TRIED = 10

_POSITION = re.compile(
    r"(?:รอง|ผู้ช่วย|ที่ปรึกษา)?(?:นายกรัฐมนตรี|รัฐมนตรี|ประธาน|หัวหน้า|อธิบดี|เลขาธิการ|ปลัด|ผู้อำนวยการ|โฆษก|ผู้ว่า|ผู้บัญชาการ|เอกอัครราชทูต)\S{3,40}"
)
_NAME = re.compile(r"(?:นาย|นาง|นางสาว|พล\.\S{1,6}|ดร\.)\s?\S+")
_DATED = re.compile(r"(?!ตาม|ที่|ซึ่ง|โดย|และ|จาก|“)(?P<event>\S{12,60}?)\s*เมื่อ(?:วัน|เดือน|ปลาย|ต้น|ปี)\S*")
_SINCE = re.compile(r"(?!ตาม|ที่|ซึ่ง|โดย|และ|จาก|“)(?P<event>\S{12,60}?)ตั้งแต่$")


def suggest(index: Index, count: int = 4) -> list[str]:
    """Up to `count` questions that the indexed articles answer, of different kinds and articles where possible."""
    tried: set[str] = set()
    chosen: list[str] = []

    def first_answered(candidates: Iterator[tuple[str, str]]) -> str | None:
        for question, said in candidates:
            if len(tried) == _TRIED_FIRST:
                return None
            if question not in tried:
                tried.add(question)
                if _answered(question, said, index):
                    return question
        return None

    for spread in _ARTICLES:
        makers = [_candidates(article) for article in index.articles(spread=spread)]
        while makers and len(chosen) < count:
            for maker in list(makers):  # one of each article in turn
                if (question := first_answered(maker)) is None:
                    makers.remove(maker)
                else:
                    chosen.append(question)
                if len(chosen) == count:
                    return chosen
    return chosen


def follow_ups(question: str, index: Index, history: Sequence[str] = (), count: int = 3) -> list[str]:
    """Up to `count` questions to go on with after `question`, each answered by the articles when asked next.

    Made from the articles that its answer quotes, then from the others that were found; none asks what was
    asked before, or what the answer's quotes already tell.

    Raises:
        KhamtopError: for a question that cannot be read (`qa.question.check`).
    """
    found = answer(question, index, history, _PASSAGES)
    asked = [*history, question]
    told = [citation.quote for citation in found.citations]
    near = [citation.article for citation in found.citations] + [hit.article for hit in found.hits]
    articles = {article.id: article for article in near}.values()
    seen = {_plain(earlier) for earlier in asked}
    chosen: list[str] = []
    tried = 0
    for candidate, said in chain.from_iterable(map(_candidates, articles)):
        if len(chosen) == count or tried == _TRIED:
            break
        if _plain(candidate) in seen or any(said in quote for quote in told):
            continue
        seen.add(_plain(candidate))
        tried += 1
        if _answered(candidate, said, index, asked):
            chosen.append(candidate)
    return chosen


def _plain(question: str) -> str:
    """The letters of a question, by which two are the same one."""
    return "".join(thai.stretches(thai.normalise(question).text))


def _answered(question: str, said: str, index: Index, history: Sequence[str] = ()) -> bool:
    found = answer(question, index, history)
    return not found.abstained and any(said in citation.quote for citation in found.citations)


def _candidates(article: Article) -> Iterator[tuple[str, str]]:
    """Questions that an article might answer, each with words that the answer must hold."""
    phrases = [article.text[start:end] for start, end in thai.phrases(article.text)]
    makers = [_who(phrases), _when(phrases), _since(phrases)]
    while makers:
        for maker in list(makers):
            candidate = next(maker, None)
            if candidate is None:
                makers.remove(maker)
            else:
                yield candidate


def _who(phrases: list[str]) -> Iterator[tuple[str, str]]:
    for first, last, position in zip(phrases, phrases[1:], phrases[2:], strict=False):
        match = _POSITION.fullmatch(position)
        if match and _NAME.fullmatch(first):
            yield f"ใครคือ{position}", last


def _when(phrases: list[str]) -> Iterator[tuple[str, str]]:
    for phrase in phrases:
        if match := _DATED.match(phrase):
            yield f"{match['event']}เมื่อใด", phrase[match.end("event") :]


def _since(phrases: list[str]) -> Iterator[tuple[str, str]]:
    for phrase, date in pairwise(phrases):
        if match := _SINCE.match(phrase):
            yield f"{match['event']}ตั้งแต่เมื่อใด", date
