"""Reading a question: its language, what it asks for, and every way the articles may write its words.

A reader types "นายกฯ", "NATO", "ปี 65" or "๒๕๖๕"; an article has นายกรัฐมนตรี, นาโต, พ.ศ. 2565. What
can be known of that without looking at the articles is known here; ranking them is `retrieve.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from khamtop.index.text import thai
from khamtop.index.types import KhamtopError, Span
from khamtop.qa import spelling
from khamtop.qa.types import Concept, Kind, Language, Query

LONGEST_QUESTION = 2000

_ALIASES = Path(__file__).with_name("aliases.tsv")
_ENGLISH = Path(__file__).with_name("english.tsv")
#: Endings of English words, and what stands in their place in the dictionary; the bare word first.
_ENDINGS = (
    ("", ""), ("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
    ("'s", ""), ("’s", ""),
)  # fmt: skip

#: What an earlier question asked about, when a follow-up leaves it out.
EARLIER_WEIGHT = 0.5

#: Nothing that a keyboard types; half a surrogate pair cannot even be stored.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BUDDHIST_ERA = 543

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

#: Words that ask, particles of politeness and grammar: they say nothing of what is asked about.
_EMPTY_WORDS = frozenset(
    """
    ใคร อะไร ไหน ใด ที่ไหน ที่ใด เมื่อไร เมื่อไหร่ เมื่อใด ทำไม อย่างไร ยังไง เท่าไร เท่าไหร่ เท่าใด กี่ บ้าง ไหม มั้ย
    หรือไม่ หรือเปล่า หรือ เหตุใด ใช่ไหม ใช่หรือไม่
    ครับ ค่ะ คะ นะ นะคะ นะครับ ครับผม จ้ะ จ๊ะ จ้า หน่อย ล่ะ ละ สิ ซิ เถอะ ด้วย
    ช่วย บอก อยาก อยากรู้ อยากทราบ ทราบ ขอ ถาม สอบถาม รบกวน หรอ เหรอ
    คือ เป็น มี อยู่ ว่า ที่ ซึ่ง อัน ของ ใน และ กับ แก่ แด่ ต่อ จาก ถึง ให้ ได้ ถูก โดย ตาม เพื่อ ก็ จะ แล้ว นั้น นี้ ๆ ฯ
    who whom whose what which when where why how is are was were be been do does did has have had will would can could
    the a an of in on at to for from by with and or that this these those it its about please tell me list
    """.split()
)
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
#: A year, short after ปี or a month; unless it counts something ("2000 บาท") or is a part of a longer number.
_YEAR = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:(1[89]\d\d|20\d\d)|(2[3-6]\d\d)|(?<=ปี|คม|ยน|[คยพ]\.)\s?([4-9]\d))(?!\d|[.,]\d"
    r"|\s?(?:ล้าน|บาท|ดอลลาร์|คน|ราย|ตัว|แห่ง|ไร่|ตัน|ลิตร|เมตร|กิโล|กม\.|กก\.|หลัง|คัน|เตียง|ชิ้น|ครั้ง|วัน|ปี|baht|people|km))"
)
#: Numbers in words: the digits, what they are multiplied with, and how they are written together.
_DIGITS = {
    "หนึ่ง": 1, "เอ็ด": 1, "สอง": 2, "ยี่": 2, "สาม": 3, "สี่": 4, "ห้า": 5, "หก": 6, "เจ็ด": 7, "แปด": 8, "เก้า": 9,
}  # fmt: skip
_POWERS = {"สิบ": 10, "ร้อย": 100, "พัน": 1_000, "หมื่น": 10_000, "แสน": 100_000, "ล้าน": 1_000_000}
_NUMERAL = "|".join((*_DIGITS, *_POWERS))
_NUMBER = re.compile(f"(?!ร้อยเอ็ด)(?:{_NUMERAL}){{2,}}")  # Roi Et is a province


def read(question: str, history: Sequence[str] = ()) -> Query:
    """The question as a query; `history` holds the conversation's earlier questions, oldest first.

    Raises:
        KhamtopError: `question.empty`, `question.too_long` or `question.control`.
    """
    check(question)
    text, typed = _mended(question)
    concepts = [_also_as_typed(concept, typed) for concept in _concepts(text)]
    asked, kind = question, kind_of(_LEANS.sub(" ", text))
    if history and _leans_on_earlier(text):
        earlier = _standing(history)
        meant = _mended(earlier)[0]
        asked = f"{earlier} {question}"
        named = {concept.spellings for concept in concepts}
        concepts += [
            replace(concept, weight=EARLIER_WEIGHT) for concept in _concepts(meant) if concept.spellings not in named
        ]
        text = f"{_subject(meant)} {text}"
        kind = kind if kind != "other" else kind_of(meant)
    return Query(question, language_of(question), asked, text, tuple(concepts), kind)


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
    spans = thai.word_spans(text)
    said = len(spans)
    while said > 1 and text[slice(*spans[said - 1])] in _THANKS:
        said -= 1
    please = _PLEASE.match(text)
    starts = any(start == please.end() for start, _ in spans[:said]) if please else False
    return text[please.end() if please and starts else 0 : spans[said - 1][1] if said < len(spans) else None]


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
    worded_in_english = sum(word in _EMPTY_WORDS for word in latin) >= 2
    return "en" if worded_in_english or len(latin) > len(native) else "th"


def kind_of(text: str) -> Kind:
    """What a normalised question asks for."""
    return next((kind for kind, words in _KINDS if re.search(words, text)), "other")


def content_spans(text: str) -> list[Span]:
    """Where the words of a normalised question stand that say what it is about; all of them if none does."""
    spans = thai.word_spans(text)
    return [(start, end) for start, end in spans if text[start:end] not in _EMPTY_WORDS] or spans


def _leans_on_earlier(text: str) -> bool:
    words = thai.words(text)
    named = _OPENERS.isdisjoint(words[:1]) and _PRONOUNS.isdisjoint(words)
    return not named or bool(_LEANS.search(text) or _HE.search(text)) or all(word in _EMPTY_WORDS for word in words)


def _concepts(text: str) -> list[Concept]:
    """What a normalised question names, in its order: aliases and years as one thing each, else word by word."""
    spans = thai.word_spans(text)
    starts, ends = {start for start, _ in spans}, {end for _, end in spans}
    found: dict[int, Concept] = {}
    taken: set[int] = set()
    for match in _NUMBER.finditer(text):
        if match.start() in starts and match.end() in ends and taken.isdisjoint(range(*match.span())):
            taken.update(range(*match.span()))
            value = _value(match[0])
            found[match.start()] = _concept(match[0], f"{value:,}", str(value))
    groups = _alias_groups()
    for alias in filter(text.__contains__, groups):  # longest first: "prime minister" is no "minister"
        for at in _places(alias, text):
            within = range(at, at + len(alias))
            ended = within.stop in ends or alias.endswith("ฯ")  # the mark of a shortening is no part of a word
            if at in starts and ended and taken.isdisjoint(within):
                taken.update(within)
                found[at] = _concept(alias, *(other for other in groups[alias] if other != alias))
    for match in _YEAR.finditer(text):
        if taken.isdisjoint(range(*match.span())):
            taken.update(range(*match.span()))
            found[match.start()] = _concept(match[0].strip(), *_other_era(match))
    words = [(start, text[start:end]) for start, end in spans if start not in taken]
    content = [(start, word) for start, word in words if word not in _EMPTY_WORDS]
    found.update(_translated(content or ([] if found else words), text))
    return [found[start] for start in sorted(found)]


def _places(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _translated(words: list[tuple[int, str]], text: str) -> Iterator[tuple[int, Concept]]:
    """Concepts of the remaining words; an English word, or two that are one term, with their Thai translations."""
    place = 0
    while place < len(words):
        start, word = words[place]
        term = text[start : start + len(word)]
        if place + 1 < len(words):
            following, second = words[place + 1]
            term = text[start : following + len(second)]
        if term != word and _is_latin(term) and term in _english():
            yield start, _concept(term, *_english()[term])
            place += 2
        else:
            yield start, _concept(word, *(_translations(word) if _is_latin(word) else ()))
            place += 1


def _is_latin(word: str) -> bool:
    return word[0].isascii() and word[0].isalpha()


def _translations(word: str) -> tuple[str, ...]:
    """The Thai words for an English one, whatever regular ending it has."""
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and stem in _english():
            return _english()[stem]
    return ()


def _concept(own: str, *others: str) -> Concept:
    spellings = [tuple(thai.words(own)) or (own,)]
    for other in others:
        spellings.append(tuple(word for word in thai.words(other) if word not in _EMPTY_WORDS))
    return Concept(tuple(dict.fromkeys(filter(None, spellings))))


def _value(numerals: str) -> int:
    """What a number in words is worth.

    >>> _value("หนึ่งพันสามร้อยสี่สิบสอง")
    1342
    """
    millions = rest = digit = 0
    for numeral in re.findall(_NUMERAL, numerals):
        if numeral in _DIGITS:
            digit = _DIGITS[numeral]
        elif numeral == "ล้าน":
            millions, rest, digit = (millions + rest + digit or 1) * _POWERS[numeral], 0, 0
        else:
            rest, digit = rest + (digit or 1) * _POWERS[numeral], 0
    return millions + rest + digit


def _other_era(year: re.Match[str]) -> Iterator[str]:
    """The year in the other era: พ.ศ. 2565 is ค.ศ. 2022, and ปี 65 is both."""
    common, buddhist, short = year.groups()
    if common:
        yield str(int(common) + _BUDDHIST_ERA)
    elif buddhist:
        yield str(int(buddhist) - _BUDDHIST_ERA)
    else:
        yield from (f"25{short}", str(int(f"25{short}") - _BUDDHIST_ERA))


@cache
def _english() -> dict[str, tuple[str, ...]]:
    """`english.tsv`: an English word, or two or three, and what Thai calls it."""
    lines = (line.split("\t") for line in _ENGLISH.read_text("utf-8").splitlines()[1:])
    return {english: tuple(words) for english, *words in lines}


@cache
def _alias_groups() -> dict[str, tuple[str, ...]]:
    """`aliases.tsv`: on each line, ways to write one thing; the longest way first."""
    groups: dict[str, tuple[str, ...]] = {}
    for line in _ALIASES.read_text("utf-8").splitlines():
        group = tuple(thai.normalise(alias).text for alias in line.split("\t"))
        groups.update({alias: group for alias in group if alias not in groups})
    return dict(sorted(groups.items(), key=lambda item: -len(item[0])))
