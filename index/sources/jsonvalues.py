"""A JSON document -> its values one after the other, those of an array one by one, without holding it all.

Also what of a value may be an article. Which of them are is for `fields.py` to say.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from khamtop.index.sources.fields import folded, text_in
from khamtop.index.sources.source import LARGEST_BYTES, Unreadable

#: Space, and the commas between values, which nobody misses.
_BETWEEN = re.compile(r"[\s,\ufeff]*")
_COLON = re.compile(r"\s*:\s*")
#: Names under which an object holds the article or the list of articles that an interface was asked for.
_WRAPPERS = frozenset("source node article post item data attributes response result results hits feed channel".split())
_DEEPEST = 6
#: Two escaped halves of one letter.
_LONGEST_ESCAPE = 12

#: The fields of an article, its text with them; None in the place of one that has none.
Candidate = dict[str, Any] | None


def is_document(head: str, is_all: bool) -> bool:
    """Whether a file that begins so is one JSON document, over several lines maybe, and no JSON lines.

    An array always is. An object is, where it is not whole at the end of its line but goes on below.
    """
    text = head.lstrip(" \t\r\n\ufeff")
    line, _, more = text.partition("\n")
    if not text.startswith("{") or not more:
        return text.startswith("[")
    return bool(_is_cut(line)) and _is_cut(text, 0 if is_all else _LONGEST_ESCAPE, in_string=True) is not False


def _is_cut(text: str, last: int = 0, in_string: bool = False) -> bool | None:
    """Whether the value at the beginning of a text is not whole where the text ends; None if it is whole.

    The last letters may be part of something, as `last` tells, and `in_string` that it may end within a string.
    """
    try:
        json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        is_string = error.msg.startswith("Unterminated string")
        return in_string if is_string else error.pos + last >= len(text.rstrip())
    except (ValueError, RecursionError):
        return False
    return None


class Values:
    """The values of a document, as they are iterated over.

    An object that is too large to be an article is a list of them with something around it: then the items of the
    lists in it are given.
    """

    def __init__(self, blocks: Iterator[bytes], encoding: str, largest: int = LARGEST_BYTES) -> None:
        self._blocks = blocks
        self._decode = codecs.getincrementaldecoder(encoding)(errors="replace").decode
        self._largest = largest
        self._scan = json.JSONDecoder().raw_decode
        self._buffer, self._at, self._line = "", 0, 1
        self._is_over = False

    def __iter__(self) -> Iterator[Any]:
        """Each value.

        Raises:
            Unreadable: `json.broken` or `line.too_large`, with the line from which on nothing is given.
        """
        opened: list[str] = []
        while letter := self._next():
            if letter in "]}":
                self._at += 1
                if not opened or opened.pop() != letter:
                    raise self._problem("json.broken")
            elif letter == "[" and "]" not in opened:
                self._at += 1
                opened.append("]")
            elif opened and opened[-1] == "}":
                self._begin_field(opened)
            else:
                try:
                    yield self._value()
                except _TooLargeError:
                    if letter != "{" or "]" in opened:
                        raise self._problem("line.too_large") from None
                    self._at += 1
                    opened.append("}")
        if opened:
            raise self._problem("json.broken")

    def _begin_field(self, opened: list[str]) -> None:
        """Goes to the value of an object's next field, if it holds anything to be looked through, or else beyond."""
        self._value()
        self._next()
        if not (colon := _COLON.match(self._buffer, self._at)):
            raise self._problem("json.broken")
        self._at = colon.end()
        letter = self._next()
        if letter in ("[", "{"):
            self._at += 1
            opened.append("]" if letter == "[" else "}")
        else:
            self._value()

    def _next(self) -> str:
        """The first letter of what comes next; nothing at the end."""
        while True:
            between = _BETWEEN.match(self._buffer, self._at)
            self._at = between.end() if between else self._at
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _value(self) -> Any:
        """The value that comes next, which ends where something else begins or the document does."""
        while True:
            try:
                value, end = self._scan(self._buffer, self._at)
                if end < len(self._buffer) or self._is_over:
                    self._at = end
                    return value
                self._more()
            except RecursionError:
                raise self._problem("json.broken") from None
            except ValueError as error:
                if isinstance(error, json.JSONDecodeError) and not self._is_at_end(error):
                    raise self._problem("json.broken") from None
                if len(self._buffer) - self._at > self._largest:
                    raise _TooLargeError from None
                if not self._more():
                    raise self._problem("json.broken") from None

    def _is_at_end(self, error: json.JSONDecodeError) -> bool:
        """Whether a value may only be cut off where the buffer ends."""
        return error.pos + _LONGEST_ESCAPE >= len(self._buffer) or error.msg.startswith("Unterminated string")

    def _more(self) -> bool:
        """Reads on, as much as waits already, so that looking at a long value again costs little."""
        if self._is_over:
            return False
        self._line += self._buffer.count("\n", 0, self._at)
        parts = [self._buffer[self._at :]]
        wanted, self._at = max(1, len(parts[0])), 0
        while wanted > 0 and not self._is_over:
            block = next(self._blocks, None)
            self._is_over = block is None
            parts.append(self._decode(block or b"", self._is_over))
            wanted -= len(parts[-1])
        self._buffer = "".join(parts)
        return True

    def _problem(self, reason: str) -> Unreadable:
        return Unreadable(reason, self._line + self._buffer.count("\n", 0, self._at))


class _TooLargeError(Exception):
    """A value that goes on beyond what an article has."""


def candidates(value: object, depth: int = _DEEPEST) -> list[Candidate]:
    """What may be an article in a value: an object with a text, or those in its lists; nothing if there is none."""
    if isinstance(value, list) and depth:
        each = [candidates(item, depth - 1) or [None] for item in value]
        return [item for found in each for item in found] if any(any(found) for found in each) else []
    if not isinstance(value, dict) or not depth:
        return []
    fields = folded(value)
    if text := text_in(fields):
        return [{**fields, "text": text}]
    found: list[Candidate] = []
    for name, inner in value.items():
        if isinstance(inner, list) or (isinstance(inner, dict) and name.strip("_").lower() in _WRAPPERS):
            found += candidates(inner, depth - 1)
    return found


def reason_of(value: object, otherwise: str) -> str:
    """Why a value without articles has none: `json.squad`, or `otherwise`."""
    rows = value.get("data") if isinstance(value, dict) else None
    first = rows[0] if isinstance(rows, list) and rows else value
    paragraphs = first.get("paragraphs") if isinstance(first, dict) else None
    if isinstance(paragraphs, list) and any(isinstance(item, dict) and "qas" in item for item in paragraphs):
        return "json.squad"
    return otherwise
