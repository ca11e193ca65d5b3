"""A file's bytes -> its text: UTF-8, UTF-16 with a byte order mark, and Thai in one byte a letter (CP874, TIS-620)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import chain

from khamtop.index.sources.source import Unreadable

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_THAI_BYTES = ("cp874", "tis-620")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
#: Thai letters as Thai has them: several in a row, where an accented letter of Latin stands alone.
_THAI_RUN = re.compile(r"[\u0e01-\u0e5b]{4,}")
_FOREIGN = re.compile(r"[^\x00-\x7f“”‘’…–—•\xa0]")
#: The most control characters in a text, and the fewest of its foreign letters that stand in runs of Thai.
_MOST_CONTROL, _FEWEST_THAI = 0.001, 0.75


def decode(raw: bytes) -> str:
    """The text of a file's bytes.

    UTF-8 is tried first because text in another encoding hardly ever passes for it. Among the
    single-byte encodings only Thai's is tried, and believed only if what comes out is Thai: any
    bytes at all decode to something.

    Raises:
        Unreadable: `file.empty` or `file.not_text`.
    """
    if not raw.strip(b"\x00 \t\r\n"):
        raise Unreadable("file.empty")
    encodings = ("utf-16",) if raw.startswith(_UTF16_MARKS) else ("utf-8-sig", *_THAI_BYTES)
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text) and (encoding not in _THAI_BYTES or _is_thai(text)):
            return text
    raise Unreadable("file.not_text")


def _is_text(text: str) -> bool:
    return len(_CONTROL.findall(text)) <= _MOST_CONTROL * len(text)


def _is_thai(text: str) -> bool:
    in_runs = sum(map(len, _THAI_RUN.findall(text)))
    return in_runs > 0 and in_runs >= _FEWEST_THAI * len(_FOREIGN.findall(text))


def encoding_of(head: bytes) -> str:
    """The encoding of a file of lines that begins so: UTF-8, unless it cannot be that and is Thai in CP874."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # which may end within a letter
    except UnicodeDecodeError:
        return "cp874" if _is_thai(head.decode("cp874", "replace")) else "utf-8"
    return "utf-8"


def in_utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The parts of a file in UTF-8, if a mark at its beginning tells that it is UTF-16; else as they are."""
    head = b""
    while len(head) < 2 and (block := next(blocks, None)) is not None:
        head += block
    if not head.startswith(_UTF16_MARKS):
        yield head
        yield from blocks
        return
    decode = codecs.getincrementaldecoder("utf-16")(errors="replace").decode
    for part in chain([head], blocks):
        yield decode(part).encode("utf-8", "replace")
    yield decode(b"", True).encode("utf-8", "replace")
