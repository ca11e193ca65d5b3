"""What a text states that can be right or wrong by itself: numbers, days, months, names, places, opposites.

Compares two texts by them, whatever era, digits and spelling each is written in. Whether the rest of a sentence means
the same is `checking.py`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from khamtop.index.text import thai
from khamtop.index.text.dates import named_days, span_of
from khamtop.index.text.wording import BUDDHIST_ERA, DIGITS, MONTHS, PERSON_TITLES, POWERS, UNITS
from khamtop.index.types import Span
from khamtop.qa.concepts import EMPTY_WORDS, concepts_of, numbers_in_words, thai_words_for
from khamtop.qa.types import Concept

_OPPOSITES = Path(__file__).with_name("opposites.tsv")

_Days = tuple[date, date]

_MULTIPLIERS = {**POWERS, "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_POWER = "|".join(_MULTIPLIERS)
#: A number in digits with what multiplies it: "1.5 แสนล้าน". A time, "8:30", is read as 8.30.
_NUMBER = re.compile(rf"\d+(?:,\d{{3}})*(?:[.:]\d+)?(?:\s?(?P<powers>(?:(?:{_POWER})(?![a-z]))+))?")
_ENGLISH_NUMBERS = dict(
    zip("three four five six seven eight nine ten eleven twelve".split(), range(3, 13), strict=True)
)
_ENGLISH_NUMBER = re.compile(rf"\b({'|'.join(_ENGLISH_NUMBERS)})\b")
_DIGIT_WORD = re.compile(
    rf"({'|'.join(word for word in DIGITS if word not in ('เอ็ด', 'ยี่'))})\s?(?={'|'.join(map(re.escape, UNITS))})"
)
#: How a month ends whose short name ends so: "มีนายน" is no month, but "มี นายน…".
_MONTH_ENDS = {"ค.": "คม", "ย.": "ยน", "พ.": "พันธ์"}
#: In English some months are everyday words: those count where a number or "in" stands beside them.
_MONTHS = [
    re.compile(rf"{full}{_MONTH_ENDS[short[-2:]]}|{short.replace('.', '[.] ?')}|{_english}")
    for full, short, name in MONTHS
    for _english in [rf"(?:\bin {name}\b|\b{name} \d|\d {name}\b)" if name in ("march", "may") else rf"\b{name}\b"]
]

#: A person's name, after the title; letters and marks up to the next space. "นายจ้าง" is a word of its own.
_PERSON = re.compile(rf"(?P<title>{'|'.join(PERSON_TITLES)})\s?(?P<name>[\u0e01-\u0e4e]{{2,}})")
#: So many letters of a name must stand there: what follows may be no part of it.
_NAME_LETTERS = 5
#: A stem of so many letters is no part of another word.
_STEM_LETTERS = 5
#: A place of so many letters is no part of another word, however that is cut.
_LONG_PLACE = 7
_SPACES = re.compile(r"[ \t]+")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:[&'’.-][A-Za-z0-9]+)*")
_POSSESSIVE = re.compile("['’]s$")
_NOT_THAI, _NOT_LATIN = re.compile("[^ก-๎]+"), re.compile("[^a-z]+")
_THAI = re.compile("[\u0e01-\u0e4e]{4}")
_SENTENCE_BEGIN = re.compile(r"(?:^|[.!?:;]\s+|[\"“(]\s*)$")
#: The part of the consonants of a name, by threes, that must sound in another script as they do in its own.
_SOUNDS_ALIKE = 0.6
_SOUND = 3
_NOT_NAMES = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday mr mrs ms dr the thai thailand article articles
    january february march april may june july august september october november december
    """.split()
)
_NEGATIONS = re.compile(
    r"ไม่(?!ว่า|เพียง|น้อยกว่า|เกิน)|มิได้|มิให้|มิใช่|ยังไม่|ปราศจาก|ห้าม|งด(?=[ก-๙])|ไร้"
    r"|\bnot?\b|\bnever\b|\bwithout\b|\bneither\b|\bnor\b|n['’]t\b"
)
#: So many letters tell what a negation denies.
_DENIED_LETTERS = 5
#: A number that is told to so many digits may be a rounded one.
_ROUNDED_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Stated:
    """What stands in the quotes of a sentence: `text` is their normalised copy, with titles and dates."""

    text: str
    letters: str
    numbers: frozenset[float]
    days: tuple[_Days, ...]
    months: frozenset[int]
    thai_sounds: tuple[str, ...]
    latin_sounds: tuple[str, ...]
    is_negated: bool


def stated(texts: Iterable[str], published: Iterable[str | None] = ()) -> Stated:
    """What texts state, printed in articles of these dates."""
    text = _plain("\n".join(texts))
    days = [found for _, found in named_days(text)]
    days += [found for printed in published if printed and (found := span_of(printed))]
    months = {first.month for first, last in days if (first.year, first.month) == (last.year, last.month)}
    return Stated(
        text=text,
        letters=_letters(text),
        numbers=frozenset(value for value, _ in _numbers(text)) | frozenset(_parts_of(days)),
        days=tuple(days),
        months=frozenset(_months(text)) | months,
        thai_sounds=tuple(thai.skeletons(_NOT_THAI.sub(" ", text))),
        latin_sounds=tuple(thai.skeletons(_NOT_LATIN.sub(" ", text))),
        is_negated=bool(_NEGATIONS.search(text)),
    )  # fmt: skip


def unstated(sentence: str, there: Stated) -> str | None:
    """The first kind of thing that a sentence states and `there` does not: "number", "date", "name", "place" or
    "opposite"; None if all of it stands there."""
    text = _plain(sentence)
    days = named_days(text)
    if any(not _has_days(found, there.days) for _, found in days):
        return "date"
    if not set(_months(text)) <= there.months:
        return "date"
    if not all(_has_number(*number, there.numbers) for number in _numbers(_without(text, [span for span, _ in days]))):
        return "number"
    concepts = concepts_of(text)
    if any(not _has_name(name, there, concepts) for name in names_in(sentence)):
        return "name"
    if any(not _has_name(place, there, concepts) for place in places_in(text)):
        return "place"
    return "opposite" if is_opposed(text, there) else None


def _plain(text: str) -> str:
    """A normalised text with single spaces: printed dates often have more."""
    return _SPACES.sub(" ", thai.normalise(text).text)


# Numbers and days


def _numbers(text: str) -> Iterator[tuple[float, int]]:
    """What each number of a text is worth, in digits or in words; and to how many digits it is told, if it may be
    rounded: "1.39 million" to three."""
    for match in _NUMBER.finditer(text):
        powers = match["powers"] or ""
        digits = match[0][: len(match[0]) - len(powers)].strip()
        value = float(digits.replace(",", "").replace(":", "."))
        for power in re.findall(_POWER, powers):
            value *= _MULTIPLIERS[power]
        yield round(value, 4), sum(map(str.isdigit, digits.lstrip("0.,"))) if powers else 0
    yield from ((float(value), 0) for _, value in numbers_in_words(text))
    yield from ((float(DIGITS[match[1]]), 0) for match in _DIGIT_WORD.finditer(text))
    yield from ((float(_ENGLISH_NUMBERS[match[1]]), 0) for match in _ENGLISH_NUMBER.finditer(text))


def _has_number(value: float, digits: int, others: Iterable[float]) -> bool:
    """Whether one of the others is that number, or is when it is rounded to so many digits: one digit is too few."""
    if digits < _ROUNDED_DIGITS:
        return value in others
    return any(value in (other, float(f"{other:.{digits - 1}e}")) for other in others)


def _parts_of(days: Iterable[_Days]) -> Iterator[float]:
    """The numbers that a date is written with: a day of it, and the year in both eras, whole and short."""
    for first, last in days:
        if first == last:
            yield from (float(first.day), float(first.month))
        for year in (first.year, first.year + BUDDHIST_ERA):
            yield from (float(year), float(year % 100))


def _months(text: str) -> Iterator[int]:
    yield from (number for number, month in enumerate(_MONTHS, start=1) if month.search(text))


def _has_days(days: _Days, others: Sequence[_Days]) -> bool:
    """Whether one of the others is that day, month or year, or lies within it."""
    return any(days[0] <= first and last <= days[1] for first, last in others)


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


# Names and places


def names_in(sentence: str) -> list[str]:
    """The names of a sentence that can be told: a person's after the title; in Thai any Latin word, in English those
    with a capital inside a sentence. A word of the dictionary is one only if it is a place."""
    text = thai.normalise(sentence).text
    found = [text[start:end][:_NAME_LETTERS] for start, end in persons_in(text)]
    is_thai = bool(_THAI.search(sentence))
    for match in _LATIN.finditer(sentence):
        word = _POSSESSIVE.sub("", match[0])
        begins = bool(_SENTENCE_BEGIN.search(sentence[: match.start()]))
        is_name = is_thai or (word[0].isupper() and (not begins or word.isupper()))
        if is_name and word.lower() not in _NOT_NAMES | EMPTY_WORDS and _may_name(word):
            found.append(word)
    return found


def _may_name(word: str) -> bool:
    """Whether a Latin word is more than one of the dictionary with a capital, such as Ministry."""
    called = thai_words_for(word.lower())
    return not called or word.isupper() or not thai.places().isdisjoint(called)


def persons_in(text: str) -> list[Span]:
    """Where the names of persons stand in a normalised text, up to the next space."""
    words = set(thai.word_spans(text))
    return [
        match.span("name")
        for match in _PERSON.finditer(text)
        if match["title"].endswith(".") or match.span("title") in words
    ]


def places_in(text: str) -> list[str]:
    """The provinces of Thailand and the countries that a normalised text names: whole words, or long names."""
    words = set(thai.words(text))
    return [place for place in thai.places() if place in words or (len(place) >= _LONG_PLACE and place in text)]


def _has_name(name: str, there: Stated, concepts: Sequence[Concept]) -> bool:
    """Whether a name stands there: in its own letters, as an alias or a translation of it, or as it sounds."""
    own = thai.normalise(name).text
    if _letters(own) in there.letters:
        return True
    if any(_letters(place) in there.letters for place in _places_of(own)):
        return True
    words = set(thai.words(own))
    spelled = [concept for concept in concepts if any(words & set(spelling) for spelling in concept.spellings[:1])]
    if any(has_spelling(spelling, there) for concept in spelled for spelling in concept.spellings):
        return True
    others = there.latin_sounds if own[0] >= "ก" else there.thai_sounds
    return any(
        _sounds_like(skeleton, other) or _sounds_like(_without_l(skeleton), _without_l(other))
        for skeleton in thai.skeletons(own)
        for other in others
    )


def _places_of(name: str) -> frozenset[str]:
    """The places that a Latin name may be made from, in both languages: Singaporean from Singapore."""
    stems: tuple[str, ...] = ()
    if name.endswith("an"):
        stems = (name[:-1], name[:-2], name[:-3])  # Nigerian, Singaporean, Brazilian
    elif name.endswith("ese"):
        stems = (name[:-3], f"{name[:-3]}a")  # Japanese, Chinese
    called = thai.places() & {word for stem in stems for word in thai_words_for(stem)}
    return called | {stem for stem in stems if len(stem) >= _STEM_LETTERS}


def _without_l(skeleton: str) -> str:
    """What is left where an r only made a vowel long, as in Suchart for สุชาติ."""
    return skeleton.replace("l", "")


def _sounds_like(skeleton: str, other: str) -> bool:
    """Whether most of a name, written by ear in another script, sounds within one stretch of that."""
    if len(skeleton) <= _SOUND:
        return len(skeleton) > 1 and skeleton in other
    grams = [skeleton[at : at + _SOUND] for at in range(len(skeleton) - _SOUND + 1)]
    return sum(gram in other for gram in grams) >= _SOUNDS_ALIKE * len(grams)


def has_spelling(spelling: Sequence[str], there: Stated) -> bool:
    """Whether every word of a spelling stands there."""
    return all(_letters(word) in there.letters for word in spelling)


def _letters(text: str) -> str:
    """A text without what its letters stand apart by."""
    return re.sub(r"[\s.,ฯ“”\"'()\u200b-]+", "", text)


# Opposites


def is_opposed(text: str, there: Stated) -> bool:
    """Whether a normalised text says one side of a pair of opposites, where only the other side stands there; what is
    denied in one of both and not in the other is a pair, too."""
    return (
        _denies(text, there.text)
        or _denies(there.text, text)
        or any(
            one.search(text) and not one.search(there.text) and other.search(there.text) and not other.search(text)
            for pair in _opposites()
            for one, other in (pair, pair[::-1])
        )
    )


def _denies(text: str, other: str) -> bool:
    """Whether a text denies what stands in the other one, which denies it nowhere, and does not say it itself."""
    own, others = _letters(text), _letters(other)
    denied = _after_negations(text) - _after_negations(other)
    return any(what in others and own.count(what) == 1 for what in denied)


def _after_negations(text: str) -> set[str]:
    """The letters that stand right after each negation, spaces left out."""
    found = (_letters(text[match.end() :])[:_DENIED_LETTERS] for match in _NEGATIONS.finditer(text))
    return {letters for letters in found if len(letters) == _DENIED_LETTERS}


def is_negated(text: str) -> bool:
    """Whether a normalised text denies something."""
    return bool(_NEGATIONS.search(text))


@cache
def _opposites() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """`opposites.tsv`: on each line what one side is said with, and what the other, in both languages."""
    lines = (line.split("\t") for line in _OPPOSITES.read_text("utf-8").splitlines())
    return tuple((re.compile(one), re.compile(other)) for one, other in lines)
