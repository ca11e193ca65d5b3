"""The numbered part of a law or a list that a question names ("มาตรา 12") -> where an article tells of that one.

A reader finds section 112 or 12/1 as near to the question as section 12: only their numbers differ. So it is shown
none of the others, where an article is set in sections; and no passage that names others alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from khamtop.index.text import thai
from khamtop.index.text.wording import BUDDHIST_ERA
from khamtop.index.types import Span
from khamtop.qa.types import Hit

#: What parts are called: by a name of ours, the words for it. "ม.6" is a class at school, "ม.44" a section.
_NAMES = {
    "section": r"มาตรา|(?<![ก-๙])ม\.(?=\s?\d\d)|\bsections?\b|\barticles?\b",
    "clause": r"(?<!หัว)ข้อ(?:ที่)?|\bclauses?\b",
    "chapter": r"หมวด(?:ที่)?|\bchapters?\b",
    "issue": r"ฉบับที่",
    "year": r"พ\.ศ\.|พุทธศักราช",
}
_NAME = "|".join(f"(?P<{name}>{words})" for name, words in _NAMES.items())
#: A section that was put between two others has the number 12/1, or once 12 ทวิ; 3.2 is a part of 3.
_NUMBER = r"\d+(?:/\d+)*(?:\.\d+)*(?:\s?(?:ทวิ|ตรี|จัตวา|เบญจ|ฉ|สัตต|อัฏฐ|นว|ทศ)(?![ก-๎]))?"
_RANGE = r"ถึง|-|–|\bto\b"
_JOINING = rf"\s*(?:,|และ|หรือ|กับ|\band\b|\bor\b|{_RANGE})\s*(?:(?:{'|'.join(_NAMES.values())})\s*)?"
_MENTION = re.compile(rf"(?:{_NAME})\s*(?P<numbers>{_NUMBER}(?:{_JOINING}{_NUMBER}(?![\d,]))*)")
_EACH_NUMBER = re.compile(rf"(?P<range>{_RANGE})|(?P<number>{_NUMBER})")
#: The most numbers that "10 to 15" stands for.
_LONGEST_RANGE = 1000
#: What may stand before the first word of a line, and a word before a number that only refers to it.
_LINE_MARKS = " \t#*_>“\"'("
_REFERRING = re.compile(
    r"(?:ตาม|ใน|ของ|และ|หรือ|กับ|แห่ง|ถึง|ผิด|โดย|จาก|บังคับ|แก้ไข|ยกเลิก|เพิ่ม|อำนาจ|,|\b(?:of|in|under|and|or|to|by))\s*$"
)
_LOOKED_BACK = 40

#: The numbers that are asked for, by the name of the part.
Asked = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Mention:
    """Where a normalised text names parts of one name by their numbers."""

    name: str
    numbers: tuple[str, ...]
    start: int

    def is_of(self, asked: frozenset[str]) -> bool:
        """Whether one of the numbers is asked for, or is of a part of one that is."""
        return any(number == one or number.startswith(f"{one}.") for number in self.numbers for one in asked)

    def is_beside(self, other: _Mention) -> bool:
        """Whether the numbers of both follow one another, as those of the parts of a text do."""
        one, two = self.numbers[0], other.numbers[0]
        return one.isdecimal() and two.isdecimal() and abs(int(one) - int(two)) == 1


def asked_for(text: str) -> dict[str, frozenset[str]]:
    """The parts that a normalised question names.

    >>> asked_for("มาตรา 12 ว่าอย่างไร")
    {'section': frozenset({'12'})}
    """
    asked: dict[str, frozenset[str]] = {}
    for mention in _mentions(text):
        asked[mention.name] = asked.get(mention.name, frozenset()).union(mention.numbers)
    return asked


def told_in(asked: Asked, hit: Hit) -> list[Span] | None:
    """Where in its article's text a hit tells of the parts that are asked for; None if it may be anywhere.

    There is no such place where the passage lies in other parts, or names others alone.
    """
    within: list[Span] | None = None
    for name, numbers in asked.items():
        told = _of_year(numbers, hit) if name == "year" else _of_part(name, numbers, hit)
        if told is not None:
            within = told if within is None else _common(within, told)
    return within


def _of_part(name: str, asked: frozenset[str], hit: Hit) -> list[Span] | None:
    parts = _parts(hit.article.text, name, asked)
    if parts:
        return _common(parts, [(hit.passage.start, hit.passage.end)])
    texts = (hit.article.title, hit.text)
    named = [mention for text in texts for mention in _named(thai.normalise(text).text, name)]
    names_others_alone = bool(named) and not any(mention.is_of(asked) for mention in named)
    return [] if names_others_alone else None


def _of_year(asked: frozenset[str], hit: Hit) -> list[Span] | None:
    """No place in a law of another year: its title names that one, and nothing names the year that is asked for."""
    if not _named(thai.normalise(hit.article.title).text, "year"):
        return None
    in_common_era = {str(int(year) - BUDDHIST_ERA) for year in asked if year.isdecimal()}
    numbers = re.findall(r"\d+", thai.normalise(f"{hit.article.title}\n{hit.text}").text)
    return None if asked.union(in_common_era).intersection(numbers) else []


def _parts(text: str, name: str, asked: frozenset[str]) -> list[Span]:
    """The parts of a text, each from where it opens to where another does, that are asked for."""
    copy = thai.normalise(text)
    openings = [*_openings(copy.text, _named(copy.text, name))]
    found: list[Span] = []
    begin: int | None = None
    for opening in openings:
        if opening.is_of(asked):
            begin = opening.start if begin is None else begin
        elif begin is not None:
            found.append(copy.original(begin, opening.start))
            begin = None
    if begin is not None:
        found.append(copy.original(begin, len(copy.text)))
    return found


def _openings(text: str, mentions: Sequence[_Mention]) -> Iterator[_Mention]:
    """The mentions with which a part of a text opens: at the beginning of a line, or in a row of numbers."""
    leading = [mention for mention in mentions if not _is_referred_to(text, mention.start)]
    for at, mention in enumerate(leading):
        line = text[max(0, mention.start - _LOOKED_BACK) : mention.start].rpartition("\n")[2]
        beside = (*leading[max(0, at - 1) : at], *leading[at + 1 : at + 2])
        if not line.strip(_LINE_MARKS) or any(map(mention.is_beside, beside)):
            yield mention


def _is_referred_to(text: str, at: int) -> bool:
    """Whether a part is only referred to: in the middle of a phrase, or after a word such as "by"."""
    before = text[max(0, at - _LOOKED_BACK) : at]
    is_inside = bool(before) and not before[-1].isspace() and before[-1] not in _LINE_MARKS
    return is_inside or bool(_REFERRING.search(before))


def _named(text: str, name: str) -> list[_Mention]:
    return [mention for mention in _mentions(text) if mention.name == name]


def _mentions(text: str) -> Iterator[_Mention]:
    """Every place of a normalised text that names parts by number."""
    for match in _MENTION.finditer(text):
        name = next(name for name in _NAMES if match[name])
        yield _Mention(name, tuple(_numbers(match["numbers"])), match.start())


def _numbers(listed: str) -> Iterator[str]:
    """The numbers of a list, without spaces: of "10 ถึง 12" all three."""
    before, is_range = "", False
    for match in _EACH_NUMBER.finditer(listed):
        if match["range"]:
            is_range = True
            continue
        number = "".join(match["number"].split())
        if is_range and before.isdecimal() and number.isdecimal() and int(number) - int(before) < _LONGEST_RANGE:
            yield from map(str, range(int(before) + 1, int(number)))
        yield number
        before, is_range = number, False


def _common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Where spans of both rows overlap."""
    pairs = ((max(one[0], other[0]), min(one[1], other[1])) for one in some for other in others)
    return [(start, end) for start, end in pairs if start < end]
