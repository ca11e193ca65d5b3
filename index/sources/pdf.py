"""PDF -> an article: its pages' text, with a form feed between two pages, so that a quote's page can be told.

By PDFium, for the letters of Thai: of a page of news (735 letters) in 20 PDFs by Chromium, LibreOffice, ReportLab and
fpdf2 in four fonts, 388 letters came out wrong by pypdf, 2195 by pdfminer.six, 230 as PDFium puts a page's text
together, and none as `pdf_reading.py` puts its letters together. It also draws pages for Tesseract, and opens what is
locked by an empty password. It runs in a process of its own; `pdf_layout.py` makes paragraphs of its lines.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count, groupby
from typing import IO, Any

from khamtop.index.sources.fields import article_of
from khamtop.index.sources.pdf_layout import Line, Page, heading, text_of
from khamtop.index.sources.source import File, Unit, Unreadable, digest_of_bytes
from khamtop.index.sources.titles import given_title
from khamtop.index.sources.whole import made
from khamtop.index.text.dates import dateline
from khamtop.index.types import Article, Rejected

#: Photographs make PDFs larger than texts.
LARGEST_PDF_BYTES = 200_000_000
#: What one may cost: pages, seconds of a processor, bytes of memory. A page of text takes some 15 ms.
MOST_PAGES, MOST_SECONDS, MOST_MEMORY = 2_000, 200, 1_500_000_000
_READING = [sys.executable, "-P", "-m", "khamtop.index.sources.pdf_reading"]

#: How a process ends that needed more time or memory than it may have.
_SPENT = (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGABRT)

#: A PDF begins and ends with these, not quite at its ends.
_BEGIN, _END, _EDGE_BYTES = b"%PDF-", b"%%EOF", 4096
_MADE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")


@dataclass(slots=True)
class _Told:
    """What `pdf_reading.py` told of a file."""

    title: str = ""
    made: str = ""
    count: int = 0
    pages: list[Page] = field(default_factory=list)
    #: Why there are no more pages, "" if these are all; None if that was not told.
    end: str | None = None
    #: Why pages are not in the text: their numbers, from 1, by the code of the reason.
    missing: dict[str, list[int]] = field(default_factory=dict)

    def take(self, item: dict[str, Any]) -> None:
        """Takes one line of what is told."""
        if "end" in item:
            self.end = item["end"]
        elif "count" in item:
            self.title, self.made, self.count = item["title"], item["made"], item["count"]
        else:
            lines = [Line(*line) for line in item.get("lines", ())]
            self.pages.append(item.get("seen") or lines)
            if "reason" in item:
                self.miss(item["reason"], len(self.pages))

    def miss(self, reason: str, *numbers: int) -> None:
        """Notes pages that are not in the text."""
        self.missing.setdefault(reason, []).extend(numbers)


class Pdf:
    """Files with pages: a `Source`. The file is one unit; pages that could not be read are told beside its article."""

    suffixes: tuple[str, ...] = (".pdf",)

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`. The digest of a file some of whose pages are missing is another one, so that they are told
        whenever it is read."""
        try:
            with open(file.path, "rb") as stream:
                is_whole = _check(stream)
                digest = hashlib.file_digest(stream, digest_of_bytes)
                if digest.digest() in known:
                    yield digest.digest(), None
                    return
                stream.seek(0)
                told = _told(stream)
        except OSError:
            raise Unreadable("file.unreadable") from None
        problems = [Rejected(file.source, reason, pages=_ranges(pages)) for reason, pages in told.missing.items()]
        if not is_whole:
            problems.append(Rejected(file.source, "pdf.cut"))
        if problems:
            digest.update(b"\nin part")
        for problem in problems:
            yield b"", problem
        if any(told.pages) or not problems:
            unit = digest.digest()
            yield unit, None if unit in known else made(_article, file, told)


def _check(stream: IO[bytes]) -> bool:
    """Whether a PDF's end is there.

    Raises:
        Unreadable: if it is none, or too large.
    """
    size = os.fstat(stream.fileno()).st_size
    if size == 0:
        raise Unreadable("file.empty")
    if size > LARGEST_PDF_BYTES:
        raise Unreadable("file.too_large")
    if _BEGIN not in stream.read(_EDGE_BYTES):
        raise Unreadable("pdf.none")
    stream.seek(max(0, size - _EDGE_BYTES))
    is_whole = _END in stream.read()
    stream.seek(0)
    return is_whole


def _told(stream: IO[bytes]) -> _Told:
    """What is in a PDF.

    Raises:
        Unreadable: `pdf.locked`, `pdf.damaged` or `pdf.too_heavy`, where nothing is.
    """
    told = _Told()
    call = [*_READING, *map(str, (MOST_PAGES, MOST_SECONDS, MOST_MEMORY))]
    with subprocess.Popen(call, stdin=stream, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reading:
        assert reading.stdout is not None
        try:
            for line in reading.stdout:
                told.take(json.loads(line))
        except ValueError:  # it was ended amid a line
            pass
        except BaseException:
            reading.kill()
            raise
    if told.end is None:
        told.end = "pdf.too_heavy" if reading.returncode in _SPENT else "pdf.damaged"
    if told.end and not told.pages:
        raise Unreadable(told.end)
    if told.end:
        told.miss(told.end, *range(len(told.pages) + 1, told.count + 1))
    return told


def _article(file: File, told: _Told) -> Article:
    text = text_of(told.pages)
    first: Page = next((page for page in told.pages if page), [])
    title = given_title(told.title) or (heading(first) if isinstance(first, list) else "")
    # A scan was made long after what is printed on it.
    is_scan = any(isinstance(page, str) for page in told.pages)
    published = dateline(text.lstrip()) or ("" if is_scan else _day_made(told.made))
    return article_of(file.identity, file.source, text, {"title": title, "date": published})


def _day_made(made: str) -> str:
    """The day of a date as PDFs write it; "" for none that ever was."""
    found = _MADE.match(made)
    try:
        return date(*map(int, found.groups())).isoformat() if found else ""
    except ValueError:
        return ""


def _ranges(numbers: list[int]) -> str:
    """Numbers as people write them.

    >>> _ranges([1, 2, 3, 7])
    '1–3, 7'
    """
    places = count()
    runs = [list(run) for _, run in groupby(sorted(numbers), key=lambda number: number - next(places))]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
