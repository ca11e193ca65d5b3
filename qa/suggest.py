"""Questions to begin with and to go on with: made from what the articles say, kept only if the articles answer them.

Questions to begin with are asked of the whole index. For those to go on with somebody waits: they are read where they
were made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from khamtop.index.storage.store import Index
from khamtop.index.text import thai
from khamtop.index.types import Article, Span
from khamtop.qa.answer import ask
from khamtop.qa.quote import quote_around
from khamtop.qa.reader import Reader, load_reader
from khamtop.qa.types import Answer

#: Articles that are looked at for the first screen; the larger number only if the smaller gives too few questions. And
#: the most questions that are tried: a page waits for them.
_ARTICLES = (24, 240)
_TRIED_FIRST = 100
#: The most questions that are tried after an answer: each is read, and a person is waiting.
_TRIED = 6
#: Characters that are read on both sides of the words which a question was made for.
_AROUND = 200

_POSITION = re.compile(
    r"(?:รอง|ผู้ช่วย|ที่ปรึกษา)?(?:นายกรัฐมนตรี|รัฐมนตรี|ประธาน|หัวหน้า|อธิบดี|เลขาธิการ|ปลัด|ผู้อำนวยการ|โฆษก|ผู้ว่า|ผู้บัญชาการ|เอกอัครราชทูต)\S{3,40}"
)
_NAME = re.compile(r"(?:นาย|นาง|นางสาว|พล\.\S{1,6}|ดร\.)\s?\S+")
_DATED = re.compile(r"(?!ตาม|ที่|ซึ่ง|โดย|และ|จาก|“)(?P<event>\S{12,60}?)\s*เมื่อ(?:วัน|เดือน|ปลาย|ต้น|ปี)\S*")
_SINCE = re.compile(r"(?!ตาม|ที่|ซึ่ง|โดย|และ|จาก|“)(?P<event>\S{12,60}?)ตั้งแต่$")


def suggest(index: Index, count: int = 4, reader: Reader | None = None) -> list[str]:
    """Up to `count` questions that the indexed articles answer, of different kinds and articles where possible."""
    reader = reader or load_reader()
    tried: set[str] = set()
    chosen: list[str] = []

    def first_answered(article: Article, candidates: Iterator[tuple[str, Span]]) -> str | None:
        for question, said in candidates:
            if len(tried) == _TRIED_FIRST:
                return None
            if question not in tried:
                tried.add(question)
                if _answers(article, question, said, reader) and not ask(question, index, reader=reader).abstained:
                    return question
        return None

    for spread in _ARTICLES:
        makers = [(article, _candidates(article)) for article in index.articles(spread=spread)]
        while makers and len(chosen) < count:
            for maker in list(makers):  # one of each article in turn
                if (question := first_answered(*maker)) is None:
                    makers.remove(maker)
                else:
                    chosen.append(question)
                if len(chosen) == count:
                    return chosen
    return chosen


def follow_ups(found: Answer, history: Sequence[str] = (), count: int = 3, reader: Reader | None = None) -> list[str]:
    """Up to `count` questions to go on with after an answer; `history` are the questions before it.

    Made from the articles that it quotes, then from the others that were found; each is answered there. None asks
    what was asked before, or what the answer's quotes already tell.
    """
    reader = reader or load_reader()
    told = [citation.quote for citation in found.citations]
    near = [citation.article for citation in found.citations] + [hit.article for hit in found.hits]
    seen = {_plain(earlier) for earlier in (*history, found.question)}
    chosen: list[str] = []
    tried = 0
    for article in {article.id: article for article in near}.values():
        for candidate, said in _candidates(article):
            if len(chosen) == count or tried == _TRIED:
                return chosen
            if _plain(candidate) in seen or any(article.text[slice(*said)] in quote for quote in told):
                continue
            seen.add(_plain(candidate))
            tried += 1
            if _answers(article, candidate, said, reader):
                chosen.append(candidate)
    return chosen


def _plain(question: str) -> str:
    """The letters of a question, by which two are the same one."""
    return "".join(thai.stretches(thai.normalise(question).text))


def _answers(article: Article, question: str, said: Span, reader: Reader) -> bool:
    """Whether the reader finds the words that a question was made for, where they stand in its article."""
    begin, end = max(0, said[0] - _AROUND), said[1] + _AROUND
    for reading in reader.read(question, [(article.title, article.text[begin:end])]):
        start, stop = quote_around(article.text, (begin + reading.answer[0], begin + reading.answer[1]))
        return reading.chance >= reader.sure and start <= said[0] and said[1] <= stop
    return False


def _candidates(article: Article) -> Iterator[tuple[str, Span]]:
    """Questions that an article might answer, each with where the words stand that the answer must hold."""
    phrases = list(thai.phrases(article.text))
    makers = [_who(article.text, phrases), _when(article.text, phrases), _since(article.text, phrases)]
    while makers:
        for maker in list(makers):
            candidate = next(maker, None)
            if candidate is None:
                makers.remove(maker)
            else:
                yield candidate


def _who(text: str, phrases: list[Span]) -> Iterator[tuple[str, Span]]:
    for first, last, position in zip(phrases, phrases[1:], phrases[2:], strict=False):
        office = text[slice(*position)]
        if _POSITION.fullmatch(office) and _NAME.fullmatch(text[slice(*first)]):
            yield f"ใครคือ{office}", last


def _when(text: str, phrases: list[Span]) -> Iterator[tuple[str, Span]]:
    for phrase in phrases:
        if match := _DATED.match(text[slice(*phrase)]):
            yield f"{match['event']}เมื่อใด", (phrase[0] + match.end("event"), phrase[1])


def _since(text: str, phrases: list[Span]) -> Iterator[tuple[str, Span]]:
    for phrase, date in pairwise(phrases):
        if match := _SINCE.match(text[slice(*phrase)]):
            yield f"{match['event']}ตั้งแต่เมื่อใด", date
