"""Reading a question: its language, what it asks for, and every way the articles may write its words.

A reader types "นายกฯ", "NATO", "ปี 65" or "๒๕๖๕"; an article has นายกรัฐมนตรี, นาโต, พ.ศ. 2565. What
can be known of that without looking at the articles is known here; ranking them is `retrieve.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from index import thai
from index.types import Encoder, KhamtopError, Span
from qa.types import Concept, Kind, Language, Query

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
#: The cosine of word vectors from which one name takes another's place: two countries have about 0.15, a
#: country and an office none.
REPLACES_FROM = 0.1

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
_SEVERAL = re.compile(r"บ้าง|\b(?:list|which .*s are|who are|what are)\b")

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
#: A follow-up leans on the question before it: it opens with "and", or points at what was named there.
_LEANS = re.compile(
    r"^(?:แล้ว|และ|ส่วน|ละ|ล่ะ)|ล่ะ\s*$|(?:^|\s)(?:เขา|เธอ|มัน|พวกเขา|ท่าน)|คนนี้|คนนั้น|ที่นั่น|เรื่องนี้|เรื่องนั้น|ประเทศนี้|ประเทศนั้น|ดังกล่าว|ครั้งนั้น"
    r"|^(?:and|what about|how about)\b|\b(?:he|she|they|his|her|their|him|them|there)\b"
)
_YEAR = re.compile(r"(?<!\d)(?:(1[89]\d\d|20\d\d)|(2[3-6]\d\d)|(?<=ปี)\s?([4-9]\d))(?!\d)")


def read(question: str, history: Sequence[str] = (), encoder: Encoder | None = None) -> Query:
    """The question as a query; `history` holds the conversation's earlier questions, oldest first.

    With an `encoder` a follow-up that only names something else ("แล้วเกาหลีใต้ล่ะ") asks the earlier
    question of that, in the place of what is most like it there.

    Raises:
        KhamtopError: `question.empty`, `question.too_long` or `question.control`.
    """
    check(question)
    text = thai.normalise(question).text.strip()
    concepts = _concepts(text)
    spoken = text
    kind = kind_of(_LEANS.sub(" ", text))
    if history and _leans_on_earlier(text):
        earlier = _standing(history)
        carried = _concepts(earlier)
        replaced = _replaced(concepts, carried, encoder) if kind == "other" else None
        if replaced:
            spoken = earlier.replace(_written(replaced), _written(concepts[0]))
            concepts += [concept for concept in carried if concept is not replaced]
        else:
            spoken = f"{earlier} {text}"
            named = {concept.spellings for concept in concepts}
            concepts += [
                replace(concept, weight=EARLIER_WEIGHT) for concept in carried if concept.spellings not in named
            ]
    return Query(
        question=question,
        language=language_of(question),
        text=spoken,
        concepts=tuple(concepts),
        kind=kind if kind != "other" else kind_of(spoken),
        several=bool(_SEVERAL.search(text)),
    )


def _replaced(concepts: list[Concept], carried: list[Concept], encoder: Encoder | None) -> Concept | None:
    """What of the earlier question the one thing that a follow-up names stands for: the most alike, if any is."""
    if len(concepts) != 1 or encoder is None:
        return None
    names = [concept.spellings[0][-1] for concept in (*concepts, *carried)]
    vectors = encoder.word_vectors(names)
    if vectors is None or len(names) == 1:
        return None
    likeness = vectors[1:] @ vectors[0]
    nearest = int(likeness.argmax())
    return carried[nearest] if REPLACES_FROM <= likeness[nearest] < 0.999 else None


def _written(concept: Concept) -> str:
    """A concept as the question writes it: Thai words follow one another without a space."""
    own = concept.spellings[0]
    return (" " if own[0].isascii() else "").join(own)


def _standing(history: Sequence[str]) -> str:
    """What the conversation is about: its last question that stands alone, and the follow-ups since."""
    recent: list[str] = []
    for question in reversed(history):
        recent.insert(0, thai.normalise(question).text.strip())
        if not _leans_on_earlier(recent[0]):
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
    return bool(_LEANS.search(text)) or all(word in _EMPTY_WORDS for word in thai.words(text))


def _concepts(text: str) -> list[Concept]:
    """What a normalised question names, in its order: aliases and years as one thing each, else word by word."""
    spans = thai.word_spans(text)
    starts, ends = {start for start, _ in spans}, {end for _, end in spans}
    found: dict[int, Concept] = {}
    taken: set[int] = set()
    for alias, group in _alias_groups().items():  # longest first: "prime minister" is no "minister"
        at = text.find(alias)
        within = range(at, at + len(alias))
        ended = within.stop in ends or alias.endswith("ฯ")  # the mark of a shortening is no part of a word
        if at in starts and ended and taken.isdisjoint(within):
            taken.update(within)
            found[at] = _concept(alias, *(other for other in group if other != alias))
    for match in _YEAR.finditer(text):
        if taken.isdisjoint(range(*match.span())):
            taken.update(range(*match.span()))
            found[match.start()] = _concept(match[0].strip(), *_other_era(match))
    words = [(start, text[start:end]) for start, end in spans if start not in taken]
    content = [(start, word) for start, word in words if word not in _EMPTY_WORDS]
    found.update(_translated(content or ([] if found else words), text))
    return [found[start] for start in sorted(found)]


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
