"""A web page -> its article, without menus and advertisements. The only file that imports trafilatura."""

from __future__ import annotations

import logging
import re

from khamtop.index.sources.encodings import decode
from khamtop.index.sources.fields import article_of
from khamtop.index.sources.source import File
from khamtop.index.types import Article

_BODY = re.compile(r"<body\b", re.IGNORECASE)


def html_article(file: File, raw: bytes) -> Article:
    """The article of a page's bytes; raises `Unreadable`, and whatever trafilatura does."""
    import trafilatura  # 0.4 s to import, and few archives hold HTML

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    page = decode(raw)
    body = _BODY.search(page)
    # A date is what the page's head or the top of its text says: another one is often the footer's.
    head = trafilatura.extract_metadata(page[: body.start()] + "</html>") if body else None
    if body is None:
        page = f"<html><body>{page}</body></html>"
    found = trafilatura.bare_extraction(page, favor_recall=True, include_comments=False, with_metadata=True)
    text = (found.text if found else None) or trafilatura.html2txt(page)
    fields = {"title": found and found.title, "date": head and head.date}
    return article_of(file.identity, file.source, text, fields)
