"""What a question names: each thing with every way in which the articles may write it.

Numbers in words, aliases (abbreviations, English names) and years come first, as one thing each. What is left is named
word by word, an English word with its Thai translations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from khamtop.index.text import thai
from khamtop.index.text.wording import BUDDHIST_ERA, DIGITS, POWERS, UNITS
from khamtop.index.types import Span
from khamtop.qa.types import Concept

_ALIASES = Path(__file__).with_name("aliases.tsv")
_ENGLISH = Path(__file__).with_name("english.tsv")
#: Endings of English words, and what stands in their place in the dictionary; the bare word first.
_ENDINGS = (
    ("", ""), ("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
    ("'s", ""), ("’s", ""),
)  # fmt: skip
#: Words that ask, particles of politeness and grammar: they say nothing of what is asked about.
EMPTY_WORDS = frozenset(
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
_COUNTED = "|".join(map(re.escape, ("ล้าน", *UNITS, "baht", "people", "km")))
#: A year, short after ปี or a month; unless it counts something ("2000 บาท") or is a part of a longer number.
_YEAR = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:(1[89]\d\d|20\d\d)|(2[3-6]\d\d)|(?<=ปี|คม|ยน|[คยพ]\.)\s?([4-9]\d))"
    rf"(?!\d|[.,]\d|\s?(?:{_COUNTED}))"
)
_NUMERAL = "|".join((*DIGITS, *POWERS))
_NUMBER = re.compile(f"(?!ร้อยเอ็ด)(?:{_NUMERAL}){{2,}}")  # Roi Et is a province

#: A concept, and where in the question it stands.
_Placed = tuple[Span, Concept]


def concepts_of(text: str) -> list[Concept]:
    """What a normalised question names, in its order."""
    words = thai.word_spans(text)
    taken = _Taken()
    for span, concept in chain(_numbers(text, words), _named(text, words), _years(text)):
        taken.take(span, concept)
    left = [(start, text[start:end]) for start, end in words if start not in taken]
    telling = [(start, word) for start, word in left if word not in EMPTY_WORDS]
    by_word = dict(_word_by_word(telling or ([] if taken.found else left), text))
    found = {**taken.found, **by_word}
    return [found[start] for start in sorted(found)]


def thai_words_for(word: str) -> tuple[str, ...]:
    """What Thai calls an English word in small letters; nothing for one that the dictionary lacks, as most names."""
    return _translations(word)


def content_spans(text: str) -> list[Span]:
    """Where the words of a normalised question stand that say what it is about; all of them if none does."""
    spans = thai.word_spans(text)
    return [(start, end) for start, end in spans if text[start:end] not in EMPTY_WORDS] or spans


def telling(concept: Concept) -> float:
    """How much a concept tells of what is meant, 0 to 1: hardly anything, where everyday texts name it too."""
    commonness = max(min(map(thai.commonness, spelling)) for spelling in concept.spellings)
    return max(0.05, 1 - 4 * commonness)


class _Taken:
    """What is named already, and its letters: who comes first has them."""

    def __init__(self) -> None:
        self.found: dict[int, Concept] = {}
        self._letters: set[int] = set()

    def __contains__(self, at: int) -> bool:
        return at in self._letters

    def take(self, span: Span, concept: Concept) -> None:
        """Takes a concept, unless one of its letters is taken."""
        letters = range(*span)
        if self._letters.isdisjoint(letters):
            self._letters.update(letters)
            self.found[span[0]] = concept


# Numbers in words


def _numbers(text: str, words: list[Span]) -> Iterator[_Placed]:
    """Whole words that are numbers, as digits too: "หนึ่งพันสองร้อย" is 1200, as a normalised text writes 1,200."""
    for span, value in _whole_numbers(text, words):
        yield span, _concept(text[slice(*span)], str(value))


def numbers_in_words(text: str) -> Iterator[tuple[Span, int]]:
    """Where whole words of a normalised text are a number, and what it is worth."""
    return _whole_numbers(text, thai.word_spans(text))


def _whole_numbers(text: str, words: list[Span]) -> Iterator[tuple[Span, int]]:
    starts, ends = {start for start, _ in words}, {end for _, end in words}
    for match in _NUMBER.finditer(text):
        if match.start() in starts and match.end() in ends:
            yield match.span(), _value(match[0])


def _value(numerals: str) -> int:
    """What a number in words is worth.

    >>> _value("หนึ่งพันสามร้อยสี่สิบสอง")
    1342
    """
    millions = rest = digit = 0
    for numeral in re.findall(_NUMERAL, numerals):
        if numeral in DIGITS:
            digit = DIGITS[numeral]
        elif numeral == "ล้าน":
            millions, rest, digit = (millions + rest + digit or 1) * POWERS[numeral], 0, 0
        else:
            rest, digit = rest + (digit or 1) * POWERS[numeral], 0
    return millions + rest + digit


# Aliases


def _named(text: str, words: list[Span]) -> Iterator[_Placed]:
    """Whole words that have aliases, the longest first: "prime minister" is no "minister"."""
    starts, ends = {start for start, _ in words}, {end for _, end in words}
    groups = _alias_groups()
    for alias in filter(text.__contains__, groups):
        others = [other for other in groups[alias] if other != alias]
        for start in _places(alias, text):
            end = start + len(alias)
            is_ended = end in ends or alias.endswith("ฯ")  # the mark of a shortening is no part of a word
            if start in starts and is_ended:
                yield (start, end), _concept(alias, *others)


def _places(part: str, text: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


@cache
def _alias_groups() -> dict[str, tuple[str, ...]]:
    """`aliases.tsv`: on each line, ways to write one thing; the longest way first."""
    groups: dict[str, tuple[str, ...]] = {}
    for line in _ALIASES.read_text("utf-8").splitlines():
        group = tuple(thai.normalise(alias).text for alias in line.split("\t"))
        groups.update({alias: group for alias in group if alias not in groups})
    return dict(sorted(groups.items(), key=lambda item: -len(item[0])))


# Years


def _years(text: str) -> Iterator[_Placed]:
    """Years, in the other era too: พ.ศ. 2565 is ค.ศ. 2022, and ปี 65 is both."""
    for match in _YEAR.finditer(text):
        yield match.span(), _concept(match[0].strip(), *_other_era(match))


def _other_era(year: re.Match[str]) -> Iterator[str]:
    common, buddhist, short = year.groups()
    if common:
        yield str(int(common) + BUDDHIST_ERA)
    elif buddhist:
        yield str(int(buddhist) - BUDDHIST_ERA)
    else:
        yield from (f"25{short}", str(int(f"25{short}") - BUDDHIST_ERA))


# Words


def _word_by_word(words: list[tuple[int, str]], text: str) -> Iterator[tuple[int, Concept]]:
    """A concept of each word, by its place; of two English ones that are one term, one."""
    place = 0
    while place < len(words):
        start, word = words[place]
        term = _term(words[place : place + 2], text)
        if term:
            yield start, _concept(term, *_english()[term])
            place += 2
        else:
            yield start, _concept(word, *(_translations(word) if _is_latin(word) else ()))
            place += 1


def _term(words: list[tuple[int, str]], text: str) -> str | None:
    """What two words are together, if that is an English term of the dictionary."""
    if len(words) < 2:
        return None
    (start, _), (following, second) = words
    term = text[start : following + len(second)]
    return term if _is_latin(term) and term in _english() else None


def _translations(word: str) -> tuple[str, ...]:
    """The Thai words for an English one, whatever regular ending it has."""
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending) + instead
        if word.endswith(ending) and stem in _english():
            return _english()[stem]
    return ()


@cache
def _english() -> dict[str, tuple[str, ...]]:
    """`english.tsv`: an English word, or two or three, and what Thai calls it."""
    lines = (line.split("\t") for line in _ENGLISH.read_text("utf-8").splitlines()[1:])
    return {english: tuple(words) for english, *words in lines}


def _is_latin(word: str) -> bool:
    return word[0].isascii() and word[0].isalpha()


def _concept(own: str, *others: str) -> Concept:
    """A thing by its own spelling and others, each cut into words."""
    spellings = [tuple(thai.words(own)) or (own,), *map(_telling_words, others)]
    return Concept(tuple(dict.fromkeys(filter(None, spellings))))


def _telling_words(spelling: str) -> tuple[str, ...]:
    return tuple(word for word in thai.words(spelling) if word not in EMPTY_WORDS)
