"""JSON, packed or not -> its articles: one of each line, or those of an array or of an object over many lines."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import zlib
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

from khamtop.index.building.pool import ahead
from khamtop.index.sources.encodings import decode, encoding_of, in_utf8
from khamtop.index.sources.fields import article_of
from khamtop.index.sources.jsonvalues import Candidate, Values, candidates, is_document, reason_of
from khamtop.index.sources.source import LARGEST_BYTES, File, Unit, Unreadable, bad_letter, digest_of_bytes, noticed
from khamtop.index.sources.whole import made
from khamtop.index.types import Rejected

#: Unpacking runs ahead of what is done with the lines: this many parts, of at most this many bytes.
_BLOCKS_AHEAD, _BLOCK_BYTES = 16, 1_000_000
#: What `lzma` is given at a time.
_GULP_BYTES = 200_000


class _Gulps(io.FileIO):
    """A file that gives more than was asked for: `lzma` asks for 8 kB at a time, but takes whatever comes.

    Each part is one wait for Python's lock, which the thread that reads the lines holds meanwhile.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(max(size or 0, _GULP_BYTES))


@contextmanager
def _xz(path: Path, mode: str) -> Iterator[IO[bytes]]:
    with _Gulps(path, mode) as packed, lzma.LZMAFile(packed, mode) as stream:
        yield stream


_OPENERS: dict[str, Callable[..., Any]] = {"": open, ".gz": gzip.open, ".xz": _xz}
_KINDS = (".jsonl", ".ndjson", ".json")
#: So much of a file tells whether it is lines or one document.
_HEAD_BYTES = 1_000_000


class JsonLines:
    """Files of JSON: a `Source`.

    Each line is a unit. Where the file is one document instead (an array, an object over many lines), each of its
    articles is one, and its number in the document stands for the line's. A unit's digest is of its bytes; where the
    number tells in the article (in the id or source of one that has none of its own, and in a `Rejected`), of that
    number too. Empty lines give nothing.
    """

    suffixes = tuple(kind + packed for kind in _KINDS for packed in _OPENERS)

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`. Where a file breaks off, what was read before stands."""
        opener = _OPENERS.get(file.path.suffix.lower(), open)
        place = _Place()
        try:
            with opener(file.path, "rb") as stream, closing(ahead(_blocks(stream), _BLOCKS_AHEAD)) as blocks:
                yield from place.noted(_units(file, in_utf8(blocks), known, place))
        except (OSError, EOFError, lzma.LZMAError, zlib.error):
            raise Unreadable("file.unreadable", place.line + 1 if place.line else None) from None
        if place.is_empty:
            raise Unreadable("file.empty")


class _Place:
    """How far a file was read: the last line, and whether there was anything."""

    def __init__(self) -> None:
        self.line, self.is_empty = 0, True

    def noted(self, units: Iterable[Unit]) -> Iterator[Unit]:
        """The same units."""
        for unit in units:
            self.is_empty = False
            yield unit


def _units(file: File, blocks: Iterator[bytes], known: Container[bytes], place: _Place) -> Iterator[Unit]:
    """The units of a file's bytes, whether it is lines or a document."""
    head = bytearray()
    broken: Exception | None = None
    try:
        while len(head) < _HEAD_BYTES and (block := next(blocks, None)) is not None:
            head += block
    except Exception as error:  # what was read before it stands
        broken = error
    whole = chain([bytes(head)], blocks if broken is None else _raising(broken))
    text = head.decode(encoding_of(bytes(head)), "replace")
    is_all = len(head) < _HEAD_BYTES
    is_long_line = not is_all and "\n" not in text.strip() and ".json" in file.path.suffixes
    if is_document(text, is_all) or is_long_line:
        yield from _document_units(file, Values(whole, encoding_of(bytes(head)), LARGEST_BYTES), known)
        return
    for place.line, line in enumerate(_bounded_lines(whole), start=1):
        if line is None:
            yield b"", Rejected(file.source, "line.too_large", place.line)
        elif line:
            yield from _line_units(file, place.line, line, known)


def _raising(error: Exception) -> Iterator[bytes]:
    raise error
    yield b""


def _line_units(file: File, number: int, line: bytes, known: Container[bytes]) -> Iterator[Unit]:
    """The unit of a line; several, where it holds a list of articles."""
    digests = _digests(line, number)
    if met := next((unit for unit in digests if unit in known), None):
        yield met, None
        return
    try:
        found = made(_candidates_of, line)
    except Unreadable as problem:
        yield digests[1], Rejected(file.source, problem.reason, number)
        return
    if len(found) == 1:
        yield from _article_units(file, f"{number}", found[0], digests, Rejected(file.source, "line.no_text", number))
        return
    for place, candidate in enumerate(found, start=1):
        yield from _listed_units(file, f"{number}.{place}", candidate, known, "json.no_text")


def _document_units(file: File, values: Iterable[Any], known: Container[bytes]) -> Iterator[Unit]:
    """The units of a document."""
    number = 0
    for value in values:
        reason = "json.no_text"
        found: list[Candidate] = [None]
        try:
            found = made(candidates, value) or [None]
            reason = reason_of(value, reason) if found == [None] else reason
        except Unreadable as problem:
            reason = problem.reason
        for candidate in found:
            number += 1
            yield from _listed_units(file, f"{number}", candidate, known, reason)


def _listed_units(file: File, place: str, candidate: Candidate, known: Container[bytes], reason: str) -> Iterator[Unit]:
    """The unit of an article in a list, which goes by what its fields say; `reason` tells why it is none."""
    said = json.dumps(candidate, ensure_ascii=False).encode("utf-8", "surrogatepass")
    digests = _digests(said, place)
    if met := next((unit for unit in digests if unit in known), None):
        yield met, None
        return
    yield from _article_units(file, place, candidate, digests, Rejected(f"{file.source}:{place}", reason))


def _digests(raw: bytes, place: int | str) -> tuple[bytes, bytes]:
    """What tells a unit anywhere in its file, and what tells it in its place alone."""
    digest = digest_of_bytes(raw)
    anywhere = digest.digest()
    digest.update(f"\n{place}".encode())  # no line holds a line's end, so that this is no other line's digest
    return anywhere, digest.digest()


def _article_units(
    file: File, place: str, candidate: Candidate, digests: tuple[bytes, bytes], empty: Rejected
) -> Iterator[Unit]:
    """The unit of an article, or why it is none: `empty`, where it has no text."""
    anywhere, here = digests
    if candidate is None:
        yield here, empty
        return
    identity_here, source_here = f"{file.identity}:{place}", f"{file.source}:{place}"
    try:
        article = made(article_of, identity_here, source_here, candidate["text"], candidate)
    except Unreadable as problem:
        yield here, Rejected(empty.path, problem.reason, empty.line)
        return
    if problem_beside := bad_letter(article, empty.path, empty.line):
        yield noticed(here), article
        yield b"", problem_beside
        return
    is_named = identity_here != article.id and source_here != article.source
    yield anywhere if is_named else here, article


def _candidates_of(line: bytes) -> list[Candidate]:
    """What may be articles in a line of JSON, one at least."""
    try:
        value = json.loads(_decoded(line))
    except (ValueError, RecursionError, Unreadable):
        raise Unreadable("line.broken") from None
    found = candidates(value)
    if not found:
        raise Unreadable(reason_of(value, "line.no_text"))
    return found


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decode(line)


def _blocks(stream: IO[bytes]) -> Iterator[bytes]:
    """What a file holds, in large parts; where it breaks off, all that was read before."""
    block, part = bytearray(), b"-"
    while part:
        try:
            part = stream.read1(_BLOCK_BYTES)  # type: ignore[attr-defined]
        except Exception:
            yield bytes(block)
            raise
        block += part
        if not part or len(block) >= _BLOCK_BYTES:
            yield bytes(block)
            block.clear()


def _bounded_lines(blocks: Iterable[bytes]) -> Iterator[bytes | None]:
    """The lines of a file without the space around, None for one longer than `LARGEST_BYTES`, never more in memory."""
    begun = b""
    for block in blocks:
        *whole, begun = (begun + block).split(b"\n")
        for line in whole:
            yield None if len(line) >= LARGEST_BYTES else line.strip()
        begun = begun[:LARGEST_BYTES]  # what is as long as that is too long already
    if begun:
        yield None if len(begun) >= LARGEST_BYTES else begun.strip()
