"""A file's bytes -> its text: UTF-8, UTF-16 with a byte order mark, and Thai in one byte a letter (CP874, TIS-620)."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import chain

from khamtop.index.sources.source import BAD_LETTER, Unreadable

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
#: Thai letters as Thai has them: several in a row, or a short word that touches no Latin letter, where an accented
#: letter of Latin stands alone between others.
_THAI_RUN = re.compile(r"[\u0e01-\u0e5b]{4,}|(?<![A-Za-z])[\u0e01-\u0e30\u0e40-\u0e44][\u0e01-\u0e4e]+(?![A-Za-z])")
_FOREIGN = re.compile(r"[^\x00-\x7f“”‘’…–—•\xa0]")
#: Letters of which each takes three bytes or more in UTF-8, so that hardly any other encoding passes for them.
_THAI_LETTER = re.compile(r"[\u0e01-\u0e5b]")
_WIDE = re.compile(r"[\u0800-\ufffc]")
#: The most control characters in a text but for one, and the fewest of its foreign letters that stand in runs of Thai.
_MOST_CONTROL, _FEWEST_THAI = 0.001, 0.75
#: A text may have one bad letter beside every hundred wide ones, or in so many of any kind.
_WIDE_A_BAD, _ANY_A_BAD = 100, 500
#: Letters of UTF-8 that were read as single bytes come in threes, of which two are always the same.
_FEWEST_PAIRS = 3
_LETTERS_A_PAIR = 20
#: Accented letters, more than half of all, of which words of Latin have fewer.
_FEWEST_FOREIGN = 6
#: So much of a text is looked at for letters of a wrong encoding.
_LOOKED_AT = 300


def decode(raw: bytes) -> str:
    """The text of a file's bytes; a few that are no letter become U+FFFD.

    UTF-8 is tried first because text in another encoding hardly ever passes for it. Among the
    single-byte encodings only Thai's is tried, and believed only if what comes out is Thai: any
    bytes at all decode to something.

    Raises:
        Unreadable: `file.empty`, `file.not_text`, or what `check_letters` raises.
    """
    if not raw.strip(b"\x00 \t\r\n"):
        raise Unreadable("file.empty")
    if raw.startswith(_UTF16_MARKS):
        tried = [("utf-16", "strict"), ("utf-16", "replace")]
    else:
        tried = [("utf-8-sig", "strict"), ("utf-8-sig", "replace"), ("cp874", "strict"), ("cp874", "replace")]
    for encoding, errors in tried:
        try:
            text = raw.decode(encoding, errors)
        except UnicodeDecodeError:
            continue
        if errors == "strict" and encoding != "cp874":
            check_letters(text)
        if _is_text(text) and (encoding != "cp874" or _is_thai(text)):
            return text
    raise Unreadable("file.not_text")


def check_letters(text: str) -> None:
    """Refuses what is no prose though it is text.

    Raises:
        Unreadable: `text.rtf` for the marks of a word processor, `text.garbled` for Thai that was once decoded
            wrongly, as "à¸ªà¸§" for "สว".
    """
    if text.lstrip()[:5] == "{\\rtf":
        raise Unreadable("text.rtf")
    start = text[:_LOOKED_AT]
    pairs = max(start.count("à¸") + start.count("à¹"), start.count("เธ") + start.count("เน"))
    is_likely = pairs >= max(_FEWEST_PAIRS, len(start) / _LETTERS_A_PAIR)  # which costs less to see than what follows
    if is_likely and 3 * pairs >= _FEWEST_THAI * len(_FOREIGN.findall(start)):
        raise Unreadable("text.garbled")
    if _THAI_LETTER.search(start):
        return
    raw = start.encode("cp1252", "replace")
    foreign = len(_FOREIGN.findall(start))
    is_mostly = foreign >= _FEWEST_FOREIGN and foreign > sum(map(str.isalpha, start)) / 2
    if is_mostly and _is_thai(raw.decode("cp874", "replace")):
        raise Unreadable("text.garbled")


def _is_text(text: str) -> bool:
    bad = text.count(BAD_LETTER)
    wide = len(_WIDE.findall(text)) if bad else 0
    is_mended = 2 * bad <= wide and bad <= 1 + wide / _WIDE_A_BAD
    if not is_mended and bad * _ANY_A_BAD > len(text):
        return False
    controls = len(_CONTROL.findall(text))
    return controls <= 1 + _MOST_CONTROL * len(text)


def _is_thai(text: str) -> bool:
    in_runs = sum(map(len, _THAI_RUN.findall(text)))
    return in_runs > 0 and in_runs >= _FEWEST_THAI * len(_FOREIGN.findall(text))


def encoding_of(head: bytes) -> str:
    """The encoding of a file of lines that begins so: UTF-8, of which a few letters may be broken, or Thai in CP874."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(head)  # which may end within a letter
    if BAD_LETTER not in text or _is_text(text):
        return "utf-8"
    return "cp874" if _is_thai(head.decode("cp874", "replace")) else "utf-8"


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
