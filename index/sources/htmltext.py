"""HTML -> the text that people read, with a line for each block and each row of a table. It alone parses with lxml.

What of a page is its article is for `html.py` to say. A row stays together with " | " between its cells, as in
Markdown: who quotes a price must quote what it is the price of. The names of the columns stay in a row of their own,
as they were printed, and are not put before each cell: a quote has no word that its page does not have there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
    "".split()
)
_CELLS = ("td", "th")
#: What is never shown as text.
_UNSEEN = frozenset("script style noscript template head title object audio video select textarea datalist".split())
_NAMES = "a abbr b bdi cite code em font h[1-6] i li mark ol q s small span strike strong sub sup table td th tr u ul"
_BLOCK_TAG = re.compile(
    r"<(?:!doctype|html|body|p|br|hr|div|article|section|main|ul|ol|table|blockquote|figure|h[1-6])(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_PAIR = re.compile(rf"<({'|'.join(_NAMES.split())})(?:\s[^<>]*)?>.*?</\1\s*>|<img\s[^<>]*>", re.I | re.S)
_BLOCK_END = re.compile(r"</(?:p|div|article|section|main|li|ul|ol|tr|table|blockquote|figure|h[1-6])\s*>", re.I)
#: Line breaks, and tags, whose own are none to readers.
_TAG_OR_LINE_END = re.compile(r"<[^<>]*>|\n")
_PAGE = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
#: A cell of more characters is a part of a page, and its table only sets the parts side by side.
_LONGEST_CELL = 300
_BETWEEN_CELLS = " | "
#: Words a title may hold, such as "&#8220;".
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z][a-z0-9]*);", re.I)


def is_html(text: str) -> bool:
    """Whether a text is HTML: it has a tag that makes a line, or one that is opened and closed.

    >>> is_html("ราคา <b>5</b> บาท"), is_html("5 < 6 และ 7 > 2 <3")
    (True, False)
    """
    return "<" in text and bool(_BLOCK_TAG.search(text) or _PAIR.search(text))


def is_page(text: str) -> bool:
    """Whether a text is a whole page and not only a part of one."""
    return "<" in text and bool(_PAGE.search(text))


def text_of_html(markup: str, keeps_breaks: bool = False) -> str:
    """The text of a part of a page, all of it.

    With `keeps_breaks`, and where no block is closed, the line breaks make lines: so blog systems have it, and a text
    with a stray tag in it.
    """
    if keeps_breaks or not _BLOCK_END.search(markup):
        markup = _TAG_OR_LINE_END.sub(lambda found: "<br>" if found[0] == "\n" else found[0], markup)
    return text_of(parsed(markup))


def one_line(text: str) -> str:
    """A title without its tags, its entities decoded."""
    if is_html(text):
        return " ".join(text_of_html(text).split())
    return decoded(text)


def decoded(text: str) -> str:
    """A text with its entities as letters; "&" that begins none, as in an address, stays.

    >>> decoded("&#8220;ดาวเหนือ&#8221; https://x.th/?a=1&copy=2")
    '“ดาวเหนือ” https://x.th/?a=1&copy=2'
    """
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text


def parsed(markup: str) -> HtmlElement:
    """The tree of a page or of a part of one."""
    from lxml.html import HTMLParser, document_fromstring  # 50 ms to import, and few archives hold HTML

    whole = markup if is_page(markup) else f"<html><body>{markup}</body></html>"
    raw = whole.replace("\x00", "").encode("utf-8", "replace")  # as bytes: of a text it believes what encoding it names
    parser = HTMLParser(encoding="utf-8", huge_tree=True)
    tree = document_fromstring(raw, parser=parser)
    if any(error.level_name == "FATAL" for error in parser.error_log):  # thousands of elements in one another
        raise ValueError("the rest was not read")
    return tree


def text_of(root: HtmlElement, is_left_out: Callable[[HtmlElement], bool] = lambda element: False) -> str:
    """The text of an element, without what is never seen and the elements that are to be left out."""
    from lxml.etree import iterwalk

    lines = _Lines()
    walker = iterwalk(root, events=("start", "end", "comment", "pi"))
    skipped = None
    for event, element in walker:
        if event == "start":
            if element.tag in _UNSEEN or (element is not root and is_left_out(element)):
                walker.skip_subtree()
                skipped = element
            else:
                lines.begin(element)
            continue
        if event == "end" and element is not skipped:
            lines.end(element)
        skipped = None
        if element is not root:
            lines.say(element.tail or "")
    return lines.text()


class _Lines:
    """Lines as they grow while a tree is walked."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._cells: list[str] | None = None  # of the row that is being read
        self._preformatted = 0

    def begin(self, element: HtmlElement) -> None:
        """An element begins."""
        if element.tag == "tr" and self._cells is None and _is_row(element):
            self._end_line()
            self._cells = []
        elif element.tag in _BLOCKS or element.tag == "br":
            self._end_line()
        self._preformatted += element.tag == "pre"
        self.say(element.text or "")

    def end(self, element: HtmlElement) -> None:
        """An element ends."""
        self._preformatted -= element.tag == "pre"
        if self._cells is not None and element.tag in _CELLS:
            self._cells.append(" ".join(self._line.split()))
            self._line = ""
        elif self._cells is not None and element.tag == "tr":
            row, self._cells = self._cells, None
            self._line = _BETWEEN_CELLS.join(row) if any(row) else ""
            self._end_line()
        elif element.tag in _BLOCKS:
            self._end_line()

    def say(self, text: str) -> None:
        """Text, whose line breaks count in what is preformatted alone."""
        if self._preformatted and self._cells is None:
            *whole, text = text.split("\n")
            for line in whole:
                self._line += line
                self._end_line()
        self._line += text

    def text(self) -> str:
        """All lines that hold anything."""
        self._end_line()
        return "\n".join(self._lines)

    def _end_line(self) -> None:
        if self._cells is not None:  # a paragraph in a cell
            self._line += " "
            return
        if line := " ".join(self._line.split()):
            self._lines.append(line)
        self._line = ""


def _is_row(row: HtmlElement) -> bool:
    """Whether a row of a table has cells to be read beside one another, and does not only lay out a page."""
    cells = [cell for cell in row if cell.tag in _CELLS]
    if len(cells) < 2 or row.find(".//table") is not None:
        return False
    return all(len(cell.text_content()) <= _LONGEST_CELL for cell in cells)
