"""What a person gives to narrow a search -> a `Filter`."""

from __future__ import annotations

from datetime import date

from khamtop.index.text.dates import span_of
from khamtop.index.types import Filter, KhamtopError

#: No date, and no part of an address, is longer.
LONGEST = 2000


def filter_of(since: str | None = None, until: str | None = None, source: str | None = None) -> Filter | None:
    """The articles that were published from the first day of `since` to the last one of `until`.

    Both are days, months or years as people write them, of either era; `source` is part of a path or
    address. What is empty narrows nothing; None if nothing does.

    Raises:
        KhamtopError: `filter.too_long`, `filter.date` for what names no day, month or year, `filter.order` if no day
            lies between the two.
    """
    if any(len(given or "") > LONGEST for given in (since, until, source)):
        raise KhamtopError("filter.too_long", limit=LONGEST)
    first, last = _days(since), _days(until)
    bounds = Filter(first and first[0], last and last[1], (source or "").strip() or None)
    if bounds.since and bounds.until and bounds.since > bounds.until:
        raise KhamtopError("filter.order", since=since, until=until)
    return None if bounds == Filter() else bounds


def _days(written: str | None) -> tuple[date, date] | None:
    if not (written and written.strip()):
        return None
    days = span_of(written)
    if days is None:
        raise KhamtopError("filter.date", date=written)
    return days
