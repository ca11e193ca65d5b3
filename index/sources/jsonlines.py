"""JSON lines, packed or not -> an article of each line."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import zlib
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

from khamtop.index.building.pool import ahead
from khamtop.index.sources.fields import article_of, folded, text_in
from khamtop.index.sources.source import LARGEST_BYTES, File, Unit, Unreadable, digest_of_bytes
from khamtop.index.sources.whole import made
from khamtop.index.types import Article, Rejected

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


_OPENERS: dict[str, Callable[..., Any]] = {".jsonl": open, ".jsonl.gz": gzip.open, ".jsonl.xz": _xz}


class JsonLines:
    """Files of JSON lines: a `Source`.

    Each line is a unit. Its digest is of its bytes; where the line's number tells in the article (in the id or source
    of one that has none of its own, and in a `Rejected`), of that number too. Empty lines give nothing.
    """

    suffixes = tuple(_OPENERS)

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`. Where a file breaks off, what was read before stands."""
        name = file.path.name.lower()
        opener = next(opener for suffix, opener in _OPENERS.items() if name.endswith(suffix))
        number, empty = 0, True
        try:
            with opener(file.path, "rb") as stream, closing(ahead(_blocks(stream), _BLOCKS_AHEAD)) as blocks:
                for number, line in enumerate(_bounded_lines(blocks), start=1):
                    if line is None or line:
                        empty = False
                        yield _read_line(file, number, line, known)
        except (OSError, EOFError, lzma.LZMAError, zlib.error):
            raise Unreadable("file.unreadable", number + 1 if number else None) from None
        if empty:
            raise Unreadable("file.empty")


def _read_line(file: File, number: int, line: bytes | None, known: Container[bytes]) -> Unit:
    """The unit of a line; a `line` of None is one too large."""
    if line is None:
        return b"", Rejected(file.source, "line.too_large", number)
    digest = digest_of_bytes(line)
    anywhere = digest.digest()
    digest.update(b"\n%d" % number)  # no line holds a line's end, so that this is no other line's digest
    here = digest.digest()
    for unit in (anywhere, here):
        if unit in known:
            return unit, None
    identity_here, source_here = f"{file.identity}:{number}", f"{file.source}:{number}"
    try:
        article = made(_line_article, line, identity_here, source_here)
    except Unreadable as problem:
        return here, Rejected(file.source, problem.reason, number)
    is_named = identity_here != article.id and source_here != article.source
    return anywhere if is_named else here, article


def _line_article(line: bytes, identity: str, source: str) -> Article:
    """The article of a JSON line; `identity` and `source` stand in where it names none."""
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("line.broken") from None
    text = text_in(folded(fields)) if isinstance(fields, dict) else None
    if not text:
        raise Unreadable("line.no_text")
    return article_of(identity, source, text, fields)


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
