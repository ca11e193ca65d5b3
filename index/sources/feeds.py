"""Feeds (RSS, Atom, RDF) and exports of WordPress -> an article of each entry.

Streamed with lxml, which is there already: feedparser would mend more, but keeps a whole export in memory. The full
text goes before the summary. Of an export only what is published is taken; drafts are told, while pictures, menus and
comments are no articles.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import partial
from itertools import chain
from typing import IO, Any

from khamtop.index.sources.fields import article_of
from khamtop.index.sources.htmltext import decoded, is_html, text_of_html
from khamtop.index.sources.markup import attribute, children, elements, html_of, name_of, text_within
from khamtop.index.sources.parts import failures_told, units_of
from khamtop.index.sources.source import File, Unit, Unreadable
from khamtop.index.types import Article, Rejected

_ROOTS = ("rss", "feed", "RDF")
_ENTRIES = ("item", "entry")
#: Where an entry's text stands, the fullest first: `content:encoded`, Atom's `content`, the summaries.
_TEXTS = ("encoded", "content", "description", "summary")
#: Dates of publication. Atom's `updated` is none: an old entry that was corrected is not new.
_DATES = ("post_date", "published", "pubDate", "issued", "date")
_ADDRESS = re.compile(r"https?://\S+")
_BLOCK_BYTES = 200_000

#: What WordPress keeps beside articles, by its type of post.
_NO_ARTICLES = re.compile(
    r"attachment|revision|nav_menu_item|custom_css|customize_changeset|oembed_cache|user_request|(?:wp|acf|elementor)[_-].*"
)
#: Marks of WordPress in a text which it replaces by something else when it shows it.
_SHORTCODE = re.compile(r"\[/?(?:caption|gallery|embed|video|audio|playlist|vc_\w+|et_pb_\w+)\b[^\[\]]*\]")
#: An article made of blocks has its paragraphs in tags; in an older one a line's end is one.
_BLOCKS = "<!-- wp:"


class Feed:
    """Files of entries: a `Source`. Each is a unit."""

    suffixes: tuple[str, ...] = (".xml", ".rss", ".atom")

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`. Where the XML breaks off, the entries before stand."""
        with failures_told(), open(file.path, "rb") as stream:
            is_empty = True
            for number, entry in enumerate(_entries(stream), start=1):
                for unit in _units(file, number, entry, known):
                    is_empty = False
                    yield unit
        if is_empty:
            raise Unreadable("file.empty")


def _entries(stream: IO[bytes]) -> Iterator[Any]:
    """The elements of a feed's entries.

    Raises:
        Unreadable: `file.empty`, `xml.other` for any other XML, and as `elements`.
    """
    begin = stream.read(_BLOCK_BYTES)
    if not begin.strip():
        raise Unreadable("file.empty")
    found = elements(chain([begin], iter(partial(stream.read, _BLOCK_BYTES), b"")), *_ENTRIES)
    root = next(found)
    if name_of(root) not in _ROOTS:
        raise Unreadable("xml.other")
    yield from found


def _units(file: File, number: int, entry: Any, known: Container[bytes]) -> Iterator[Unit]:
    """The unit of an entry; none, if it is not of an article."""
    kind, status = _said(entry, "post_type"), _said(entry, "status")
    if _NO_ARTICLES.fullmatch(kind):
        return
    if kind and (status != "publish" or _said(entry, "post_password")):
        yield b"", Rejected(file.source, "entry.unpublished", entry.sourceline)
        return
    raw = "\n".join(_told(entry)).encode("utf-8", "replace")
    yield from units_of(file, number, entry.sourceline, raw, known, partial(_article, file, entry))


def _article(file: File, entry: Any, identity: str, source: str) -> Article:
    """The article of an entry; raises `Unreadable`."""
    text = _text(entry)
    if not text:
        raise Unreadable("article.no_text")
    link = link_of(entry)
    name = _said(entry, "guid") or _said(entry, "id") or link
    fields = {
        # An address is one all over the world; any other name is so in its feed alone.
        "id": name if not name or _ADDRESS.fullmatch(name) else f"{file.identity}/{name}",
        "title": " ".join(_said(entry, "title").split()),
        "source": link,
        "date": _first(entry, _DATES),
    }
    return article_of(identity, source, text, fields)


def _text(entry: Any) -> str:
    """The fullest text of an entry."""
    for name in _TEXTS:
        for element in children(entry, name):
            text = _text_of(element)
            if text:
                return text
    return ""


def _text_of(element: Any) -> str:
    if len(element):  # Atom's XHTML
        return text_of_html(html_of(element))
    said = str(element.text or "").strip()
    if attribute(element, "type") in ("text", "text/plain"):
        return said
    if name_of(element) != "encoded" and not is_html(said):
        return decoded(said)
    if name_of(element) != "encoded":
        return text_of_html(said)
    is_classic = _BLOCKS not in said and "<p" not in said
    return text_of_html(_SHORTCODE.sub(" ", said), keeps_breaks=is_classic)


def link_of(entry: Any) -> str:
    """The address of an entry's page; a `guid` that is one stands in for it."""
    links = children(entry, "link")
    atom = (attribute(link, "href") for link in links if attribute(link, "rel") in ("", "alternate"))
    said = [*filter(None, atom), *(text_within(link) for link in links)]
    permanent = (text_within(guid) for guid in children(entry, "guid") if attribute(guid, "isPermaLink") != "false")
    return next(filter(_ADDRESS.fullmatch, [*said, *permanent]), "")


def _first(entry: Any, names: tuple[str, ...]) -> str:
    return next(filter(None, (_said(entry, name) for name in names)), "")


def _said(entry: Any, name: str) -> str:
    """The text of an entry's first child of that name that says anything."""
    return next(filter(None, map(text_within, children(entry, name))), "")


def _told(entry: Any) -> Iterator[str]:
    """All that an entry says, wherever in its file it stands."""
    for element in entry.iter():
        yield name_of(element)
        yield from (f"{name}={value}" for name, value in element.attrib.items())
        yield element.text or ""
