"""Dates as people print them, in Thai and in English, in the Buddhist and in the Common Era.

Reads the date of an article and the days that somebody filters by, and finds the date that a text
prints at its top. What is done with them is for others to say. Written by hand because the date
libraries know no Buddhist Era: to `dateparser`, 2563 lies five centuries ahead.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta, timezone
from itertools import islice, pairwise

from khamtop.index.text import thai
from khamtop.index.text.wording import BUDDHIST_ERA, MONTHS, POWERS, UNITS
from khamtop.index.types import Span

_MONTHS = [
    re.compile(rf"{full}(?:คม|ยน|พันธ์)?|{short.replace('.', '[.]? ?')}|{name[:3]}(?:{name[3:]}|t)?[.]?")
    for full, short, name in MONTHS
]
#: A month by any of its names, as a pattern with a group `month`.
MONTH = f"(?P<month>{'|'.join(month.pattern for month in _MONTHS)})"
_ERA = r"(?:(?:ปี|พ[.]? ?ศ[.]?|ค[.]? ?ศ[.]?|b[.]?e[.]?|พุทธศักราช|คริสต์?ศักราช|พุทธศก) ?)"
_YEAR = r"(?P<year>\d{4}|\d\d)"
_GAP = r"[\s,./–-]*"
#: After a date: no further digit, no minutes to what was an hour, and no second day, which makes it a range.
_END = r"(?!\d|[:.]\d|\s*(?:[–—-]|ถึง|to\b)\s*\d(?!\d?[:.]\d\d))"
_DAYS = [
    re.compile(pattern + _END)
    for pattern in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<number>\d\d?)(?P=mark)(?P<day>\d\d?)",
        r"(?<!\d)(?P<year>(?:19|2[045])\d\d)(?P<number>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])",
        rf"(?P<day>\d\d?) ?(?P<mark>[-/.]) ?(?P<number>\d\d?) ?(?P=mark) ?{_YEAR}",
        rf"(?P<day>\d\d?)(?:st|nd|rd|th)?{_GAP}(?:เดือน ?|of )?{MONTH}{_GAP}{_ERA}*{_YEAR}",
        rf"\b{MONTH} ?(?P<day>\d\d?)(?:st|nd|rd|th)?(?:, ?| )(?P<year>\d{{4}})",
    )
]
_WHOLE_MONTHS = [
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})[-/](?P<number>\d\d?)",
        r"(?P<number>\d\d?)[-/](?P<year>\d{4})",
        rf"(?:เดือน ?)?{MONTH}{_GAP}{_ERA}*(?P<year>\d{{4}}|3[2-9]|[4-9]\d)",  # "June 22" may be a day
    )
]
_WHOLE_YEARS = [re.compile(rf"{_ERA}*(?P<year>\d{{4}})"), re.compile(rf"{_ERA}+(?P<year>\d\d)")]
#: The same inside a text, where other numbers stand around.
_INNER_MONTHS = [re.compile(_WHOLE_MONTHS[2].pattern + r"(?!\d)")]
_COUNTED = rf"\s*(?:{'|'.join(map(re.escape, (*UNITS, *POWERS, 'baht', 'people')))})"
_INNER_YEARS = [
    re.compile(rf"(?<!\d){_ERA}+(?:\d{{4}}|\d\d)(?![\d,.]\d)(?!\d|{_COUNTED})"),
    re.compile(rf"(?<![\d,.:/-])(?:2[45]\d\d|(?:19|20)\d\d)(?![\d,.:/]|{_COUNTED})"),
]
#: Years that a question means when it names one.
_TOLD_YEARS = range(1900, 2100)
#: A number that stands for a year: from the first printed news to what nobody dates anything with yet.
_YEARS = range(1800, 2100)
#: A date stands so near the beginning of a text that is one.
_LONGEST_PREFIX = 40

#: The lines at the top of a text that may be its date, and how long such a line may be.
_TOP_LINES = 3
_LONGEST_DATELINE = 60
_WEEKDAY = "(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัสฯ?|ศุกร์|เสาร์|อาทิตย์|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
#: What says that a date is the one of publishing. One of a change is not.
_PUBLISHED = (
    r"(?:(?:วันที่)?(?:เผยแพร่|ลงข่าว|ประกาศ|โพสต์?|ลงวันที่|เขียน|ข่าว)(?:แล้ว|เมื่อ|ณ|วันที่)*"
    r"|(?:date )?(?:published|posted|publish(?:ed)? date|date)(?: on| at)?)\s*[:：]?\s*"
)
_BEFORE = re.compile(rf"[\s(*_#-]*(?:{_PUBLISHED})?(?:ประจำ|เมื่อ)?(?P<said>วัน)?(?:{_WEEKDAY})?\s*(?:ที่)?\s*[:：]?[\s,]*")
_AFTER = re.compile(r"[\s,)*_|–-]*(?:เวลา)?[\s:]*(?:\d\d?[:.]\d\d(?:[:.]\d\d)?)?\s*(?:น[.]?|hrs[.]?)?[\s)*_]*")
#: The opening of a lead sentence, "วันนี้ (24 ส.ค. 63) เวลา 8.30 น. ..."
_TODAY = re.compile(rf"วันนี้\s*\((?:วัน)?(?:{_WEEKDAY})?\s*(?:ที่)?\s*(?=\d)")
_TIME = re.compile(
    rf"\d|{'|'.join(month.pattern for month in _MONTHS)}|{_WEEKDAY}|วัน|เดือน|ปี|เช้า|สาย|เที่ยง|บ่าย|เย็น|ค่ำ|คืน|ฤดู|ช่วง|สมัย|ยุค"
    r"|หลัง|ก่อน|ตั้งแต่|เมื่อ|ภายใน|ทุก|ศตวรรษ|today|tomorrow|yesterday|day|week|month|year|spring|summer|autumn|winter"
)
#: What parts a byline: "โดย สมชาย | 5 มิถุนายน 2565".
_BETWEEN = re.compile("[|•·]")
#: Unix time of what has been written since 1990; a smaller number may be anything, and one so large has milliseconds.
_INSTANT = re.compile(r"(?P<number>\d{9,10}|\d{12,13})(?:[.]\d+)?")
_INSTANTS_FROM, _MILLISECONDS_FROM = 631_152_000, 100_000_000_000
_THAILAND = timezone(timedelta(hours=7))
_LEAD_CHARS = 200
_TOP_CHARS = 2000


def day_of(text: str) -> date | None:
    """The day that a printed date names, the first one if it names several; None if there is no such day.

    A year from 2400 on is of the Buddhist Era, and so is one of two digits from 30 on; the day comes
    before the month, as Thais write. The time of day and its zone are left out.

    >>> day_of("วันจันทร์ที่ ๒๔ ส.ค. ๖๓ เวลา 08.30 น.")
    datetime.date(2020, 8, 24)
    """
    found = _first(thai.normalise(text[: _LONGEST_PREFIX * 3]).text)
    return _day(found) if found else None


def instant_of(written: str) -> date | None:
    """The day in Thailand of a moment in Unix time, in seconds or milliseconds; None for anything else.

    >>> instant_of("1654387200")
    datetime.date(2022, 6, 5)
    """
    found = _INSTANT.fullmatch(written.strip())
    if not found:
        return None
    seconds = int(found["number"])
    seconds = seconds // 1000 if seconds >= _MILLISECONDS_FROM else seconds
    return datetime.fromtimestamp(seconds, _THAILAND).date() if seconds >= _INSTANTS_FROM else None


def span_of(text: str) -> tuple[date, date] | None:
    """The first and the last day of the day, month or year that somebody names; None if it names none.

    >>> span_of("มิ.ย. 2565")
    (datetime.date(2022, 6, 1), datetime.date(2022, 6, 30))
    """
    whole = thai.normalise(text).text.strip()
    for pattern in _WHOLE_MONTHS:
        if found := pattern.fullmatch(whole):
            year, month = _year(found), _month(found)
            if year and 1 <= month <= 12:
                return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    for pattern in _WHOLE_YEARS:
        if (found := pattern.fullmatch(whole)) and (year := _year(found)):
            return date(year, 1, 1), date(year, 12, 31)
    day = day_of(text)
    return (day, day) if day else None


def names_time(text: str) -> bool:
    """Whether a normalised text names a time at all: a number, a month, a day, a season."""
    return bool(_TIME.search(text))


def named_days(text: str) -> list[tuple[Span, tuple[date, date]]]:
    """Where a normalised text names a day, month or year, and the first and the last day of it, in its order.

    A year of four digits needs no word before it if it is of this time: numbers of things are rarely 2567.
    """
    found: dict[Span, tuple[date, date]] = {}
    for pattern in (*_DAYS, *_INNER_MONTHS, *_INNER_YEARS):
        for match in pattern.finditer(text):
            is_inside = any(start <= match.start() and match.end() <= end for start, end in found)
            days = None if is_inside else span_of(match[0])
            if days and days[0].year in _TOLD_YEARS:
                found[match.span()] = days
    return sorted(found.items())


def dateline(text: str) -> str | None:
    """The date that a text prints at its top to say of which day it is, as it stands there.

    That is a line among the first ones that is a date or begins with "วันที่" and one, or "วันนี้ (24
    ส.ค. 63)" in the lead sentence. A date that the story only tells of is none.
    """
    top = list(islice(thai.paragraphs(text[:_TOP_CHARS]), _TOP_LINES + 1))
    for at, (start, end) in enumerate(top[:_TOP_LINES]):
        if not text[end:].strip():
            continue
        beside = [text[slice(*line)] for line in (top[max(0, at - 1)], top[min(at + 1, len(top) - 1)])]
        for begin, finish in _parts(text, start, end, beside):
            if finish - begin > _LONGEST_DATELINE:
                continue
            line = thai.normalise(text[begin:finish])
            if found := _dated(line.text, more=True):
                first, last = line.original(*found.span())
                return text[begin + first : begin + last]
    lead = thai.normalise(text[:_LEAD_CHARS])
    for opening in _TODAY.finditer(lead.text):
        found = _first(lead.text[opening.end() :])
        if found and _day(found):
            begin, finish = lead.original(*(opening.end() + at for at in found.span()))
            return text[begin:finish]
    return None


def _parts(text: str, start: int, end: int, beside: list[str]) -> list[Span]:
    """A line, or what stands in it between "|": a byline, whose neighbours have none, and no row of a table."""
    line = text[start:end]
    marks = [mark.start() for mark in _BETWEEN.finditer(line)]
    if not marks or line[0] == "|" or any("|" in other for other in beside if other != line):
        return [(start, end)]
    edges = [-1, *marks, len(line)]
    return [(start, end), *((start + last + 1, start + this) for last, this in pairwise(edges))]


def is_date(line: str) -> bool:
    """Whether a line is a date and nothing else."""
    return len(line) <= _LONGEST_DATELINE and _dated(thai.normalise(line).text) is not None


def _dated(line: str, more: bool = False) -> re.Match[str] | None:
    """The date that a normalised line is; with `more`, also one that is only followed by more, if "วัน" leads it."""
    found = _first(line)
    before = _BEFORE.fullmatch(line, 0, found.start()) if found and _day(found) else None
    if found and before and (_AFTER.fullmatch(line, found.end()) or (more and before["said"])):
        return found
    return None


def _first(text: str) -> re.Match[str] | None:
    """The first date of a normalised text, if it stands near the beginning and no other number before it."""
    found = min(filter(None, (pattern.search(text) for pattern in _DAYS)), key=re.Match.start, default=None)
    if found is None or found.start() > _LONGEST_PREFIX or re.search(r"\d", text[: found.start()]):
        return None
    return found


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(_year(found), _month(found), int(found["day"]))
    except ValueError:
        return None


def _month(found: re.Match[str]) -> int:
    fields = found.groupdict()
    if name := fields.get("month"):
        return next(number for number, month in enumerate(_MONTHS, start=1) if month.fullmatch(name))
    return int(fields["number"])


def _year(found: re.Match[str]) -> int:
    """The year in the Common Era; 0, which is no year, for one that cannot be meant."""
    fields = found.groupdict()
    year = int(fields["year"])
    if len(fields["year"]) == 2:
        if year < 30:
            year += 2000
        elif year >= 70 and re.match("[a-z]", fields.get("month") or ""):  # "29 Jun 99"
            year += 1900
        else:
            year += 2500
    if 2400 <= year <= 2700:
        year -= BUDDHIST_ERA
    return year if year in _YEARS else 0
