"""Where a passage answers -> what is quoted of it, and what of that stands in large type.

A quote is whole: it begins where a sentence or a clause begins and ends where one ends, as far as its length allows,
and never tears apart a title and its name, a number and its unit, or a bracket. Thai writes no full stop; what it
sets apart with a space is the unit here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from khamtop.index.text import thai
from khamtop.index.text.dates import names_time
from khamtop.index.text.wording import DIGITS, MONTHS, POWERS, TITLES, UNITS
from khamtop.index.types import Span
from khamtop.qa.concepts import content_spans
from khamtop.qa.types import LARGE_KINDS, Kind

#: Spans with the chance of each.
Likely = Sequence[tuple[Span, float]]

#: The most characters of a quote, which is read at a glance.
QUOTE_CHARS = 240
#: A list is read item by item, and is whole with its last one.
LIST_CHARS = 700
#: And what stands in large type is a name, a date, a number.
SHORT_CHARS = 80

#: A quote of fewer characters tells too little of what it is about; one of more is read less easily.
_FEW, _MANY = 100, 180
#: What a bound of a quote costs, compared with such characters: one in the middle of a thought, a first word that goes
#: on from what is left out, a bound that tears apart what belongs together, and an odd bracket or quotation mark.
#: Chosen by reading quotes of newsqa's train part.
_MID_THOUGHT, _GOES_ON, _TORN, _UNBALANCED = 60, 30, 200, 100
#: What it is worth, in the same characters, that a quote holds all that may be the answer: where the reader is unsure
#: where that ends, the quote goes further. Of 1,443 held-back questions 85.7 % were answered by the quote instead of
#: 83.2, in 165 characters instead of 151 (median).
_HOLDS = 400
_CONTINUING = re.compile("และ|หรือ|ซึ่ง|ว่า|ที่(?!ประชุม|ดิน|ปรึกษา)|แต่|กับ|จึง|ของ|ให้")

#: What items of a list begin with.
_NUMBERED = re.compile(r"(?:(?<=\s)|^)\(?(?P<number>\d{1,2})(?:\.(?!\d)|\))\s*(?=\S)", re.MULTILINE)
_BULLET = re.compile(r"[-•*–—▪●◦·]\s*\S")

#: What is left open before a space, so that a quote must not begin or end there: a title and a first name (the
#: surname follows), a number before its unit or month, a word that only announces what comes.
_TITLED = re.compile(rf"(?:^|[(“\"])(?:{'|'.join(TITLES)})[ก-๙]*$|(?:^|\s)(?:Mr|Mrs|Ms|Dr|Prof|Gen)\.$")
_ANNOUNCING = tuple(
    "พ.ศ. ค.ศ. วันที่ จำนวน ร้อยละ เป็นเงิน มูลค่า ได้แก่ คือ เช่น ชื่อ ว่า ณ ที่ ของ และ หรือ กับ โดย เมื่อ ซึ่ง ใน จาก ถึง"
    " มาตรา ตาม แก่ ต่อ เป็น the of and or a an in on at to for".split()
)
#: What announces a number, if one comes: "ข้อ 3", but not "ทุกปี แล้ว".
_BEFORE_A_NUMBER, _A_NUMBER = ("ปี", "ข้อ", "เวลา"), re.compile(r"[\d๐-๙]")
#: What goes on from before a space: a unit, a month, the mark of a word said twice.
_GOING_ON = re.compile(
    rf"(?:{'|'.join(map(re.escape, (*UNITS, *POWERS, 'เดือน', 'จุด', 'ๆ', 'น.')))}"
    rf"|{'|'.join(f'{full}|{re.escape(short[:-1])}' for full, short, _ in MONTHS)}|[,)\]”’–—-])"
)
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"), ("‘", "’"))
#: Marks that never begin anything.
_CLOSING = ",)]”’ๆ"
#: Characters before a gap that may hold the word which stands there.
_LOOKED_BACK = 40
_BEFORE, _AFTER = "([{“‘\"'", ")]}”’\"'.%!?ๆฯ"
#: Words for numbers, where no digit stands; two of the digits stand in longer numbers alone.
_NUMBER_WORDS = re.compile(
    rf"เดียว|{'|'.join(word for word in (*DIGITS, *POWERS) if word not in ('เอ็ด', 'ยี่'))}|ครึ่ง|คู่|เท่าตัว|ทั้งหมด|ทุก"
    "|one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|half|twice|double"
)
#: What only leads to an answer and is none of it; and to a time, and to a place.
_LEADING = re.compile(r"(?:คือ|ได้แก่|ว่า|เป็น|ชื่อ(?:ว่า)?)\s+|[\s,;:–—-]+")
_LEADING_TO: dict[Kind, frozenset[str]] = {
    "when": frozenset("เมื่อ ใน ระหว่าง ณ".split()),
    "where": frozenset("ที่ ใน ณ อยู่ ตั้ง ตั้งอยู่".split()),
}
#: What turns a person into another, and a number into more or less, and so is said with it.
_OTHER_PERSON = re.compile(
    r"(?:รอง|ผู้ช่วย|อดีต|ว่าที่|รักษาการ)$|\b(?:former|deputy|vice|acting|assistant)[ -]$", re.IGNORECASE
)
_MORE_OR_LESS = re.compile(
    r"(?:(?:ไม่)?(?:น้อย|ต่ำ|เกิน|มาก)กว่า|กว่า|(?:ไม่)?เกิน|อย่างน้อย|เกือบ|ไม่ถึง)\s?$"
    r"|\b(?:(?:more|less|fewer) than|at (?:least|most)|nearly|almost|over|up to)\s$",
    re.IGNORECASE,
)
_AND_MORE = re.compile(r"\s?(?:ขึ้นไป|เศษ)|\s(?:or more|or less)\b")
#: Characters before an answer in which such words stand.
_QUALIFIERS_WITHIN = 16
_TRAILING = re.compile(r"[\s,;:–—-]+$")


def quote_around(text: str, answer: Span, most: int = QUOTE_CHARS, likely: Likely = ()) -> Span:
    """The quote that holds an answer (a span of `text`), or of one that is longer than `most` as much as fits.

    It rather holds others of the `likely` answers too: spans of `text`, each with its chance.
    """
    start, end = answer
    begin, stop = thai.paragraph(text, start)[0], max(end, thai.paragraph(text, max(start, end - 1))[1])
    phrases = _cut_long(text, list(thai.phrases(text, begin, stop)), answer, most)
    if not phrases:  # nothing but white space in HTML's way, or marks on nothing
        return answer
    first = max((at for at, phrase in enumerate(phrases) if phrase[0] <= start), default=0)
    last = next((at for at in range(first, len(phrases)) if phrases[at][1] >= end), len(phrases) - 1)
    while last > first and phrases[last][1] - phrases[first][0] > most:
        last -= 1
    costs = {
        (phrases[begins][0], phrases[ends][1]): _cost(text, phrases, begins, ends)
        for begins, ends in _windows(phrases, first, last, most)
    }
    costs = {span: cost - _HOLDS * _held(span, likely) for span, cost in costs.items()}
    return _widened(text, min(costs, key=lambda span: (costs[span], span)), most)


def _held(quote: Span, likely: Likely) -> float:
    """The chance that a quote holds the answer."""
    return sum(chance for (start, end), chance in likely if quote[0] <= start and end <= quote[1])


def list_around(text: str, answer: Span, most: int = LIST_CHARS, likely: Likely = ()) -> Span:
    """The quote that holds an answer, and where that stands in a list of items the whole list, as far as `most` goes.

    Items are numbered, in one line or in many, or lines that begin with a mark.
    """
    start, end = quote_around(text, answer, likely=likely)
    items = _items_with(text, (start, end))
    if not items:
        return start, end
    first, last = min(start, items[0][0]), max(end, items[-1][1])
    while last - first > most and items[-1][0] > answer[1]:  # whole items, as many as fit
        items.pop()
        last = max(end, items[-1][1])
    return (first, last) if last - first <= most else (start, end)


def _items_with(text: str, quote: Span) -> list[Span]:
    """The items of the list that a quote touches, in their order; none if it touches no list."""
    near = (max(0, quote[0] - LIST_CHARS), min(len(text), quote[1] + LIST_CHARS))
    for items in (_numbered(text, near), _marked_lines(text, near)):
        for run in items:
            if len(run) > 1 and run[0][0] < quote[1] and quote[0] < run[-1][1]:
                return run
    return []


def _numbered(text: str, within: Span) -> Iterator[list[Span]]:
    """Runs of items numbered one after the other: each from its number to the next one, the last to its line's end."""
    marks = [(match.start(), int(match["number"])) for match in _NUMBERED.finditer(text, *within)]
    run: list[tuple[int, int]] = []
    for mark in [*marks, (within[1], -1)]:
        if run and mark[1] == run[-1][1] + 1:
            run.append(mark)
            continue
        if run:
            yield _spans_of(text, [at for at, _ in run])
        run = [mark]


def _spans_of(text: str, starts: list[int]) -> list[Span]:
    last = quote_around(text, (starts[-1], starts[-1] + 1))[1]
    ends = [*starts[1:], min(max(last, starts[-1] + 1), thai.paragraph(text, starts[-1])[1])]
    return [_stripped(text, span) for span in zip(starts, ends, strict=True)]


def _stripped(text: str, span: Span) -> Span:
    return span[0], span[0] + len(text[slice(*span)].rstrip())


def _marked_lines(text: str, within: Span) -> Iterator[list[Span]]:
    """Runs of lines that begin with a mark."""
    run: list[Span] = []
    for start, end in thai.paragraphs(text):
        if within[0] <= start < within[1] and _BULLET.match(text, start):
            run.append((start, end))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _windows(phrases: list[Span], first: int, last: int, most: int) -> Iterator[Span]:
    """The first and last phrases of every quote that holds those from `first` to `last` and is not too long."""
    yield first, last
    for begins in range(first, -1, -1):
        for ends in range(last, len(phrases)):
            if phrases[ends][1] - phrases[begins][0] > most:
                break
            yield begins, ends
        if phrases[last][1] - phrases[begins][0] > most:
            return


def _cut_long(text: str, phrases: list[Span], answer: Span, most: int) -> list[Span]:
    """Phrases of which none is longer than a quote: one that is gives the words around the answer that fit."""
    cut: list[Span] = []
    for begin, end in phrases:
        if end - begin <= most:
            cut.append((begin, end))
        elif begin < answer[1] and answer[0] < end:
            cut.append(_words_around(text, begin, end, answer, most))
    return cut


def _words_around(text: str, begin: int, end: int, answer: Span, most: int) -> Span:
    copy = thai.normalise(text[begin:end])
    words = [copy.original(*span) for span in thai.word_spans(copy.text)]
    start = max(begin, min(answer[0], end))
    stop = _whole(text, start, min(end, max(answer[1], start + 1), start + most), end)
    spare = (most - (stop - start)) // 2
    starts = [begin + at for at, _ in words if start - spare <= begin + at <= start]
    stops = [begin + at for _, at in words if stop <= begin + at <= stop + spare]
    return (
        next((at for at in sorted(starts) if thai.is_boundary(text, at)), start),
        next((at for at in sorted(stops, reverse=True) if thai.is_boundary(text, at)), stop),
    )


def _whole(text: str, start: int, stop: int, end: int) -> int:
    """The nearest place to `stop` that cuts no cluster: before it, or after it where that leaves nothing."""
    places = chain(range(stop, start, -1), range(stop + 1, end))
    return next((at for at in places if at == end or thai.is_boundary(text, at)), end)


def _cost(text: str, phrases: list[Span], first: int, last: int) -> float:
    """What is wrong with a quote of these phrases, in characters that it might be longer instead."""
    start, end = phrases[first][0], phrases[last][1]
    following = phrases[last + 1][0] if last + 1 < len(phrases) else None
    cost = float(max(0, _FEW - (end - start)) + max(0, end - start - _MANY))
    if first and _CONTINUING.match(text, start):
        cost += _GOES_ON
    if first and not thai.starts_sentence(text, start):
        cost += _MID_THOUGHT
    if first and _tears(text, start):
        cost += _TORN
    if following is not None:
        cost += 0 if thai.starts_sentence(text, following) else _MID_THOUGHT
        cost += _TORN if _tears(text, following) else 0
    quote = text[start:end]
    return cost + _UNBALANCED * sum(quote.count(opening) != quote.count(closing) for opening, closing in _PAIRS)


def _tears(text: str, at: int) -> bool:
    """Whether a bound at the gap before `at`, where a phrase begins, tears apart what belongs together."""
    before = text[max(0, at - _LOOKED_BACK) : at].split()
    return bool(before) and (_is_open(before[-1], text, at) or _goes_on(before[-1], text, at))


def _is_open(word: str, text: str, at: int) -> bool:
    """Whether what begins at `at` must follow a word, which announces, is a title, or opens a bracket."""
    is_thai = "\u0e00" <= word[-1] <= "\u0e7f"
    announces = word.endswith(_ANNOUNCING) if is_thai else word.lower() in _ANNOUNCING
    announces = announces or (word.endswith(_BEFORE_A_NUMBER) and bool(_A_NUMBER.match(text, at)))
    return announces or word[-1] in "(“‘[" or bool(_TITLED.search(word))


def _goes_on(word: str, text: str, at: int) -> bool:
    """Whether what begins at `at` belongs to the word before it: a unit to its number, a closing mark to anything."""
    if not _GOING_ON.match(text, at):
        return False
    return word[-1].isdecimal() or text[at] in _CLOSING


def _widened(text: str, quote: Span, most: int) -> Span:
    """The quote with the marks that stand right at its ends: brackets, quotation marks, full stops."""
    start, end = quote
    while start > 0 and end - start < most and text[start - 1] in _BEFORE:
        start -= 1
    while end < len(text) and end - start < most and text[end] in _AFTER:
        end += 1
    return start, end


def short_of(text: str, answer: Span, kind: Kind, question: str) -> Span | None:
    """What of an answer stands in large type: of the kind that was asked for, and nothing the question has already."""
    if kind not in LARGE_KINDS:
        return None
    start, end = _qualified(text, _bare(text, answer, kind), kind)
    said = thai.normalise(text[start:end]).text
    if not any(map(str.isalnum, said)) or end - start > SHORT_CHARS or "\n" in said:
        return None
    asked = thai.normalise(question).text
    named = {said[slice(*span)] for span in content_spans(said)}
    if named <= {asked[slice(*span)] for span in thai.word_spans(asked)}:
        return None
    is_number = any(map(str.isdigit, said)) or bool(_NUMBER_WORDS.search(said))
    if (kind == "how_many" and not is_number) or (kind == "when" and not names_time(said)):
        return None
    if kind in ("who", "where") and not any(map(str.isalpha, said)):
        return None
    return start, end


def _bare(text: str, answer: Span, kind: Kind) -> Span:
    """An answer without what only leads to it, and without a bracket whose other half lies outside."""
    start, end = answer
    if led := _LEADING.match(text, start, end):
        start = led.end()
    start = _after_words(text, start, end, _LEADING_TO.get(kind, frozenset()))
    if trailed := _TRAILING.search(text, start, end):
        end = trailed.start()
    for opening, closing in (*_PAIRS, ('"', '"')):
        inside = text[start:end]
        if inside.startswith(opening) and inside.count(closing) < 1 + (opening == closing):
            start += 1
        elif inside.endswith(closing) and inside.count(opening) < 1 + (opening == closing):
            end -= 1
    return start, end


def _after_words(text: str, start: int, end: int, led_by: frozenset[str]) -> int:
    """Where a stretch of text begins without the words that it is led by."""
    if not led_by:
        return start
    copy = thai.normalise(text[start:end])
    words = (span for span in thai.word_spans(copy.text) if copy.text[slice(*span)] not in led_by)
    first = next(words, None)
    return start + copy.original(*first)[0] if first else start


def _qualified(text: str, answer: Span, kind: Kind) -> Span:
    """An answer with the word right beside it without which it would be another."""
    start, end = answer
    before = {"who": _OTHER_PERSON, "how_many": _MORE_OR_LESS}.get(kind)
    if before and (said := before.search(text, max(0, start - _QUALIFIERS_WITHIN), start)):
        start = said.start()
    if kind == "how_many" and (said := _AND_MORE.match(text, end)):
        end = said.end()
    return start, end
