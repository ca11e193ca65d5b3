"""The time that a question names -> the days it means, of either era and also as seen from today."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from khamtop.index.text import thai
from khamtop.index.text.dates import MONTH, named_days, span_of
from khamtop.index.text.wording import BUDDHIST_ERA
from khamtop.index.types import Article, Filter, Span

Days = tuple[date, date]

#: News tells of what was and what will be, days or weeks away.
SLACK = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `since` to `until`; None is an open end. `span` is where the normalised question names them.

    `is_bound` tells that only articles of these days can be meant, as of "last month". A year that is named may also
    be what an article of another time tells of.
    """

    since: date | None
    until: date | None
    span: Span
    is_bound: bool = False

    @property
    def filter(self) -> Filter:
        """The articles that were published in it."""
        return Filter(self.since, self.until)

    def touches(self, days: Days, slack: timedelta = timedelta(0)) -> bool:
        """Whether some of these days lie in it, or nearer to it than `slack`."""
        begins_late = self.until is not None and days[0] > self.until + slack
        ends_early = self.since is not None and days[1] < self.since - slack
        return not (begins_late or ends_early)


def is_elsewhere(period: Period, article: Article, text: str) -> bool:
    """Whether an article is of another time than `period`, and `text` of it names no time that touches it either."""
    published = span_of(article.published) if article.published else None
    if published is None or period.touches(published, SLACK):
        return False
    return not any(period.touches(days) for _, days in named_days(thai.normalise(text).text))


def _day(today: date, back: int = 0) -> Days:
    day = today - timedelta(days=back)
    return day, day


def _week(today: date, back: int = 0) -> Days:
    monday = today - timedelta(days=today.weekday() + 7 * back)
    return monday, monday + timedelta(days=6)


def _month(today: date, back: int = 0) -> Days:
    first = today.replace(day=1)
    for _ in range(back):
        first = (first - timedelta(days=1)).replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return first, following - timedelta(days=1)


def _year(today: date, back: int = 0) -> Days:
    return date(today.year - back, 1, 1), date(today.year - back, 12, 31)


#: Characters before a month in which the first month of a range stands.
_LOOKED_BACK = 24
#: How people name times as seen from today, and the days that they mean.
_FROM_TODAY: tuple[tuple[str, Callable[[date, int], Days], int], ...] = (
    (r"(?<!ทุก)วันนี้|\btoday\b", _day, 0),
    (r"เมื่อวาน(?:นี้)?|\byesterday\b", _day, 1),
    (r"(?:สัปดาห์|อาทิตย์)นี้|\bthis week\b", _week, 0),
    (r"(?:สัปดาห์|อาทิตย์)(?:ที่แล้ว|ที่ผ่านมา)|\blast week\b", _week, 1),
    (r"เดือนนี้|\bthis month\b", _month, 0),
    (r"เดือน(?:ที่แล้ว|ที่ผ่านมา)|\blast month\b", _month, 1),
    (r"ปีนี้|\bthis year\b", _year, 0),
    (r"ปี(?:ที่แล้ว|ที่ผ่านมา|กลาย)|\blast year\b", _year, 1),
)
_RELATIVE = [(re.compile(words), days, back) for words, days, back in _FROM_TODAY]
#: What stands before a time and opens one of its ends, and what joins two.
_SINCE = re.compile(r"(?:ตั้งแต่|นับแต่|หลัง(?:จาก)?|\b(?:since|after|from))\s*(?:วันที่|เดือน)?\s*$")
_UNTIL = re.compile(
    r"(?:ก่อน|จนถึง|\b(?:before|until|up to))\s*(?:การ)?(?:เลือกตั้ง|election (?:of|in))?\s*(?:วันที่|เดือน)?\s*$"
)
_JOINING = re.compile(r"\s*(?:ถึง|จนถึง|-|–|—|\b(?:to|until|and)\b)\s*(?:วันที่|เดือน)?\s*")
#: A range that names its year once: what follows a year ("ปี 64-65"), and what stands before a month and its year
#: ("ม.ค.-เม.ย. 68").
_LATER_YEAR = re.compile(r"\s*(?:ถึง|-|–|—|/|\bto\b)\s*(?P<year>\d{4}|\d{2})(?![\d.,:/-])")
_EARLIER_MONTH = re.compile(rf"{MONTH}\s*(?:ถึง|-|–|—|\bto\b)\s*$")
#: A part of a year that is named before it: its first and its last month.
_PARTS = (
    ("ต้น", 1, 4),
    ("กลาง", 5, 8),
    ("ปลาย", 9, 12),
    ("สิ้น", 12, 12),
    ("early ", 1, 4),
    ("mid-", 5, 8),
    ("late ", 9, 12),
)


def period_of(text: str, today: date | None = None) -> Period | None:
    """The time that a normalised question names first; None if it names none."""
    relative = next(_relative(text, today or date.today()), None)
    return relative or _calendar(text)


def _relative(text: str, today: date) -> Iterator[Period]:
    for pattern, days, back in _RELATIVE:
        if match := pattern.search(text):
            yield Period(*days(today, back), match.span(), is_bound=True)


def _calendar(text: str) -> Period | None:
    named = [(span, _part_of_year(text, span, days)) for span, days in named_days(text)]
    if not named:
        return None
    (span, days), *others = named
    for other, later in others[:1]:
        if _JOINING.fullmatch(text, span[1], other[0]) and days[0] <= later[1]:
            return Period(days[0], later[1], (span[0], other[1]))
    if ranged := _range_of_one_year(text, span, days):
        return ranged
    if opened := _SINCE.search(text, 0, span[0]):
        return Period(days[0], None, (opened.start(), span[1]))
    if closed := _UNTIL.search(text, 0, span[0]):
        return Period(None, days[0] - timedelta(days=1), (closed.start(), span[1]))
    return Period(*days, span)


def _range_of_one_year(text: str, span: Span, days: Days) -> Period | None:
    """The range whose other end is a year without its word, or a month without its year."""
    if (days[0].month, days[1].month) == (1, 12) and (later := _LATER_YEAR.match(text, span[1])):
        end = _named(f"ปี {later['year']}")
        return Period(days[0], end[1], (span[0], later.end())) if end and end[0] > days[0] else None
    if earlier := _EARLIER_MONTH.search(text, max(0, span[0] - _LOOKED_BACK), span[0]):
        begin = _named(f"{earlier['month']} {days[0].year + BUDDHIST_ERA}")
        return Period(begin[0], days[1], (earlier.start(), span[1])) if begin and begin[0] < days[0] else None
    return None


def _named(text: str) -> Days | None:
    """The days that a text names first."""
    return next((days for _, days in named_days(text)), None)


def _part_of_year(text: str, span: Span, days: Days) -> Days:
    """The days of "early 2564" within those of 2564."""
    before = text[max(0, span[0] - 10) : span[0]]
    for word, first, last in _PARTS:
        if before.endswith(word) and (days[0].month, days[1].month) == (1, 12):
            return days[0].replace(month=first), _month(days[0].replace(month=last))[1]
    return days
