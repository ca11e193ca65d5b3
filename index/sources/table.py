"""Tables as text (`.csv`, `.tsv`), as databases and spreadsheets write them -> an article of each row.

The first row names the columns as JSON lines name their fields (`fields.py`). Commas, semicolons, tabs or bars stand
between the columns. Python's `csv` reads the bytes as they are, a letter each, which loses nothing since all that it
acts on is ASCII in every encoding but UTF-16: so each row is decoded by itself, and one that cannot be costs no other.
Whether what is no UTF-8 is Thai in one byte a letter, the file's beginning tells: a row can be too short for that.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Container, Iterator, Sequence
from functools import partial
from typing import IO

from khamtop.index.sources.encodings import decode
from khamtop.index.sources.fields import TEXT_FIELDS, article_of, folded, text_in
from khamtop.index.sources.parts import failures_told, units_of
from khamtop.index.sources.source import LARGEST_BYTES, File, Unit, Unreadable
from khamtop.index.types import Article, Rejected

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = ",;\t|"
#: Stands in no file: what is read with it between the columns has one.
_NO_DELIMITER = "\x1f"
#: Stands between the cells of a row while it is decoded.
_APART = "\f"
#: What Excel reads in a first line of its own.
_SAYS_DELIMITER = "sep="

#: As much of a file tells whether it is Thai in one byte a letter.
_BEGINNING_BYTES = 200_000

#: The bytes of a row -> its text.
Decoder = Callable[[bytes], str]

csv.field_size_limit(LARGEST_BYTES)


class Table:
    """Files of rows: a `Source`. Each row is a unit, numbered by the line where it begins; empty ones give nothing."""

    suffixes: tuple[str, ...] = (".csv", ".tsv")

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`."""
        with failures_told(), open(file.path, "rb") as stream:
            is_empty = True
            for unit in _units(file, stream, known):
                is_empty = False
                yield unit
        if is_empty:
            raise Unreadable("file.empty")


def _units(file: File, stream: IO[bytes], known: Container[bytes]) -> Iterator[Unit]:
    decoder = _decoder(stream)
    lines = _lines(stream)
    before, columns, delimiter = _header(lines, decoder)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield b"", Rejected(file.source, "row.broken", number)
            continue
        if any(cell.strip() for cell in cells):
            raw = _NO_DELIMITER.join([*columns, "", *cells]).encode("latin-1")  # a row says nothing without its header
            yield from units_of(file, number, number, raw, known, partial(_article, decoder, columns, cells))


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """A file's lines with their ends, each byte as the letter of its number; UTF-16 as the bytes of UTF-8."""
    begin = stream.read(len(codecs.BOM_UTF8))
    is_utf16 = begin.startswith(_UTF16_MARKS)
    stream.seek(len(begin) if begin == codecs.BOM_UTF8 else 0)
    encoding = "utf-16" if is_utf16 else "latin-1"
    number = 0
    with io.TextIOWrapper(stream, encoding, errors="replace", newline="") as letters:
        while line := letters.readline(LARGEST_BYTES):
            number += 1
            if len(line) == LARGEST_BYTES:
                raise Unreadable("line.too_large", number)
            yield line.encode("utf-8", "replace").decode("latin-1") if is_utf16 else line


def _header(lines: Iterator[str], decoder: Decoder) -> tuple[int, list[str], str]:
    """How many lines the header takes, the names of its columns, and what stands between them.

    Raises:
        Unreadable: `file.empty`, or `table.no_columns` where no column is named for a text.
    """
    tried = _DELIMITERS
    for number, line in enumerate(lines, start=1):
        said = line.strip("\r\n")
        if number == 1 and said.lower().startswith(_SAYS_DELIMITER) and len(said) > len(_SAYS_DELIMITER):
            tried = said[len(_SAYS_DELIMITER)]
        elif said.strip(f" {_DELIMITERS}"):
            decode(said.encode("latin-1"))  # which tells what is no text
            found = {delimiter: _columns(said, delimiter, decoder) for delimiter in tried}
            delimiter = max(found, key=lambda delimiter: len(found[delimiter]))
            columns = found[delimiter]
            if not columns:
                raise Unreadable("table.no_columns")
            return number, list(columns), delimiter if len(columns) > 1 else _NO_DELIMITER
    raise Unreadable("file.empty")


def _columns(line: str, delimiter: str, decoder: Decoder) -> tuple[str, ...]:
    """The names in a header; none, if a text is not among them."""
    try:
        (cells,) = csv.reader([line], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return ()
    names = tuple(name.strip() for name in _decoded(cells, decoder))
    return names if folded(dict.fromkeys(names)).keys() & set(TEXT_FIELDS) else ()


def _article(decoder: Decoder, columns: Sequence[str], cells: Sequence[str], identity: str, source: str) -> Article:
    """The article of a row; raises `Unreadable`."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise Unreadable("row.cells")
    fields = dict(zip(columns, _decoded(cells, decoder), strict=False))
    text = text_in(folded(fields))
    if not text:
        raise Unreadable("article.no_text")
    return article_of(identity, source, text, fields)


def _decoded(cells: Sequence[str], decoder: Decoder) -> list[str]:
    """The cells of a row, decoded together."""
    row = _APART.join(cell.replace(_APART, " ") for cell in cells)
    return decoder(row.encode("latin-1")).split(_APART)


def _decoder(stream: IO[bytes]) -> Decoder:
    """What decodes the rows of a file, which is at its beginning afterwards."""
    beginning = stream.read(_BEGINNING_BYTES)
    stream.seek(0)
    whole_lines = beginning[: beginning.rfind(b"\n") + 1] or beginning
    try:
        is_thai = not whole_lines.isascii() and decode(whole_lines) == whole_lines.decode("cp874", "replace")
    except Unreadable:
        is_thai = False
    return partial(_decode_row, is_thai=is_thai)


def _decode_row(row: bytes, is_thai: bool) -> str:
    try:
        return row.decode("utf-8")
    except UnicodeDecodeError:
        return row.decode("cp874", "replace") if is_thai else decode(row)
