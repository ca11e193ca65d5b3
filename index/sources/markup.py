"""XML and HTML of strangers -> elements, and elements -> lines of text. The only file that imports lxml.

Nothing outside of a document is opened for it, neither a file nor an address, and no entity of its own is expanded: a
document that declares some is refused.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from html.entities import html5
from typing import Any

from khamtop.index.sources.source import Unreadable

#: What every parser of XML is made with.
_SAFE = {
    "resolve_entities": False,
    "load_dtd": False,
    "dtd_validation": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
#: Entities that HTML knows and XML does not: feeds and books use them all the same.
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_OF_XML = (b"amp", b"lt", b"gt", b"quot", b"apos")
#: Letters that XML forbids, though exports of old text hold them.
_FORBIDDEN = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_CELLS = ("td", "th")
_UNREAD = frozenset("head script style noscript template svg math iframe object audio video canvas button".split())
_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|div|em|figure|font|h[1-6]|hr|i|img|li|ol|p|section|span|strong|sub|sup|table|tbody"
    r"|td|th|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK_TAG = re.compile(r"<(?:br|div|li|p|td|th)\b", re.IGNORECASE)


def name_of(element: Any) -> str:
    """An element's name without its namespace; "" for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """An element's attribute of that name, in whatever namespace; "" if there is none."""
    found = (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name)
    return str(next(found, ""))


def children(element: Any, *names: str) -> list[Any]:
    """The children of these names."""
    return [child for child in element if name_of(child) in names]


def descendants(element: Any, *names: str) -> Iterator[Any]:
    """All of these names in an element, in their order."""
    return (found for found in element.iter() if name_of(found) in names)


def xml_of(raw: bytes) -> Any:
    """The root of an XML document.

    Raises:
        Unreadable: `xml.broken`, or `xml.entities` where it declares entities.
    """
    from lxml import etree

    try:
        root = etree.fromstring(mended(raw), etree.XMLParser(**_SAFE))
    except etree.XMLSyntaxError as error:
        raise Unreadable("xml.broken", error.lineno) from None
    _refuse_entities(root)
    return root


def elements(blocks: Iterable[bytes], *names: str) -> Iterator[Any]:
    """The root of a document as soon as it begins, then each element of these names as soon as it ends.

    Each is emptied afterwards, so that memory follows the longest one.

    Raises:
        Unreadable: as `xml_of`, with the line at which it breaks off.
    """
    root = None
    for event, element in _events(_mended_blocks(blocks)):
        if root is None:
            root = element
            _refuse_entities(root)
            yield root
        elif event == "end" and name_of(element) in names:
            yield element
            _let_go(element)


def _events(blocks: Iterable[bytes]) -> Iterator[tuple[str, Any]]:
    """The beginnings and ends of elements; those before an error come before it."""
    from lxml import etree

    parser = etree.XMLPullParser(("start", "end"), **_SAFE)
    try:
        for block in blocks:
            parser.feed(block)
            yield from parser.read_events()
        parser.close()
    except etree.XMLSyntaxError as error:
        yield from parser.read_events()
        raise Unreadable("xml.broken", error.lineno) from None
    yield from parser.read_events()


def mended(raw: bytes) -> bytes:
    """A document's bytes, with letters in the place of HTML's entities and without what XML forbids."""
    if raw.startswith(_UTF16_MARKS):
        return raw
    return _NAMED.sub(_letter, raw.translate(None, _FORBIDDEN))


def html_of(text: str) -> Any:
    """The element of a page or of a piece of one; whatever is wrong with it, as browsers do."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    return etree.fromstring(f"<div>{text}</div>".encode("utf-8", "replace"), parser)


def lines_of(element: Any, keeps_breaks: bool = False) -> list[str]:
    """The lines of text of an HTML element: a paragraph each, and a table's row on one, its cells apart.

    With `keeps_breaks` a line's end in the source is one to readers as well.
    """
    writer = _Lines(keeps_breaks)
    writer.take(element)
    writer.end_line()
    return writer.lines


def html_text(text: str, keeps_breaks: bool = False) -> str:
    """The text of a piece of HTML, as lines."""
    return "\n".join(lines_of(html_of(text), keeps_breaks))


def plain(text: str) -> str:
    """What a field says: one that is HTML as its text, any other as it stands but for entities."""
    if _TAG.search(text):
        return html_text(text, keeps_breaks=not _BLOCK_TAG.search(text))
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


class _Lines:
    """Writes the text of HTML elements into lines."""

    def __init__(self, keeps_breaks: bool) -> None:
        self.lines: list[str] = []
        self._keeps_breaks = keeps_breaks
        self._begun: list[str] = []

    def take(self, element: Any) -> None:
        """Writes an element, but not what follows it."""
        name = name_of(element)
        if not name:  # an entity that nothing declares
            self._say(html.unescape(element.text or ""))
        elif name == "br":
            self.end_line()
        elif name == "tr" and _is_row_of_data(element):
            self._take_row(element)
        elif name not in _UNREAD:
            self._take_inside(element, name in _BLOCKS)

    def end_line(self) -> None:
        """Ends the line that is begun, if it says anything."""
        line = " ".join("".join(self._begun).split())
        if line:
            self.lines.append(line)
        self._begun = []

    def _take_inside(self, element: Any, is_block: bool) -> None:
        if is_block:
            self.end_line()
        self._say(element.text or "")
        for child in element:
            self.take(child)
            self._say(child.tail or "")
        if is_block:
            self.end_line()
        elif name_of(element) in _CELLS:
            self._say(" ")

    def _take_row(self, row: Any) -> None:
        self.end_line()
        self._begun = [row_of(" ".join(lines_of(cell, self._keeps_breaks)) for cell in children(row, *_CELLS))]
        self.end_line()

    def _say(self, text: str) -> None:
        first, *more = text.split("\n") if self._keeps_breaks else [text]
        self._begun.append(first)
        for line in more:
            self.end_line()
            self._begun.append(line)


def row_of(cells: Iterable[str]) -> str:
    """A table's row as one line; nothing for a row without words."""
    said = [" ".join(cell.split()) for cell in cells]
    return " | ".join(said).strip() if any(said) else ""


def _is_row_of_data(row: Any) -> bool:
    """Whether a row has cells that belong together; tables that only lay a page out hold others, or one cell."""
    return len(children(row, *_CELLS)) > 1 and not any(True for _ in descendants(row, "table"))


def _refuse_entities(root: Any) -> None:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Unreadable("xml.entities")


def _mended_blocks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """`mended` of a document that comes in blocks: an entity that two of them share is kept for the second."""
    begun, is_utf16 = b"", None
    for block in blocks:
        block = begun + block
        if is_utf16 is None:
            is_utf16 = block.startswith(_UTF16_MARKS)
        if is_utf16:
            yield block
            continue
        at = block.rfind(b"&", -40)
        cut = len(block) if at < 0 or b";" in block[at:] else at
        begun = block[cut:]
        yield mended(block[:cut])
    yield begun


def _letter(entity: re.Match[bytes]) -> bytes:
    """What an entity stands for, as XML can say it in any encoding; itself, if HTML does not know it."""
    name = entity[1]
    letters = html5.get(name.decode() + ";") if name not in _OF_XML else None
    return "".join(f"&#{ord(letter)};" for letter in letters).encode() if letters else entity[0]


def _let_go(element: Any) -> None:
    """Frees an element and those before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
