"""A Word document (`.docx`) -> its article: headings, paragraphs, tables, text boxes, and its notes at the end.

Read from its XML: python-docx leaves out text boxes, notes and what was inserted with changes tracked, and mammoth
makes HTML of all. What was deleted is left out, and so are comments, headers, footers and tables of contents, which
repeat the headings. No date is taken from the properties: when a file was made or saved says nothing of when an
article was published.
"""

from __future__ import annotations

from typing import Any

from khamtop.index.sources.fields import article_of
from khamtop.index.sources.markup import attribute, children, descendants, name_of, row_of
from khamtop.index.sources.package import Package, inside
from khamtop.index.sources.source import File
from khamtop.index.sources.titles import given_title
from khamtop.index.types import Article

_RELATIONS = "_rels/.rels"
#: Text that readers do not see: what was deleted or moved away, and what a field is told to do.
_UNSEEN = ("del", "moveFrom", "instrText", "delText", "Fallback", "pPr", "rPr", "sectPr")
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_NOTES = ("footnotes", "endnotes")


def docx_article(file: File, package: Package) -> Article:
    """The article of a document; raises `Unreadable`."""
    relations = _relations(package, "")
    main = relations.get("officeDocument", "word/document.xml")
    body = _Body()
    body.take(package.xml(main))
    title = body.title or _title(package, relations)
    parts = _relations(package, main)
    for notes in (parts[kind] for kind in _NOTES if kind in parts):
        if notes in package:
            body.take(package.xml(notes))
    return article_of(file.identity, file.source, "\n".join(body.lines()), {"title": title})


class _Body:
    """The paragraphs of a document, as they are met."""

    def __init__(self) -> None:
        self.title = ""
        self._said: list[str] = []
        self._begun = ""

    def lines(self) -> list[str]:
        """The lines that say something; a paragraph may have several."""
        whole = [*self._said, self._begun]
        return [line for said in whole for line in (part.strip() for part in said.split("\n")) if line]

    def take(self, element: Any) -> None:
        """Takes the paragraphs and tables of an element."""
        name = name_of(element)
        if name == "p":
            self._take_paragraph(element)
        elif name == "tbl":
            self._take_table(element)
        elif name not in _UNSEEN and not _is_contents(element):
            for child in element:
                self.take(child)

    def _take_paragraph(self, paragraph: Any) -> None:
        properties = next(iter(children(paragraph, "pPr")), None)
        boxes: list[Any] = []
        self._begun += _text(paragraph, boxes)
        if properties is not None and _has_deleted_end(properties):
            return  # the next paragraph goes on in its place
        if properties is not None and not self.title and _style(properties) == "title":
            self.title = " ".join(self._begun.split())
        self._said.append(self._begun)
        self._begun = ""
        for box in boxes:
            self.take(box)

    def _take_table(self, table: Any) -> None:
        for row in _inside(table, "tr"):
            if any(name_of(mark) == "del" for part in children(row, "trPr") for mark in part):
                continue
            cells = _inside(row, "tc")
            if len(cells) == 1:  # a frame around text
                self.take(cells[0])
            else:
                self._said.append(row_of(map(_cell, cells)))


def _cell(cell: Any) -> str:
    body = _Body()
    for child in cell:
        body.take(child)
    return " ".join(body.lines())


def _text(element: Any, boxes: list[Any]) -> str:
    """The text of a paragraph or a part of it; the text boxes that hang on it are put to `boxes`."""
    said = []
    for child in element:
        name = name_of(child)
        if name == "t":
            said.append(child.text or "")
        elif name in _SIGNS:
            said.append(_SIGNS[name])
        elif name == "txbxContent":
            boxes.append(child)
        elif name not in _UNSEEN:
            said.append(_text(child, boxes))
    return "".join(said)


def _inside(element: Any, name: str) -> list[Any]:
    """The rows of a table or the cells of a row, also those in a content control or inserted with changes tracked."""
    found = []
    for child in element:
        if name_of(child) == name:
            found.append(child)
        elif name_of(child) in ("sdt", "sdtContent", "ins", "customXml"):
            found += _inside(child, name)
    return found


def _is_contents(element: Any) -> bool:
    """Whether an element is a table of contents that Word made."""
    if name_of(element) != "sdt":
        return False
    galleries = descendants(element, "docPartGallery")
    return any(attribute(gallery, "val") == "Table of Contents" for gallery in galleries)


def _has_deleted_end(properties: Any) -> bool:
    marks = [mark for part in children(properties, "rPr") for mark in part]
    return any(name_of(mark) == "del" for mark in marks)


def _style(properties: Any) -> str:
    return next((attribute(style, "val").lower() for style in children(properties, "pStyle")), "")


def _title(package: Package, relations: dict[str, str]) -> str:
    """The title of the document's properties."""
    core = relations.get("core-properties", "")
    if core not in package:
        return ""
    titles = descendants(package.xml(core), "title")
    return given_title(next((found.text or "" for found in titles), ""))


def _relations(package: Package, part: str) -> dict[str, str]:
    """What a part of the document ("" for all of it) leads to: the part of each kind."""
    folder, _, name = part.rpartition("/")
    told = f"{folder}/_rels/{name}.rels" if part else _RELATIONS
    if told not in package:
        return {}
    found = children(package.xml(told), "Relationship")
    return {attribute(to, "Type").rpartition("/")[2]: inside(part, attribute(to, "Target")) for to in found}
