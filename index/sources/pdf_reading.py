"""A PDF's bytes -> the lines on its pages: a program that `pdf.py` runs. The only file that imports pypdfium2.

It runs in a process of its own, so that a file which breaks PDFium, or asks for all memory and time, costs itself
alone. It reads the PDF from its standard input. Its first line of JSON tells of the whole file (`title`, `made`,
`count` of pages), each further one of a page, and the last one is `{"end": …}` with the reason why there is no more:
what came before stands, whatever ended the program.

PDFium puts the letters of a line in the order of their places, which tears Thai tone marks from their letters, and
says twice what a PDF spells out beside its glyphs (`ActualText`). So only its letters and their places are used here,
and put together in the order in which the PDF draws them.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

#: Letters of a file that are read, and scanned pages, which take some seconds each.
_MOST_LETTERS, _MOST_SCANS = 10_000_000, 100
#: What reading one scanned page may take, and how large it is drawn: dots an inch, and all of them.
_SCAN_SECONDS, _SCAN_DPI, _SCAN_DOTS = 60, 300, 25_000_000

#: Vowels above and below, tone marks: they belong to the letter that was drawn before them, wherever they are.
_MARKS = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\uf701-\uf70e\uf710-\uf71a]")
_SPACES = frozenset(" \u00a0\u3000")
#: What PDFium gives where there is no letter, and for a hyphen at a line's end.
_NOT_A_LETTER = re.compile("[\x00-\x01\x03-\x1f\x7f-\x9f\uffff]")
_HYPHEN = re.compile("[\x02\ufffe]")
#: Distances in heights of a letter: what sets two lines apart, two words (a space of Thai fonts is 0.3, one squeezed
#: by justifying 0.24, two letters that stand far apart 0.2), what sets columns of a table apart, and what leads back to
#: another column.
_OTHER_LINE, _OTHER_WORD, _WIDE, _BACK = 0.5, 0.22, 1.5, 2.0
#: No table has more columns.
_MOST_GAPS = 50

_ERRORS = {raw.FPDF_ERR_PASSWORD: "pdf.locked", raw.FPDF_ERR_SECURITY: "pdf.locked"}


@dataclass(slots=True)
class _Line:
    """A line that is being put together. Lengths run along it, whichever way it is turned, and `base` across."""

    turn: int
    base: float
    size: float
    left: float
    right: float
    text: list[str]
    #: Where the last letter that is no space ends, and the wide gaps between such letters.
    inked: float
    gaps: list[list[float]] = field(default_factory=list)

    @classmethod
    def of(cls, letter: _Letter) -> _Line:
        """The line that a letter begins."""
        return cls(letter.turn, letter.base, letter.size, letter.left, letter.right, [letter.text], letter.right)

    def told(self) -> list[Any]:
        """What `pdf_layout.Line` is made of."""
        places = (round(place, 1) for place in (self.left, self.right, self.base, self.size))
        return ["".join(self.text), *places, self.turn, self.gaps]


@dataclass(frozen=True, slots=True)
class _Letter:
    """A letter where it is drawn; without `text`, a place that what is drawn there takes up."""

    text: str
    turn: int
    base: float
    size: float
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class _Way:
    """How something is drawn: which way its lines run (a vector of length 1), and the size of its letters."""

    x: float
    y: float
    size: float

    @classmethod
    def of(cls, matrix: raw.FS_MATRIX, points: float) -> _Way:
        """The way of what a matrix and a font of so many points draw."""
        size = abs(points) * math.hypot(matrix.c, matrix.d) or 1.0
        length = math.hypot(matrix.a, matrix.b)
        return cls(matrix.a / length, matrix.b / length, size) if length else cls(1.0, 0.0, size)

    def letter(self, text: str, x: float, y: float, box: raw.FS_RECTF) -> _Letter:
        """A letter in a box, with its origin at x and y."""
        corners = [across * self.x + up * self.y for across in (box.left, box.right) for up in (box.bottom, box.top)]
        turn = round(math.degrees(math.atan2(self.y, self.x)))
        return _Letter(text, turn, y * self.x - x * self.y, self.size, min(corners), max(corners))


def main(most_pages: int, most_seconds: int, most_bytes: int) -> None:
    """Reads a PDF and tells what is on its pages, within so much time of a processor and so much memory."""
    _limit(most_seconds, most_bytes)
    given = sys.stdin.buffer.read()
    try:
        document = pdfium.PdfDocument(given)
        pages = len(document)
    except pdfium.PdfiumError as error:
        _tell({"end": _ERRORS.get(error.err_code, "pdf.damaged")})
        return
    title, made = (document.get_metadata_value(name) for name in ("Title", "CreationDate"))
    _tell({"title": title, "made": made, "count": pages})
    letters = scans = 0
    for place in range(pages):
        if place >= most_pages or letters > _MOST_LETTERS:
            _tell({"end": "pdf.too_long"})
            return
        told = _page(document, place, scans < _MOST_SCANS)
        scans += "seen" in told
        letters += sum(len(line[0]) for line in told.get("lines", ()))
        _tell(told)
    _tell({"end": ""})


def _limit(seconds: int, size: int) -> None:
    bounds = ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, size), (resource.RLIMIT_CORE, 0))
    for kind, most in bounds:
        with suppress(ValueError, OSError):  # macOS has no limit of memory
            resource.setrlimit(kind, (most, most))


def _tell(what: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def _page(document: pdfium.PdfDocument, place: int, may_look: bool) -> dict[str, Any]:
    """What is on a page: its `lines`, what is `seen` where it has none, or the `reason` why nothing is known."""
    try:
        page = document[place]
        lines = _lines(page)
        if any(any(map(str.isalnum, line[0])) for line in lines):
            return {"lines": lines}
        if raw.FPDFPage_CountObjects(page) <= 0:
            return {"lines": []}
        if _languages() is None:
            return {"reason": "pdf.scanned"}
        return {"seen": _seen(page)} if may_look else {"reason": "pdf.too_many_scans"}
    except pdfium.PdfiumError:
        return {"reason": "pdf.page_damaged"}


# -- The text layer -----------------------------------------------------------------------------------


def _lines(page: pdfium.PdfPage) -> list[list[Any]]:
    """The lines of a page in the order in which they are drawn."""
    lines: list[_Line] = []
    for letter in _letters(page):
        line = lines[-1] if lines else None
        if line is None or _begins_line(line, letter):
            if letter.text:
                lines.append(_Line.of(letter))
            continue
        is_apart = letter.left - line.right > _OTHER_WORD * max(letter.size, line.size)
        if is_apart and not _belongs_before(letter) and letter.text not in _SPACES and line.text[-1] not in _SPACES:
            line.text.append(" ")
        is_wide = letter.left - line.inked > _WIDE * line.size and letter.text not in _SPACES
        if is_wide and letter.text and len(line.gaps) < _MOST_GAPS:
            line.gaps.append([line.inked, letter.left])
        line.text += letter.text
        line.right = max(line.right, letter.right)
        line.size = max(line.size, letter.size)
        if letter.text not in _SPACES:
            line.inked = max(line.inked, letter.right)
    return [line.told() for line in lines if any(not text.isspace() for text in line.text)]


def _begins_line(line: _Line, letter: _Letter) -> bool:
    if _belongs_before(letter):
        return False
    if line.turn != letter.turn:
        return True
    height = max(line.size, letter.size)
    return abs(line.base - letter.base) > _OTHER_LINE * height or letter.left < line.right - _BACK * height


def _belongs_before(letter: _Letter) -> bool:
    return not letter.text or _MARKS.match(letter.text) is not None


def _letters(page: pdfium.PdfPage) -> Iterator[_Letter]:
    """The letters of a page in the order in which they are drawn."""
    layer = page.get_textpage()
    of_object: dict[int, list[int]] = {}
    for place in range(layer.count_chars()):
        if not raw.FPDFText_IsGenerated(layer, place):
            of_object.setdefault(_address(raw.FPDFText_GetTextObject(layer, place)), []).append(place)
    spelled: dict[int, str] = {}
    for drawn in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]):
        letters = list(_letters_of(layer, drawn, of_object.get(_address(drawn.raw), [])))
        mark = _spelling_mark(drawn)
        if mark is not None and letters:
            text = "".join(letter.text for letter in letters)
            if spelled.get(mark) == text:  # said again, for another glyph of the same letters
                letters = [replace(letter, text="") for letter in letters]
            spelled.setdefault(mark, text)
        yield from letters
        if mark is not None and drawn.level == 0:
            yield _room_of(drawn)


def _letters_of(layer: pdfium.PdfTextPage, drawn: pdfium.PdfObject, places: list[int]) -> Iterator[_Letter]:
    """The letters of one thing drawn, which all have the same size and direction."""
    if not places:
        return
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(layer, places[0], matrix)
    way = _Way.of(matrix, _points(drawn))
    box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    for place in places:
        raw.FPDFText_GetCharOrigin(layer, place, x, y)
        raw.FPDFText_GetLooseCharBox(layer, place, box)
        yield way.letter(_text_of(layer, place), x.value, y.value, box)


def _room_of(drawn: pdfium.PdfObject) -> _Letter:
    """The place that something takes up: letters that are spelled out have no true places of their own."""
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(drawn, matrix)
    left, bottom, right, top = drawn.get_bounds()
    box = raw.FS_RECTF(left=left, bottom=bottom, right=right, top=top)
    return _Way.of(matrix, _points(drawn)).letter("", matrix.e, matrix.f, box)


def _points(drawn: pdfium.PdfObject) -> float:
    points = ctypes.c_float()
    raw.FPDFTextObj_GetFontSize(drawn, points)
    return points.value


def _text_of(layer: pdfium.PdfTextPage, place: int) -> str:
    """The letter there; "" for what is none, and for a glyph of which the PDF does not say which letter it is."""
    code = raw.FPDFText_GetUnicode(layer, place)
    if raw.FPDFText_HasUnicodeMapError(layer, place) or code > sys.maxunicode or 0xD800 <= code <= 0xDFFF:
        return ""
    return _NOT_A_LETTER.sub("", _HYPHEN.sub("-", chr(code)))


def _spelling_mark(drawn: pdfium.PdfObject) -> int | None:
    """What tells that letters are spelled out for this and its neighbours together; None if they are not."""
    length = ctypes.c_ulong()
    for number in range(raw.FPDFPageObj_CountMarks(drawn)):
        mark = raw.FPDFPageObj_GetMark(drawn, number)
        has_text = raw.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", None, 0, length)
        if has_text and length.value > 2:  # in bytes, with the zero at the end
            return _address(mark)
    return None


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


# -- Scanned pages ------------------------------------------------------------------------------------


def _seen(page: pdfium.PdfPage) -> str:
    """What Tesseract reads on a page."""
    width, height = page.get_size()
    scale = min(_SCAN_DPI / 72, math.sqrt(_SCAN_DOTS / max(width * height, 1.0)))
    image = page.render(scale=scale, grayscale=True)
    rows = bytes(image.buffer)
    dots = b"".join(rows[start : start + image.width] for start in range(0, len(rows), image.stride))
    call = ["tesseract", "stdin", "stdout", "-l", _languages() or "", "--dpi", str(round(scale * 72))]
    try:
        done = subprocess.run(
            call,
            input=b"P5 %d %d 255\n" % (image.width, image.height) + dots,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SCAN_SECONDS,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace").replace("\f", "")


@cache
def _languages() -> str | None:
    """The languages that Tesseract is to read, Thai and where it can English; None where there is no Thai."""
    if shutil.which("tesseract") is None:
        return None
    listed = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True).stdout.split()
    known = [language for language in ("tha", "eng") if language in listed]
    return "+".join(known) if "tha" in known else None


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
