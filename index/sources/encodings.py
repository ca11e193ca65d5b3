"""A file's bytes -> its text: UTF-8, UTF-16 with a byte order mark, and Thai in one byte a letter (CP874, TIS-620)."""

from __future__ import annotations

import re

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
