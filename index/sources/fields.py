"""What is said about an article -> the article: by named fields, by front matter, or at the top of its text."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import Any

from khamtop.index.sources.encodings import check_letters
from khamtop.index.sources.htmltext import is_html, is_page, one_line, parsed, text_of_html
from khamtop.index.sources.page import article_text
from khamtop.index.sources.source import Unreadable
from khamtop.index.text.dates import dateline, instant_of, is_date
from khamtop.index.text.frontmatter import front_matter
from khamtop.index.types import Article

TEXT_FIELDS = (
    "text", "content", "body", "articlebody", "paragraphs", "เนื้อหา", "เนื้อความ", "ข้อความ", "เนื้อข่าว",
)  # fmt: skip
_TITLE_FIELDS = ("title", "headline", "หัวข้อ", "หัวเรื่อง", "ชื่อเรื่อง", "พาดหัว", "หัวข้อข่าว", "พาดหัวข่าว")
_SOURCE_FIELDS = ("source", "url", "link", "ลิงก์", "ที่มา", "แหล่งที่มา")
_DATE_FIELDS = (
    "published", "date", "datepublished", "publishedat", "publishdate", "publisheddate", "pubdate", "publicationdate",
    "วันที่เผยแพร่", "เผยแพร่เมื่อ", "เผยแพร่", "วันที่",
)  # fmt: skip
#: Where a list or an object of a text says what it says: WordPress, and editors that keep a text as blocks.
_INNER_FIELDS = ("rendered", "text", "content", "children", "paragraphs", "blocks", "data", "value")
#: Objects in one another: no editor makes more.
_DEEPEST = 20
_ADDRESS = re.compile(r"https?://\S+")
_LONGEST_TITLE = 300
#: A "data:" address; a short one may be what an article tells of.
_PAYLOAD = re.compile(r"(data:[\w.+-]+/[\w.+-]+(?:;[\w=.+-]+)*,)[^\s\"'()<>\]]{100,}")


def article_of(identity: str, source: str, text: str, fields: dict[str, Any]) -> Article:
    """An article of that text. `identity` and `source` stand in where nothing else names it.

    Raises:
        Unreadable: `article.no_text`, or what `check_letters` raises.
    """
    check_letters(text)
    text = _without_payloads(text)
    fields = folded(fields)
    said, begin = front_matter(text)
    front, body = folded(said), text[begin:]
    if not any(letter.isalnum() for letter in body):
        raise Unreadable("article.no_text")
    titles = (_title_in(fields), field(front, *_TITLE_FIELDS), body)
    address = _ADDRESS.fullmatch(field(front, *_SOURCE_FIELDS) or "")  # the name of a paper leads nowhere
    return Article(
        field(fields, "id") or identity,
        next(filter(None, (title_of(title or "") for title in titles))),
        text,
        field(fields, *_SOURCE_FIELDS) or (address and address[0]) or source,
        _date_in(fields) or _date_in(front) or dateline(body),
    )


def text_in(fields: dict[str, Any]) -> str | None:
    """The text of an article that its fields give: as it stands, or HTML, or paragraphs in a list."""
    return next((text for name in TEXT_FIELDS if (text := _text(fields.get(name), "", _DEEPEST))), None)


def _text(value: object, name: str, depth: int) -> str | None:
    """What a field of that name says, each paragraph of a list a line."""
    if isinstance(value, str):
        return _read(_whole(value)) if value.strip() else None
    if isinstance(value, list) and depth:
        said = [text for item in value if (text := _text(item, "", depth - 1))]
        return ("" if all(_is_piece(item, name) for item in value) else "\n").join(said) or None
    if isinstance(value, dict) and depth:
        return next((text for name in _INNER_FIELDS if (text := _text(value.get(name), name, depth - 1))), None)
    return None


def _read(text: str) -> str:
    """A text, read as HTML if it is that."""
    if not is_html(text):
        return text
    return article_text(parsed(text)) if is_page(text) else text_of_html(text)


def _is_piece(item: object, name: str) -> bool:
    """Whether an item of a list is a stretch of letters within a paragraph: editors part it where it turns bold."""
    if not (isinstance(item, dict) and isinstance(item.get("text"), str)):
        return False
    return item.get("type") == "text" if "type" in item else name == "children"


def _without_payloads(text: str) -> str:
    """A text without the pictures that stand in it as letters, thousands of them, which nobody reads."""
    return _PAYLOAD.sub(r"\1…", text) if "data:" in text else text


def folded(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields under names of one spelling as well: `datePublished` and `date_published` are `datepublished`."""
    return {_folded_name(name): value for name, value in fields.items()} | fields


@lru_cache(maxsize=1 << 10)
def _folded_name(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _title_in(fields: dict[str, Any]) -> str | None:
    """The title that fields give, its entities decoded; WordPress has it in an object of its own."""
    for name in _TITLE_FIELDS:
        given = fields.get(name)
        if title := _said(given.get("rendered") if isinstance(given, dict) else given):
            return one_line(title)
    return None


def _date_in(fields: dict[str, Any]) -> str | None:
    """The date that fields print; a number that counts seconds since 1970 as the day that it means."""
    for name in _DATE_FIELDS:
        given = fields.get(name)
        while isinstance(given, dict) and len(given) == 1:  # {"$date": {"$numberLong": "…"}}, as MongoDB writes
            (given,) = given.values()
        if isinstance(given, float) and given.is_integer():
            given = int(given)
        if said := _said(given):
            instant = instant_of(said)
            return instant.isoformat() if instant else said
    return None


def field(fields: dict[str, Any], *names: str) -> str | None:
    """The first of the named fields that says something, as text without lone surrogates."""
    for name in names:
        value = fields.get(name)
        if value is not None and (said := _said(value)):
            return said
    return None


def _said(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _whole(value) if isinstance(value, str) and value.strip() else None


def title_of(text: str) -> str:
    """The first line that says something more than a date, without the marks of a Markdown heading."""
    lines = (line.strip().lstrip("#").strip() for line in text.splitlines() if any(map(str.isalnum, line)))
    titles = (line[:_LONGEST_TITLE] for line in lines)
    first = next(titles, "")
    return next((title for title in chain([first], titles) if not is_date(title)), first)


def _whole(text: str) -> str:
    """Text as valid Unicode: half a letter, as JSON can escape it, becomes a replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return text
