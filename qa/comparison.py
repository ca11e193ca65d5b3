"""A question that compares -> the question for each side: "ปี 65 กับ 66 ต่างกันไหม" asks of both years.

Each side is asked on its own, and the answers stand beside each other. What the difference is, is left to the reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from khamtop.index.text import thai
from khamtop.index.text.dates import named_days
from khamtop.index.types import Span

_JOIN = re.compile(r"\s*(?:กับ|และ|เทียบกับ|\band\b|\bvs\.?|\bversus\b|\bwith\b)\s*")
#: What tells that two things are compared, and what else only stands around the two; both are left out of the
#: question for one side.
_COMPARES = re.compile(
    r"(?:ช่วย)?เปรียบเทียบ|(?:แตก)?ต่าง(?:กัน|จากกัน)?(?:เยอะ|มาก)?(?:อย่างไร|ยังไง|ไง|ตรงไหน|เท่าไร|เท่าไหร่|แค่ไหน|ไหม|มั้ย|หรือไม่)(?:บ้าง)?"
    r"|(?:อะไร|อันไหน|ที่ไหน|ใคร|ฝ่ายไหน)\S{0,12}กว่า(?:กัน)?|กว่ากัน|\b(?:compare[ds]?|the differences?|differences?|differ)\b"
)
_AROUND = re.compile(rf"{_COMPARES.pattern}|ระหว่าง|\bbetween\b")
#: A second year, which often goes without its era: "ปี 65 กับ 66".
_SECOND_YEAR = re.compile(r"(?:ปี\s*|พ\.ศ\.\s*)?(\d{2}|\d{4})(?!\d)")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: what it is called, and the question for it alone."""

    name: str
    question: str


def sides_of(question: str) -> tuple[Side, Side] | None:
    """The two sides of a question that compares; None if it compares nothing.

    >>> [side.question for side in sides_of("ค่าแรงปี 65 กับ 66 เท่าไร")]
    ['ค่าแรงปี 65 เท่าไร', 'ค่าแรงปี 66 เท่าไร']
    """
    text = thai.normalise(question, fold_case=False).text
    return _of_two_years(text) or _of_two_things(text)


def _of_two_years(text: str) -> tuple[Side, Side] | None:
    for (start, end), _ in named_days(text.lower()):
        joined = _JOIN.match(text, end)
        second = _SECOND_YEAR.match(text, joined.end()) if joined else None
        if second:
            first = text[start:end]
            return _sides(text, (start, second.end()), first, f"{_before_year(first)}{second[1]}")
    return None


def _before_year(named: str) -> str:
    """What stands before the year in a time: "ปี " of "ปี 65"."""
    return re.sub(r"\d+$", "", named)


def _of_two_things(text: str) -> tuple[Side, Side] | None:
    """Two things that a word of comparing stands with."""
    low = text.lower()
    joined = _JOIN.search(low)
    if not joined or not _COMPARES.search(low):
        return None
    marks = list(_AROUND.finditer(low))
    begin = max((mark.end() for mark in marks if mark.end() <= joined.start()), default=0)
    end = min((mark.start() for mark in marks if mark.start() >= joined.end()), default=len(text))
    left, right = text[begin : joined.start()].strip(), text[joined.end() : end].strip(" ?")
    if not left or not right:
        return None
    shared = _shared_head(left, right) if begin == 0 else ""
    return _sides(text, (begin + len(shared), end), left[len(shared) :].strip(), right)


def _shared_head(left: str, right: str) -> str:
    """What both sides have in common, of "ค่าแรงกรุงเทพ" and "เชียงใหม่": all but as many words as the other has."""
    words, size = thai.word_spans(left), len(thai.words(right))
    return left[: words[-size][0]] if len(words) > size else ""


def _sides(text: str, span: Span, first: str, second: str) -> tuple[Side, Side]:
    before, after = text[: span[0]], text[span[1] :]
    gap = " " if before[-1:].isascii() else ""
    questions = [
        " ".join(_AROUND.sub(" ", f"{before}{gap}{name}{after}").split()) for name in (first.strip(), second.strip())
    ]
    return Side(first.strip(), questions[0]), Side(second.strip(), questions[1])
