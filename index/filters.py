"""What a person gives to narrow a search -> a `Filter`."""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import lru_cache
from urllib.parse import unquote

from khamtop.index.text import thai
from khamtop.index.text.dates import span_of
from khamtop.index.types import Filter, KhamtopError

#: No date, and no part of an address, is longer.
LONGEST = 2000


def filter_of(
    since: str | None = None, until: str | None = None, source: str | None = None, name: str | None = None
) -> Filter | None:
    """The articles that were published from the first day of `since` to the last one of `until`.

    Both are days, months or years as people write them, of either era; `source` is part of a path or
    address, and `name` a person, organisation or place. What is empty narrows nothing; None if nothing does.

    Raises:
        KhamtopError: `filter.too_long`, `filter.date` for what names no day, month or year, `filter.order` if no day
            lies between the two.
    """
    if any(len(given or "") > LONGEST for given in (since, until, source, name)):
        raise KhamtopError("filter.too_long", limit=LONGEST)
    first, last = _days(since), _days(until)
    bounds = Filter(first and first[0], last and last[1], (source or "").strip() or None, (name or "").strip() or None)
    if bounds.since and bounds.until and bounds.since > bounds.until:
        raise KhamtopError("filter.order", since=since, until=until)
    return None if bounds == Filter() else bounds


@lru_cache(maxsize=1 << 16)  # each search that is narrowed compares all sources
def comparable(source: str) -> str:
    """A path or address as a filter compares it: as what people read, whatever letters it is written with.

    Capitals are small letters, an address' "%E0%B8%82" is "ข", and Thai is normalised as in articles; file names of
    macOS come with their accents apart.

    >>> comparable("https://x.example/%E0%B8%99%E0%B9%8D%E0%B9%89%E0%B8%B2") == comparable("HTTPS://X.example/น้ำ")
    True
    """
    said = unquote(source) if "%" in source else source
    if said.isascii():
        return said.lower()
    return thai.normalise(unicodedata.normalize("NFC", said).casefold()).text


def _days(written: str | None) -> tuple[date, date] | None:
    if not (written and written.strip()):
        return None
    days = span_of(written)
    if days is None:
        raise KhamtopError("filter.date", date=written)
    return days
