"""The lines on a PDF's pages -> its text: a paragraph a line, and a form feed between two pages.

No letter is altered. Lines are joined to a paragraph where the next one's first word, or in text that is broken at
spaces alone its first phrase, did not fit behind a line: a line that had room for it ends a paragraph, and so does a
larger distance, another size, an indent or the mark of a list. Of a line that stands apart at the same place of
a third of the pages, and differs in the page's number alone, the first one stays.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from khamtop.index.text import thai

PAGE_BREAK = "\f"

#: A running head stands on so many pages at least, among so many lines at the top or bottom of each, and so many
#: heights of a letter away from the next line.
_FEWEST_PAGES, _LINES_AT_EDGE, _APART = 3, 2, 2.2
#: Sizes and distances that differ by less than these parts count as the same.
_SAME_SIZE, _SAME_STEP = 0.1, 0.25
#: In heights of a letter: the largest distance within a paragraph, an indent, what a measured width may be off by, and
#: the width of a letter.
_LARGEST_STEP, _INDENT, _OFF, _LETTER = 3.0, 0.8, 0.3, 0.75
_LONGEST_WORD = 60
#: A heading is so much larger than most of its page.
_HEADING = 1.15
_NUMBER = re.compile(r"\d{1,9}")
_LISTED = re.compile(r"[•●▪■◦‣*–-]\s|\(?\d{1,3}[.)]\s|[ก-ฮA-Za-z][.)]\s|ข้อ\s*\d")
_THAI_END, _THAI_START = re.compile("[ก-ฮะ-ฺเ-ๅ็-๎\uf700-\uf71a]$"), re.compile("[ก-ฮเ-ไ]")


class Line(NamedTuple):
    """A line of a page; lengths run along it, and `base` across, larger ones further up. `gaps` are its wide ones."""

    text: str
    left: float
    right: float
    base: float
    size: float
    turn: int
    gaps: Sequence[Sequence[float]] = ()


#: What is on a page: its lines, or what was read on its image.
Page = list[Line] | str

#: Where lines are broken: anywhere, between words as Thai is, or where there is a space.
Breaks = Literal["letters", "words", "spaces"]


def text_of(pages: Sequence[Page]) -> str:
    """The text of all pages: `1 + text.count(PAGE_BREAK, 0, at)` is the page of what stands at `at`."""
    lines = without_running_heads([[] if isinstance(page, str) else page for page in pages])
    blocks_of = [list(_blocks(page)) for page in lines]
    breaks = _breaks([block for blocks in blocks_of for block in blocks])
    text, before = "", None
    for number, (page, blocks) in enumerate(zip(pages, blocks_of, strict=True)):
        if number:
            text += PAGE_BREAK if before and blocks and _goes_on(before, blocks[0][0], breaks) else f"\n{PAGE_BREAK}"
        texts = (paragraph for block in blocks for paragraph in _paragraphs(block, breaks))
        text += "\n".join(_seen(page) if isinstance(page, str) else texts)
        before = blocks[-1] if blocks else None
    return text


def heading(page: Sequence[Line]) -> str:
    """The largest lines of a page; "" where none is larger than most."""
    letters: Counter[float] = Counter()
    for line in page:
        letters[round(line.size, 1)] += len(line.text)
    if not letters:
        return ""
    usual, largest = letters.most_common(1)[0][0], max(letters)
    if largest < usual * _HEADING:
        return ""
    lines = [line.text for line in page if round(line.size, 1) == largest]
    return " ".join(" ".join(lines[:2]).split())


# -- Running heads ------------------------------------------------------------------------------------


def without_running_heads(pages: Sequence[list[Line]]) -> list[list[Line]]:
    """The pages without what a page repeats of an earlier one at its top or bottom."""
    places: dict[tuple[str, int], list[tuple[int, Line]]] = {}
    for number, page in enumerate(pages):
        for line in _at_edges(page):
            places.setdefault((_NUMBER.sub("#", line.text.strip()), round(line.base)), []).append((number, line))
    repeated: dict[int, list[Line]] = {}
    for found in places.values():
        if len(found) >= max(_FEWEST_PAGES, len(pages) / 3) and _count_pages(found):
            for number, line in found[1:]:
                repeated.setdefault(number, []).append(line)
    return [[line for line in page if line not in repeated.get(number, ())] for number, page in enumerate(pages)]


def _at_edges(page: list[Line]) -> list[Line]:
    """The lines at the top and at the bottom of a page that are set apart from the others."""
    down = sorted(page, key=lambda line: -line.base)
    return [*_set_apart(down), *_set_apart(down[::-1])]


def _set_apart(lines: list[Line]) -> list[Line]:
    """The first lines, from an edge inwards, if the next one is far away."""
    for place, (line, following) in enumerate(pairwise(lines[: _LINES_AT_EDGE + 1]), start=1):
        if abs(line.base - following.base) > _APART * line.size:
            return lines[:place]
    return []


def _count_pages(found: list[tuple[int, Line]]) -> bool:
    """Whether the numbers in like lines of several pages are the same on all, or go up with the pages."""
    if len({number for number, _ in found}) < len(found):
        return False
    rows = [[int(digits) for digits in _NUMBER.findall(line.text)] for _, line in found]
    for values in zip(*rows, strict=True):
        steps = {value - page for value, (page, _) in zip(values, found, strict=True)}
        if len(set(values)) > 1 and len(steps) > 1:
            return False
    return True


# -- Paragraphs ---------------------------------------------------------------------------------------


def _blocks(page: list[Line]) -> Iterator[list[Line]]:
    """Lines of one size, one below the other, as they follow each other on a page."""
    block: list[Line] = []
    for line in page:
        if block and not _is_below(block[-1], line):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _is_below(line: Line, following: Line) -> bool:
    step = line.base - following.base
    is_beside = following.left >= line.right or line.left >= following.right
    is_close = not is_beside and 0 < step <= _LARGEST_STEP * line.size
    return is_close and _are_like(line, following) and not _are_rows(line, following)


def _are_rows(line: Line, following: Line) -> bool:
    """Whether two lines have a gap at one place, as rows of a table have."""
    return any(
        min(end, other_end) - max(begin, other_begin) > line.size
        for begin, end in line.gaps
        for other_begin, other_end in following.gaps
    )


def _are_like(line: Line, other: Line) -> bool:
    return line.turn == other.turn and abs(line.size - other.size) <= _SAME_SIZE * line.size


def _paragraphs(block: list[Line], breaks: Breaks) -> Iterator[str]:
    """The paragraphs of a block."""
    right, step = _right(block), _step(block)
    text = block[0].text
    for line, following in pairwise(block):
        if line.base - following.base <= step and _is_wrapped(line, following, right, breaks):
            text += _joint_of(line, following, right, breaks) + following.text
        else:
            yield text.strip()
            text = following.text
    yield text.strip()


def _goes_on(block: list[Line], following: Line, breaks: Breaks) -> bool:
    """Whether the last line of a page is wrapped to the first one of the next; a line alone does not tell."""
    is_alone = len(block) < 2 or not _are_like(block[-1], following)
    return not is_alone and _is_wrapped(block[-1], following, _right(block), breaks)


def _is_wrapped(line: Line, following: Line, right: float, breaks: Breaks) -> bool:
    """Whether a line was broken because what follows did not fit."""
    if _LISTED.match(following.text):
        return False
    if following.left > line.left + _INDENT * line.size and not _LISTED.match(line.text):
        return False
    return not _has_room(line, following, right, breaks)


def _step(block: list[Line]) -> float:
    """The largest distance of two lines of a block that are as close as any."""
    return (1 + _SAME_STEP) * min((line.base - following.base for line, following in pairwise(block)), default=0.0)


def _breaks(blocks: Sequence[list[Line]]) -> Breaks:
    """How lines are broken: few of those that are broken between words have room for one more."""
    pairs = full = within = torn = 0
    for block in blocks:
        right, step = _right(block), _step(block)
        for line, following in pairwise(block):
            if line.base - following.base > step:
                continue
            pairs += 1
            if _has_room(line, following, right, "words"):
                continue
            full += 1
            if _is_thai(line.text, following.text):
                within += 1
                torn += _is_torn(line.text, following.text)
    if full < pairs * 2 / 3:
        return "spaces"
    return "letters" if torn > 1 and torn >= within / 2 else "words"


def _is_torn(text: str, following: str) -> bool:
    """Whether a word goes over the end of a line."""
    before = text.split()[-1]
    copy = thai.normalise(before + following.split(maxsplit=1)[0])
    return any(start < copy.position(len(before)) < end for start, end in thai.word_spans(copy.text))


def _has_room(line: Line, following: Line, right: float, breaks: Breaks) -> bool:
    """Whether what follows would have fitted behind a line."""
    return right - line.right > _width(following, breaks != "spaces") + _OFF * line.size


def _width(line: Line, first_word: bool) -> float:
    """How wide a line's first word is, or what stands before its first space."""
    text = line.text.lstrip()
    length = len(text.split(maxsplit=1)[0])
    if first_word:
        copy = thai.normalise(text[: min(length, _LONGEST_WORD)])
        words = thai.word_spans(copy.text)
        length = copy.original(*words[0])[1] if words else length
    return max(line.size, (line.right - line.left) * length / len(line.text))


def _right(block: list[Line]) -> float:
    return max(line.right for line in block)


def _joint_of(line: Line, following: Line, right: float, breaks: Breaks) -> str:
    """What stands between two lines of a paragraph."""
    if breaks == "letters" and right - line.right < _LETTER * line.size:
        return ""
    return _joint(line.text, following.text, breaks)


def _joint(text: str, following: str, breaks: Breaks) -> str:
    """What stands between two lines: a space, if it is not written there, but none between words of Thai."""
    if text[-1:].isspace() or following[:1].isspace():
        return ""
    return "" if breaks == "words" and _is_thai(text, following) else " "


def _is_thai(text: str, following: str) -> bool:
    return _THAI_END.search(text) is not None and _THAI_START.match(following) is not None


def _seen(read: str) -> Iterator[str]:
    """The paragraphs of what was read on an image: Tesseract sets them apart by an empty line."""
    for paragraph in re.split(r"\n\s*\n", read):
        text = ""
        for line in filter(None, map(str.strip, paragraph.splitlines())):
            text += (_joint(text, line, "words") if text else "") + line
        if text:
            yield text
