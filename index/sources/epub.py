"""A book (`.epub`) -> an article of each of its chapters, in the order of reading.

A newsroom quotes a chapter of a report and not the whole book, so each document of the spine with text is an article,
named by the table of contents or else by its first heading. The day is the one on which the book was published. The
XML is read as it is: EbookLib reads the same lists, and leaves the text of a chapter to others.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

from khamtop.index.sources.encodings import decode
from khamtop.index.sources.fields import article_of
from khamtop.index.sources.htmltext import parsed, text_of
from khamtop.index.sources.markup import attribute, children, descendants, html_of, name_of, text_within
from khamtop.index.sources.package import Package, inside, opened
from khamtop.index.sources.parts import failures_told
from khamtop.index.sources.source import File, Unit, Unreadable, digest_of_bytes
from khamtop.index.sources.titles import given_title
from khamtop.index.sources.whole import made
from khamtop.index.types import Article, Rejected

_CONTAINER, _LOCKS = "META-INF/container.xml", "META-INF/encryption.xml"
_DOCUMENTS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_HEADINGS = ("h1", "h2", "h3")
#: What an event of a date must be that says when a book was published; most dates name none.
_PUBLISHED = ("", "publication", "original-publication")


class Epub:
    """Books: a `Source`. Each chapter is a unit, named by its file in the book."""

    suffixes: tuple[str, ...] = (".epub",)

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`. What is wrong with a chapter costs no other."""
        with failures_told(), opened(file) as package:
            is_empty = True
            for unit in _units(file, _Book(package), known):
                is_empty = False
                yield unit
        if is_empty:
            raise Unreadable("article.no_text")


class _Book:
    """What a book's lists say: its title, its day, and the chapters with their titles."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.main = self._main()
        root = package.xml(self.main)
        self._about = [entry for part in children(root, "metadata") for entry in part.iter()]
        self._items = {attribute(item, "id"): item for item in descendants(root, "item")}
        self._locked = self._locked_parts()
        self.title = given_title(self._said("title"))
        self.published = self._day()
        self.chapters = list(dict.fromkeys(self._spine(root)))
        self.titles = self._titles(root)

    def raw(self, chapter: str) -> bytes:
        """The bytes of a chapter; raises `Unreadable`."""
        if chapter in self._locked:
            raise Unreadable("file.protected")
        return self.package.part(chapter)

    def _main(self) -> str:
        if _CONTAINER not in self.package:
            raise Unreadable("file.not_whole")
        files = descendants(self.package.xml(_CONTAINER), "rootfile")
        return next((attribute(found, "full-path") for found in files), "")

    def _said(self, name: str) -> str:
        return next((text_within(entry) for entry in self._about if name_of(entry) == name), "")

    def _day(self) -> str:
        dates = (entry for entry in self._about if name_of(entry) == "date")
        return next((text_within(date) for date in dates if attribute(date, "event") in _PUBLISHED), "")

    def _spine(self, root: Any) -> Iterator[str]:
        """The documents in the order of reading, without the table of contents, which only repeats their titles."""
        for place in descendants(root, "itemref"):
            item = self._items.get(attribute(place, "idref"))
            if item is None or attribute(item, "media-type") not in _DOCUMENTS:
                continue
            if "nav" not in attribute(item, "properties").split():
                yield inside(self.main, attribute(item, "href"))

    def _titles(self, root: Any) -> dict[str, str]:
        """What the table of contents calls the documents: the first name of each."""
        titles: dict[str, str] = {}
        for item in self._items.values():
            name = inside(self.main, attribute(item, "href"))
            is_list = "nav" in attribute(item, "properties").split() or "ncx" in attribute(item, "media-type")
            if is_list and name in self.package:
                for target, title in _entries(self.package.xml(name)):
                    titles.setdefault(inside(name, target), title)
        return titles

    def _locked_parts(self) -> frozenset[str]:
        """The parts that only a shop's own program can open; mostly the fonts alone."""
        if _LOCKS not in self.package:
            return frozenset()
        return frozenset(attribute(found, "URI") for found in descendants(self.package.xml(_LOCKS), "CipherReference"))


def _entries(contents: Any) -> Iterator[tuple[str, str]]:
    """The entries of a table of contents: what each leads to, and its words."""
    for point in descendants(contents, "navPoint"):
        words = next((text_within(label) for label in children(point, "navLabel")), "")
        for target in children(point, "content"):
            yield attribute(target, "src"), " ".join(words.split())
    for part in descendants(contents, "nav"):
        if attribute(part, "type") in ("", "toc"):
            for link in descendants(part, "a"):
                yield attribute(link, "href"), " ".join(text_within(link).split())


def _units(file: File, book: _Book, known: Container[bytes]) -> Iterator[Unit]:
    """The units of a book's chapters; one without a letter, such as a cover, gives none."""
    for chapter in book.chapters:
        source = f"{file.source}:{chapter}"
        try:
            raw = book.raw(chapter)
            told = "\n".join((chapter, book.titles.get(chapter, ""), book.title, book.published))
            unit = digest_of_bytes(told.encode() + b"\n" + raw).digest()
            if unit in known:
                yield unit, None
            elif (article := made(_article, file, book, chapter, raw)) is not None:
                yield unit, article
        except Unreadable as problem:
            yield b"", Rejected(source, problem.reason, problem.line)


def _article(file: File, book: _Book, chapter: str, raw: bytes) -> Article | None:
    """The article of a chapter; None for one without words. Raises `Unreadable`."""
    page = parsed(_html(book, chapter, raw))
    text = text_of(page)
    if not any(map(str.isalnum, text)):
        return None
    headings = (" ".join(text_within(found).split()) for found in descendants(page, *_HEADINGS))
    title = book.titles.get(chapter) or next(filter(None, headings), "") or book.title
    fields = {"title": title, "date": book.published}
    return article_of(f"{file.identity}:{chapter}", f"{file.source}:{chapter}", text, fields)


def _html(book: _Book, chapter: str, raw: bytes) -> str:
    """A chapter as HTML; one that is not the XML that it should be is read as browsers do."""
    try:
        root = book.package.xml(chapter)
    except Unreadable as problem:
        if problem.reason != "xml.broken":
            raise
        return decode(raw)
    return "".join(html_of(body) for body in children(root, "body", "book"))
