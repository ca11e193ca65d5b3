"""A document of LibreOffice (`.odt`) -> its article: headings, paragraphs, lists, tables, text boxes, notes at the end.

Read from its XML, as Word's is: odfpy gives the same tree without knowing what of it is text. What was deleted with
changes tracked lies outside of the text; it is left out, and so are comments, tables of contents and the header and
footer of pages. The dates of the properties tell when the file was saved, not when an article was published.
"""

from __future__ import annotations

import re
from typing import Any

from khamtop.index.sources.fields import article_of
from khamtop.index.sources.markup import children, descendants, name_of, row_of
from khamtop.index.sources.package import Package
from khamtop.index.sources.source import File, Unreadable
from khamtop.index.sources.titles import given_title
from khamtop.index.types import Article

_MANIFEST, _CONTENT, _PROPERTIES = "META-INF/manifest.xml", "content.xml", "meta.xml"
_UNSEEN = (
    "tracked-changes", "annotation", "table-of-content", "note-citation", "sequence-decls", "forms", "ruby-text",
)  # fmt: skip
_SIGNS = {"s": " ", "tab": "\t", "line-break": "\n"}
_LINES = ("p", "h")
_FRAME, _NOTE = "frame", "note"
#: Space of any length is a single one.
_SPACE = re.compile(r"[ \t\r\n]+")


def odt_article(file: File, package: Package) -> Article:
    """The article of a document; raises `Unreadable`."""
    if _MANIFEST in package and any(True for _ in descendants(package.xml(_MANIFEST), "encryption-data")):
        raise Unreadable("file.protected")
    body = _Body()
    for part in children(package.xml(_CONTENT), "body"):
        for text in children(part, "text"):
            body.take(text)
    return article_of(file.identity, file.source, "\n".join(body.lines()), {"title": _title(package)})


class _Body:
    """The lines of a document, as they are met, and its notes."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._notes: list[str] = []

    def lines(self) -> list[str]:
        """The lines that say something, those of notes at the end."""
        whole = [*self._said, *self._notes]
        return [line for said in whole for line in (part.strip() for part in said.split("\n")) if line]

    def take(self, element: Any) -> None:
        """Takes the paragraphs and tables of an element."""
        name = name_of(element)
        if name in _LINES:
            self._take_line(element)
        elif name == "table-row":
            self._take_row(element)
        elif name not in _UNSEEN:
            for child in element:
                self.take(child)

    def _take_line(self, element: Any) -> None:
        hanging: list[Any] = []
        self._said.append(_text(element, hanging))
        for found in hanging:
            if name_of(found) == _NOTE:
                note = _Body()
                note.take(found)
                self._notes += note.lines()
            else:
                self.take(found)

    def _take_row(self, row: Any) -> None:
        cells = children(row, "table-cell")
        if len(cells) == 1:  # a frame around text
            self.take(cells[0])
        else:
            self._said.append(row_of(map(self._cell, cells)))

    def _cell(self, cell: Any) -> str:
        body = _Body()
        for child in cell:
            body.take(child)
        self._notes += body._notes
        body._notes = []
        return " ".join(body.lines())


def _text(element: Any, hanging: list[Any]) -> str:
    """The text of a paragraph or a part of it; what hangs on it, notes and text boxes, is put to `hanging`."""
    said = [_SPACE.sub(" ", element.text or "")]
    for child in element:
        name = name_of(child)
        if name in _SIGNS:
            said.append(_SIGNS[name])
        elif name in (_NOTE, *_LINES):
            hanging.append(child)
        elif name == _FRAME:  # whose other parts describe a picture
            hanging += children(child, "text-box")
        elif name not in _UNSEEN:
            said.append(_text(child, hanging))
        said.append(_SPACE.sub(" ", child.tail or ""))
    return "".join(said)


def _title(package: Package) -> str:
    """The title of the document's properties."""
    if _PROPERTIES not in package:
        return ""
    titles = descendants(package.xml(_PROPERTIES), "title")
    return given_title(next((found.text or "" for found in titles), ""))
