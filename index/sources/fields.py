"""What is said about an article -> the article: by named fields, by front matter, or at the top of its text."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

from khamtop.index.sources.source import Unreadable
from khamtop.index.text.dates import dateline, is_date
from khamtop.index.text.frontmatter import front_matter
from khamtop.index.types import Article

TEXT_FIELDS = ("text", "content", "body", "articlebody")
_TITLE_FIELDS = ("title", "headline")
_SOURCE_FIELDS = ("source", "url", "link")
_DATE_FIELDS = ("published", "date", "datepublished", "publishedat", "publishdate", "pubdate", "publicationdate")
_ADDRESS = re.compile(r"https?://\S+")
_LONGEST_TITLE = 300


def article_of(identity: str, source: str, text: str, fields: dict[str, Any]) -> Article:
    """An article of that text. `identity` and `source` stand in where nothing else names it.

    Raises:
        Unreadable: `article.no_text`.
    """
    fields = folded(fields)
    said, begin = front_matter(text)
    front, body = folded(said), text[begin:]
    if not any(letter.isalnum() for letter in body):
        raise Unreadable("article.no_text")
    titles = (field(fields, *_TITLE_FIELDS), field(front, *_TITLE_FIELDS), body)
    address = _ADDRESS.fullmatch(field(front, *_SOURCE_FIELDS) or "")  # the name of a paper leads nowhere
    return Article(
        field(fields, "id") or identity,
        next(filter(None, (title_of(title or "") for title in titles))),
        text,
        field(fields, *_SOURCE_FIELDS) or (address and address[0]) or source,
        field(fields, *_DATE_FIELDS) or field(front, *_DATE_FIELDS) or dateline(body),
    )


def folded(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields under names of one spelling as well: `datePublished` and `date_published` are `datepublished`."""
    return {name.lower().replace("_", "").replace("-", ""): value for name, value in fields.items()} | fields


def field(fields: dict[str, Any], *names: str) -> str | None:
    """The first of the named fields that says something, as text without lone surrogates."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return _whole(str(value))
    return None


def title_of(text: str) -> str:
    """The first line that says something more than a date, without the marks of a Markdown heading."""
    lines = (line.strip().lstrip("#").strip() for line in text.splitlines() if any(map(str.isalnum, line)))
    titles = (line[:_LONGEST_TITLE] for line in lines)
    first = next(titles, "")
    return next((title for title in chain([first], titles) if not is_date(title)), first)


def _whole(text: str) -> str:
    """Text as valid Unicode: half a letter, as JSON can escape it, becomes a replacement character."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
