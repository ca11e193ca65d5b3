"""XML of strangers -> elements: of feeds, office documents and books. HTML is `htmltext.py`'s.

Nothing outside of a document is opened for it, neither a file nor an address, and no entity of its own is expanded: a
document that declares some is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.entities import html5
from typing import Any

from khamtop.index.sources.source import Unreadable

#: What every parser is made with.
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
#: More than the longest entity.
_ENTITY_BYTES = 40


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


def text_within(element: Any) -> str:
    """All text in an element."""
    return "".join(element.itertext()).strip()


def row_of(cells: Iterable[str]) -> str:
    """A table's row as one line, as `htmltext.py` writes it; nothing for a row without words."""
    said = [" ".join(cell.split()) for cell in cells]
    return " | ".join(said).strip() if any(said) else ""


def xml_of(raw: bytes) -> Any:
    """The root of an XML document.

    Raises:
        Unreadable: `xml.broken`, or `xml.entities` where it declares entities.
    """
    from lxml import etree

    try:
        root = etree.fromstring(_mended(raw), etree.XMLParser(**_SAFE))
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


def html_of(element: Any) -> str:
    """The inside of an XHTML element as HTML, which has no namespaces and closes what is empty in its own way."""
    from lxml import etree

    for inner in element.iter():
        if name_of(inner):
            inner.tag = name_of(inner)
    etree.cleanup_namespaces(element)
    parts = [etree.tostring(child, encoding="unicode", method="html") for child in element]
    return (element.text or "") + "".join(parts)


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


def _mended(raw: bytes) -> bytes:
    """A document's bytes, with letters in the place of HTML's entities and without what XML forbids."""
    if raw.startswith(_UTF16_MARKS):
        return raw
    return _NAMED.sub(_letter, raw.translate(None, _FORBIDDEN))


def _mended_blocks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """`_mended` of a document that comes in blocks: an entity that two of them share is kept for the second."""
    begun, is_utf16 = b"", None
    for block in blocks:
        block = begun + block
        if is_utf16 is None:
            is_utf16 = block.startswith(_UTF16_MARKS)
        if is_utf16:
            yield block
            continue
        at = block.rfind(b"&", -_ENTITY_BYTES)
        cut = len(block) if at < 0 or b";" in block[at:] else at
        begun = block[cut:]
        yield _mended(block[:cut])
    yield begun


def _letter(entity: re.Match[bytes]) -> bytes:
    """What an entity stands for, as XML can say it in any encoding; itself, if HTML does not know it."""
    name = entity[1]
    letters = html5.get(name.decode() + ";") if name not in _OF_XML else None
    return "".join(f"&#{ord(letter)};" for letter in letters).encode() if letters else entity[0]


def _refuse_entities(root: Any) -> None:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Unreadable("xml.entities")


def _let_go(element: Any) -> None:
    """Frees an element and those before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
