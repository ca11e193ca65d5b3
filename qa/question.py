"""Reading a question: its language, what it asks for, what it goes on from, and what it names (`concepts.py`).

What can be known without looking at the articles is known here. Ranking them is `retrieve.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from khamtop.index.text import thai
from khamtop.index.types import KhamtopError
from khamtop.qa import spelling
from khamtop.qa.concepts import EMPTY_WORDS, concepts_of, content_spans
from khamtop.qa.period import period_of
from khamtop.qa.types import Concept, Kind, Language, Query
from khamtop.qa.wish import wish_of, without_now

LONGEST_QUESTION = 2000
#: Earlier questions that are looked at: what a follow-up goes back to was asked not long ago.
MOST_EARLIER = 20

#: What an earlier question asked about, when a follow-up leaves it out.
EARLIER_WEIGHT = 0.5

#: Nothing that a keyboard types; half a surrogate pair cannot even be stored.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

#: What a question asks for, by the words it asks with; the first that matches decides.
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("why", r"ทำไม|เพราะอะไร|เพราะเหตุใด|เหตุใด|สาเหตุ|เหตุผล|เนื่องจากอะไร|\bwhy\b|\breasons?\b"),
    ("how_many", r"กี่|เท่าไร|เท่าไหร่|เท่าใด|จำนวน|มูลค่า|ร้อยละ|how (?:many|much|long|old|far|often|big|large|tall)"),
    ("when", r"เมื่อไร|เมื่อไหร่|เมื่อใด|วันไหน|วันใด|วันอะไร|ปีไหน|ปีใด|ปีอะไร|เดือนไหน|เดือนใด|ช่วงไหน|เวลาใด|วันที่เท่า|ตอนไหน"
             r"|\bwhen\b|(?:what|which) (?:year|date|day|month|time)"),
    ("where", r"ที่ไหน|ที่ใด|แห่งใด|แห่งไหน|จังหวัดใด|จังหวัดไหน|จังหวัดอะไร|ประเทศใด|ประเทศไหน|ประเทศอะไร|เมืองใด|เมืองไหน|เมืองอะไร"
              r"|\bwhere\b|(?:what|which) (?:country|city|province|place)"),
    ("who", r"ใคร|ผู้ใด|คนไหน|คนใด|ชื่ออะไร|นามว่าอะไร|\bwho(?:se|m)?\b"),
    ("which", r"อะไร|ใด|ไหน|\b(?:what|which)\b"),
)  # fmt: skip

#: What only asks to be answered, before the question; and the particles and thanks after it.
_PLEASE = re.compile(
    r"(?:(?:สวัสดี|ขอโทษ|(?:ขอ|รบกวน)?(?:สอบ)?ถาม|รบกวน|อยาก(?:จะ)?(?:รู้|ทราบ)|ช่วยบอก|พอ(?:จะ)?(?:รู้|ทราบ)"
    r"|(?:มี)?ใคร(?:พอ)?(?:จะ)?(?:รู้|ทราบ)(?=บ้าง|ไหม|มั้ย|ว่า))"
    r"(?:หน่อย|ที|บ้าง|ไหม|มั้ย|นะ|ครับผม|ครับ|ค่ะ|คะ|จ้า|จ้ะ|ว่า|\s)*)+"
)
_THANKS = frozenset("หน่อย นะ นะคะ นะครับ อ่ะ อะ เหรอ หรอ ครับ ครับผม ค่ะ คะ จ้า จ้ะ จ๊ะ ขอบคุณ".split())
#: A follow-up leans on the question before it: it opens with "and", or points at what was named there.
_LEANS = re.compile(
    r"ล่ะ\s*$|คนนี้|คนนั้น|ที่นั่น|เรื่องนี้|เรื่องนั้น|ประเทศนี้|ประเทศนั้น|ดังกล่าว|ครั้งนั้น"
    r"|^(?:and|what about|how about)\b|\b(?:he|she|they|his|her|their|him|them)\b"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?! (?:is|are|was|were)\b)"
)
_OPENERS, _PRONOUNS = frozenset("แล้ว และ ส่วน ละ ล่ะ".split()), frozenset("พวกเขา เธอ มัน ท่าน".split())
#: เขา is "he" before what people do or have, and else a mountain ("เขาใหญ่") or a horn.
_HE = re.compile(
    r"(?:^|\s)เขา(?=มา|ไป|เป็น|คือ|มี|อยู่|ได้|จะ|เคย|กำลัง|ยัง|ถูก|พูด|บอก|กล่าว|เล่า|ตอบ|คิด|เชื่อ|เห็น|ทำ|ใช้|ให้|เริ่ม|เลิก|จบ|เรียน"
    r"|สำเร็จ|เกิด|ตาย|เสีย|อายุ|ชื่อ|แต่ง|พบ|เดินทาง|เข้า|ออก|ย้าย|รับ|ดำรง|ลาออก|ต้อง|อยาก|ชอบ|เขียน|สร้าง|เล่น|ชนะ|แพ้|สมัคร|ขอ|ลง|ประกาศ)"
)


def read(
    question: str,
    history: Sequence[str] = (),
    today: date | None = None,
    any_time: bool = False,
    goes_on: bool | None = None,
) -> Query:
    """The question as a query; `history` holds the conversation's earlier questions, oldest first.

    The latest `MOST_EARLIER` of these count, and are held to the same bounds as the question. "Last month" is seen from
    `today`; with `any_time` no time is read out of the question. `goes_on` says whether it is a follow-up; without it,
    its words do.

    Raises:
        KhamtopError: `question.empty`, `question.too_long` or `question.control`.
    """
    check(question)
    history = history[-MOST_EARLIER:]
    for earlier in history:
        check(earlier)
    text, typed = _mended(question)
    concepts = [_also_as_typed(concept, typed) for concept in concepts_of(without_now(text)) or concepts_of(text)]
    wish, period = wish_of(text), period_of(thai.normalise(question).text, today)
    query = Query(
        question=question, language=language_of(question), asked=question, text=text, concepts=tuple(concepts),
        kind=kind_of(_LEANS.sub(" ", text)), intent=wish.intent, subject=wish.subject,
        newest=wish.newest and not any_time,
        changing=wish.changing and not any_time and period is None,
        period=None if any_time else period,
    )  # fmt: skip
    if goes_on is None:
        goes_on = wish.intent == "summary" or _leans_on_earlier(text)
    return _going_on(query, _standing(history)) if history and goes_on else query


def _going_on(query: Query, earlier: str) -> Query:
    """A follow-up's query, with what the question that it goes back to was about."""
    meant = _mended(earlier)[0]
    named = {concept.spellings for concept in query.concepts}
    inherited = [concept for concept in concepts_of(meant) if concept.spellings not in named]
    return replace(
        query,
        asked=f"{earlier} {query.question}",
        text=f"{_subject(meant)} {query.text}",
        concepts=(*query.concepts, *(replace(concept, weight=EARLIER_WEIGHT) for concept in inherited)),
        kind=query.kind if query.kind != "other" else kind_of(meant),
        intent="fact" if query.intent == "keywords" else query.intent,
        subject=f"{_subject(meant)} {query.subject}",
        earlier=earlier,
    )


def _mended(question: str) -> tuple[str, dict[str, str]]:
    """The normalised question without politeness and slips of typing; and how each mended word was typed."""
    text = _bare(thai.normalise(question).text.strip())
    typed = {}
    for (start, end), word in reversed(spelling.slips(text)):
        typed[word] = text[start:end]
        text = text[:start] + word + text[end:]
    return text, typed


def _bare(text: str) -> str:
    """A normalised question without what is only polite around it: "ขอถามหน่อยค่ะ ... คืออะไรคะ"."""
    words = thai.word_spans(text)
    said = list(words)
    while len(said) > 1 and text[slice(*said[-1])] in _THANKS:
        said.pop()
    end = said[-1][1] if len(said) < len(words) else len(text)
    please = _PLEASE.match(text)
    begins_word = please is not None and please.end() in {start for start, _ in said}
    return text[please.end() if please and begins_word else 0 : end]


def _also_as_typed(concept: Concept, typed: Mapping[str, str]) -> Concept:
    """A mended word may have been a name after all: it is looked for as it was typed too."""
    slip = typed.get("".join(concept.spellings[0]))
    return replace(concept, spellings=(*concept.spellings, tuple(thai.words(slip)))) if slip else concept


def _subject(text: str) -> str:
    """What a question is about, without what it asks."""
    return " ".join(text[start:end] for start, end in content_spans(text))


def _standing(history: Sequence[str]) -> str:
    """What the conversation is about: its last question that stands alone, and the follow-ups since."""
    recent: list[str] = []
    for question in reversed(history):
        recent.insert(0, question)
        if not _leans_on_earlier(_mended(question)[0]):
            break
    return " ".join(recent)


def check(question: str) -> None:
    """Sees that a question can be read at all.

    Raises:
        KhamtopError: `question.empty`, `question.too_long` or `question.control`.
    """
    if len(question) > LONGEST_QUESTION:
        raise KhamtopError("question.too_long", limit=LONGEST_QUESTION)
    if _CONTROL.search(question):
        raise KhamtopError("question.control")
    if not any(letter.isalnum() for letter in question):
        raise KhamtopError("question.empty")


def language_of(question: str) -> Language:
    """Thai, unless it is worded in English: "NATO คืออะไร" is Thai, and "Who is คิชิดะ?" is not."""
    words = thai.words(thai.normalise(question).text)
    latin = [word for word in words if word[0].isascii() and word[0].isalpha()]
    native = [word for word in words if "\u0e00" <= word[0] <= "\u0e7f"]
    worded_in_english = sum(word in EMPTY_WORDS for word in latin) >= 2
    return "en" if worded_in_english or len(latin) > len(native) else "th"


def kind_of(text: str) -> Kind:
    """What a normalised question asks for."""
    return next((kind for kind, words in _KINDS if re.search(words, text)), "other")


def _leans_on_earlier(text: str) -> bool:
    words = thai.words(text)
    named = _OPENERS.isdisjoint(words[:1]) and _PRONOUNS.isdisjoint(words)
    return not named or bool(_LEANS.search(text) or _HE.search(text)) or all(word in EMPTY_WORDS for word in words)
