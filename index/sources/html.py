"""A web page -> its article, without menus and advertisements. The only file that imports trafilatura."""

from __future__ import annotations

import logging

from khamtop.index.sources.encodings import decode
from khamtop.index.sources.fields import article_of
from khamtop.index.sources.htmltext import parsed
from khamtop.index.sources.page import article_text, day_in_address, day_of_page, hinted, title_of_page
from khamtop.index.sources.source import File
from khamtop.index.text.dates import dateline
from khamtop.index.types import Article

#: Of a shorter text trafilatura tells nothing, and gives all that the page has.
_FEWEST_CHARS = 250


def html_article(file: File, raw: bytes) -> Article:
    """The article of a page's bytes; raises `Unreadable`, and whatever the libraries do."""
    markup = decode(raw)
    page = parsed(markup)
    text = article_text(page) if hinted(page) is not None else article_text(page, _prose(markup))
    day = day_of_page(page) or (None if dateline(text) else day_in_address(page))
    fields = {"title": title_of_page(page), "date": day and day.isoformat()}
    return article_of(file.identity, file.source, text, fields)


def _prose(markup: str) -> frozenset[str]:
    """The lines of a long page that trafilatura takes for its article's; none, where it cannot tell."""
    import trafilatura  # 0.4 s to import, and few archives hold HTML

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    found = trafilatura.bare_extraction(markup, favor_recall=True, include_comments=False, with_metadata=False)
    text = (found.text if found else None) or ""
    if len(text) < _FEWEST_CHARS:
        return frozenset()
    return frozenset(" ".join(line.removeprefix("- ").split()) for line in text.splitlines())
