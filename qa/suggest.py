"""Questions to begin with and to go on with: made from what the articles say, kept only if the articles answer them.

Questions to begin with are asked of the whole index. For those to go on with somebody waits: they are read where they
were made.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from khamtop.index.storage.opened import Index
from khamtop.index.text import thai
from khamtop.index.types import Article, Span
from khamtop.qa.answer import ask
from khamtop.qa.quote import quote_around
from khamtop.qa.reader import Reader, load_reader
from khamtop.qa.types import Answer, Language

#: Articles that are looked at for the first screen; the larger number only if the smaller gives too few questions. And
#: the most questions that are tried: a page waits for them.
_ARTICLES = (24, 240)
_TRIED_FIRST = 100
#: The most questions that are tried after an answer: each is read, and a person is waiting.
_TRIED = 6
#: Characters that are read on both sides of the words which a question was made for.
_AROUND = 200

#: Letters of the shortest office and subject that tell of what they are, and how many articles make a subject.
_SHORTEST_OFFICE, _SHORTEST_SUBJECT, _FEWEST_ARTICLES = 14, 4, 2
#: How often an article comes back to what it is about, and in how many passages and what part of them a subject stands.
_MENTIONS, _FEW_PASSAGES, _RARE = 4, 20, 0.03
#: The part of everyday texts from which on a word that stands there names no subject, and none that stands anywhere.
_EVERYDAY, _ANYWHERE = 0.03, 0.22
#: Questions of every archive, in the languages that are asked in.
_OVERVIEW: dict[Language, str] = {"th": "มีข่าวอะไรเกี่ยวกับ{subject}บ้าง", "en": "Any news about {subject}?"}
_FURTHER: dict[Language, str] = {"th": "มีข่าวอะไรเกี่ยวกับ{subject}อีกบ้าง", "en": "Any other news about {subject}?"}
_SUMMARY: dict[Language, str] = {"th": "สรุปข่าวนี้", "en": "Summarize this article"}

_OFFICE = re.compile("รัฐมนตรี|นายก|ปลัด|โฆษก|ผู้ว่า|อธิบดี|ประธาน|เลขา|ผู้อำนวยการ|กระทรวง|สำนัก|ประชุม|โครงการ|มาตรการ")
_POSITION = re.compile(
    r"(?:รอง|ผู้ช่วย|ที่ปรึกษา)?(?:นายกรัฐมนตรี|รัฐมนตรี|ประธาน|หัวหน้า|อธิบดี|เลขาธิการ|ปลัด|ผู้อำนวยการ|โฆษก|ผู้ว่า|ผู้บัญชาการ|เอกอัครราชทูต)\S{3,40}"
)
_NAME = re.compile(r"(?:นาย|นาง|นางสาว|พล\.\S{1,6}|ดร\.)\s?\S+")
_DATED = re.compile(r"(?!ตาม|ที่|ซึ่ง|โดย|และ|จาก|“)(?P<event>\S{12,60}?)\s*เมื่อ(?:วัน|เดือน|ปลาย|ต้น|ปี)\S*")
_SINCE = re.compile(r"(?!ตาม|ที่|ซึ่ง|โดย|และ|จาก|“)(?P<event>\S{12,60}?)ตั้งแต่$")


def suggest(index: Index, count: int = 4, reader: Reader | None = None) -> list[str]:
    """Up to `count` questions that the indexed articles answer, of different kinds and articles where possible."""
    made = _of_articles(index, count, reader or load_reader())
    subjects = [_OVERVIEW["th"].format(subject=subject) for subject in _subjects(index)]
    in_turn = [question for pair in zip_longest(made, subjects) for question in pair if question]
    return in_turn[:count]


def _subjects(index: Index) -> list[str]:
    """What several articles are about: the commonest first."""
    about = Counter(word for article in index.articles(spread=_ARTICLES[1]) for word in _abouts(article, index))
    return [
        word for word, count in sorted(about.items(), key=lambda item: (-item[1], item[0])) if count >= _FEWEST_ARTICLES
    ]


def _abouts(article: Article, index: Index) -> set[str]:
    """The words that an article is about: its title has them, its text comes back to them, and few others do."""
    text = thai.normalise(article.text).text
    title = set(thai.words(thai.normalise(article.title).text))
    return {word for word in title if _is_subject(word, index) and text.count(word) >= _MENTIONS}


def _is_subject(word: str, index: Index | None = None) -> bool:
    """Whether a word tells of what something is: no everyday word, and no office, in few passages of the archive."""
    is_thai = "\u0e01" <= word[0] <= "\u0e4e" and len(word) >= _SHORTEST_SUBJECT
    if not is_thai or "." in word or _OFFICE.search(word) or not 0 < thai.commonness(word) < _EVERYDAY:
        return False
    return index is None or index.frequency([word]) <= max(_FEW_PASSAGES, _RARE * len(index))


def _of_articles(index: Index, count: int, reader: Reader) -> list[str]:
    """Up to `count` questions made from what articles say."""
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

    The quoted article summed up, and others on the subject if titles that were found name it. A Thai question has
    such before these as are made from the articles that it quotes, then from the others that were found; each is
    answered there. None asks what was asked before, or what the answer's quotes already tell.
    """
    seen = {_plain(earlier) for earlier in (*history, found.question)}
    made = _made_of(found, seen, count, reader) if found.language == "th" else []
    further = [question for question in _on_from(found) if _plain(question) not in seen]
    return [*made[: max(1, count - len(further))], *further][:count]


def _on_from(found: Answer) -> Iterator[str]:
    """Questions that go on from any answer: more on its subject, and its article summed up."""
    if not found.citations or found.kind == "summary":
        return
    titles = {hit.article.id: thai.normalise(hit.article.title).text for hit in found.hits}
    asked = sorted(map(str, thai.words(thai.normalise(found.question).text)), key=len, reverse=True)
    for word in filter(_is_subject, asked):
        if found.kind != "overview" and sum(word in title for title in titles.values()) >= 2:
            yield _FURTHER[found.language].format(subject=word)
            break
    if found.kind != "overview":
        yield _SUMMARY[found.language]


def _made_of(found: Answer, seen: set[str], count: int, reader: Reader | None) -> list[str]:
    reader = reader or load_reader()
    told = [citation.quote for citation in found.citations]
    near = [citation.article for citation in found.citations] + [hit.article for hit in found.hits]
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
    title = set(thai.words(thai.normalise(article.title).text))
    makers = [
        _who(article.text, phrases),
        *(_of_subject(maker(article.text, phrases), title) for maker in (_when, _since)),
    ]
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
        if _is_office(office) and _NAME.fullmatch(text[slice(*first)]):
            yield f"ใครคือ{office}", last


def _is_office(phrase: str) -> bool:
    """Whether a phrase names an office that one person holds: "ปลัดกระทรวงฯ" does not say of what."""
    return bool(_POSITION.fullmatch(phrase)) and len(phrase) >= _SHORTEST_OFFICE and not phrase.endswith("ฯ")


def _of_subject(made: Iterator[tuple[str, Span]], title: set[str]) -> Iterator[tuple[str, Span]]:
    """Those questions that begin with something that the title names: others begin anywhere in a sentence."""
    for question, said in made:
        first = next(iter(thai.words(thai.normalise(question).text)), "")
        if first in title and thai.commonness(first) < _ANYWHERE and question.count("(") == question.count(")"):
            yield question, said


def _when(text: str, phrases: list[Span]) -> Iterator[tuple[str, Span]]:
    for phrase in phrases:
        if match := _DATED.match(text[slice(*phrase)]):
            yield f"{match['event']}เมื่อใด", (phrase[0] + match.end("event"), phrase[1])


def _since(text: str, phrases: list[Span]) -> Iterator[tuple[str, Span]]:
    for phrase, date in pairwise(phrases):
        if match := _SINCE.match(text[slice(*phrase)]):
            yield f"{match['event']}ตั้งแต่เมื่อใด", date
