"""Files and folders -> articles, and for everything that is not one, the reason.

Reads `.txt`, `.md`, `.html` and `.jsonl` (also `.jsonl.gz`, `.jsonl.xz`) in UTF-8, UTF-16 with a
byte order mark, and TIS-620/CP874. Streams, so that memory follows the longest article and not the
archive. What an article says is left as it stands; cutting it up is `passages.py`'s work.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import logging
import lzma
import os
import re
import stat
import zlib
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import IO, Any

from khamtop.index.building.pool import ahead
from khamtop.index.text.dates import dateline, is_date
from khamtop.index.text.frontmatter import front_matter
from khamtop.index.types import Article, KhamtopError, Rejected

_log = logging.getLogger(__name__)

#: A file or a JSON line beyond this holds no article that a person reads in one sitting.
LARGEST_BYTES = 20_000_000
#: Unpacking runs ahead of what is done with the lines, in parts of at most so many bytes, and so many of them.
_BLOCK_BYTES, _BLOCKS_AHEAD = 1_000_000, 16
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
_HTML = (".html", ".htm")
_TEXT = (".txt", ".md", *_HTML)
_TEXT_FIELDS = ("text", "content", "body", "articlebody")
_TITLE_FIELDS = ("title", "headline")
_SOURCE_FIELDS = ("source", "url", "link")
_DATE_FIELDS = ("published", "date", "datepublished", "publishedat", "publishdate", "pubdate", "publicationdate")
_ADDRESS = re.compile(r"https?://\S+")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
#: Thai letters as Thai has them: several in a row, where an accented letter of Latin stands alone.
_THAI_RUN = re.compile(r"[\u0e01-\u0e5b]{4,}")
_FOREIGN = re.compile(r"[^\x00-\x7f“”‘’…–—•\xa0]")
_BODY = re.compile(r"<body\b", re.IGNORECASE)


class _Unreadable(Exception):
    """A file or line that holds no article, or none from `line` on; `reason` is a code."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class File:
    """A file that may hold articles: where it is, and what the ids of its articles begin with.

    `identity` is the file's path below the folder given, with that folder's name before it, so that
    it stays the same wherever the command is run. It is valid Unicode, and no two files of one call
    of `files` share one.
    """

    path: Path
    identity: str

    @property
    def source(self) -> str:
        """The path as people read it: valid Unicode, whatever bytes it is made of."""
        return _shown(self.path)

    def digest(self) -> bytes:
        """16 bytes that are the same as long as the file's are.

        Ask for it before reading: a file that is written to meanwhile then counts as changed next time.

        Raises:
            OSError: the file cannot be read; `read` gives the reason.
        """
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, _hash).digest()

    def stamp(self) -> tuple[int, int, int] | None:
        """What changes when the file is written to or replaced; None if it is gone."""
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


def files(paths: Iterable[Path]) -> Iterator[File | Rejected]:
    """Every file under `paths` that may hold articles, in the order of their names, and all that is none.

    A folder that can be reached in several ways, through links or as two of `paths`, is read once.

    Raises:
        KhamtopError: `articles.missing` if one of `paths` does not exist.
    """
    roots: dict[str, Path] = {}
    for path in paths:
        if not os.path.exists(path):  # Path.exists raises for what stands in a folder that may not be entered
            raise KhamtopError("articles.missing", path=_shown(path))
        roots.setdefault(os.path.realpath(path), path)
    bases: set[str] = set()
    visited: set[tuple[int, int]] = set()
    for root in roots.values():
        if not root.is_dir():
            yield _file(root, _unused(root.name, bases))
            continue
        base = _unused(root.resolve().name, bases)
        for item in _walk(root, visited):
            yield item if isinstance(item, Rejected) else _file(item, f"{base}/{item.relative_to(root).as_posix()}")


def read(file: File, known: Container[bytes] = frozenset()) -> Iterator[tuple[bytes, Article | Rejected | None]]:
    """The articles of a file, or why there is none, each with 16 bytes that tell what it was made from.

    A text file is one such unit; of JSON lines, each line is. A unit whose digest is in `known` (which
    may change meanwhile) is not looked into: None stands for its article. The digest is of the unit's
    bytes, and where the line's number tells in what is given (in the id or source of an article that
    has none of its own, and in a `Rejected`), of that number too. Empty lines give nothing.

    A problem of the whole file is one `Rejected`, with an empty digest, as has a line too large. Where
    a file breaks off, what was read before stands, and the problem has the number of the line after.
    """
    units = _read_lines if _opener(file.path) else _read_text
    try:
        yield from units(file, known)
    except _Unreadable as problem:
        yield b"", Rejected(file.source, problem.reason, problem.line)


def read_articles(paths: Iterable[Path]) -> Iterator[Article | Rejected]:
    """Every article under `paths`, in the order of their names, and everything that is none.

    An article's `id` is its file's identity; a JSON line's is its own `id` field, or else the file's
    identity and the line's number. Of two articles with one id the second is rejected.

    Raises:
        KhamtopError: `articles.missing` if one of `paths` does not exist.
    """
    seen: set[str] = set()
    for file in files(paths):
        for item in [file] if isinstance(file, Rejected) else (item for _, item in read(file)):
            if isinstance(item, Article):
                if item.id in seen:
                    yield Rejected(item.source, "article.duplicate_id")
                    continue
                seen.add(item.id)
            if item is not None:
                yield item


def _walk(root: Path, visited: set[tuple[int, int]]) -> Iterator[Path | Rejected]:
    """The files below a folder in the order of their names; no folder in `visited` again, so that every loop ends."""

    def unreadable(error: OSError) -> None:
        failed.append(Rejected(_shown(error.filename), "file.unreadable"))

    failed: list[Rejected] = []
    for folder, subfolders, names in os.walk(root, onerror=unreadable, followlinks=True):
        try:
            here = os.stat(folder)
        except OSError as error:  # removed since its names were read
            unreadable(error)
            subfolders.clear()
            continue
        if (here.st_dev, here.st_ino) in visited:
            subfolders.clear()
            continue
        visited.add((here.st_dev, here.st_ino))
        for hidden in sorted(name for name in subfolders if name.startswith(".")):
            subfolders.remove(hidden)
            yield Rejected(_shown(os.path.join(folder, hidden)), "file.hidden")
        subfolders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            if name.startswith("."):
                yield Rejected(_shown(path), "file.hidden")
            elif path.stem.upper() == "README":
                yield Rejected(_shown(path), "file.readme")
            else:
                yield path
    yield from failed


def _file(path: Path, identity: str) -> File | Rejected:
    """The file at `path`, if it is of a kind that is read."""
    if not (path.name.lower().endswith(_TEXT) or _opener(path)):
        return Rejected(_shown(path), "file.kind")
    try:
        regular = stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return Rejected(_shown(path), "file.unreadable")
    if not regular:  # a device or a pipe would block
        return Rejected(_shown(path), "file.kind")
    return File(path, _shown(identity))


def _unused(name: str, taken: set[str]) -> str:
    """`name`, numbered if two of the paths given end alike, so that ids of one are never those of another."""
    numbered = chain([name], (f"{name} ({number})" for number in count(2)))
    found = next(candidate for candidate in numbered if candidate not in taken)
    taken.add(found)
    return found


def _opener(path: Path) -> Callable[..., Any] | None:
    """What opens a file of JSON lines; None for one of another kind."""
    name = path.name.lower()
    return next((opener for suffix, opener in _OPENERS.items() if name.endswith(suffix)), None)


def _hash(raw: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(raw, digest_size=16)


def _read_text(file: File, known: Container[bytes]) -> Iterator[tuple[bytes, Article | None]]:
    try:
        with open(file.path, "rb") as stream:
            if os.fstat(stream.fileno()).st_size > LARGEST_BYTES:
                raise _Unreadable("file.too_large")
            raw = stream.read()
    except OSError:
        raise _Unreadable("file.unreadable") from None
    digest = _hash(raw).digest()
    yield digest, None if digest in known else _made(_from_file, file, raw)


def _made(make: Callable[..., Article], *given: Any) -> Article:
    """The article that `make` makes: whatever a library raises over a file is that file's own reason."""
    try:
        return make(*given)
    except (_Unreadable, MemoryError):
        raise
    except Exception as error:
        _log.debug("a library failed", exc_info=error)
        raise _Unreadable("file.broken") from error


def _from_file(file: File, raw: bytes) -> Article:
    text = decode(raw)
    if file.path.name.lower().endswith(_HTML):
        return _from_html(text, file.identity, file.source)
    return _article(file.identity, file.source, text, {})


def _from_html(page: str, identity: str, source: str) -> Article:
    import trafilatura  # 0.4 s to import, and few archives hold HTML

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    body = _BODY.search(page)
    if body is None:
        page = f"<html><body>{page}</body></html>"
    found = trafilatura.bare_extraction(page, favor_recall=True, include_comments=False, with_metadata=True)
    text = (found.text if found else None) or trafilatura.html2txt(page)
    # A date is what the page's head or the top of its text says: another one is often the footer's.
    head = trafilatura.extract_metadata(page[: body.start()] + "</html>") if body else None
    return _article(identity, source, text, {"title": found and found.title, "date": head and head.date})


def _read_lines(file: File, known: Container[bytes]) -> Iterator[tuple[bytes, Article | Rejected | None]]:
    opener = _opener(file.path) or open
    number, empty = 0, True
    try:
        with opener(file.path, "rb") as stream, closing(ahead(_blocks(stream), _BLOCKS_AHEAD)) as blocks:
            for number, line in enumerate(_bounded_lines(blocks), start=1):
                if line is None or line:
                    empty = False
                    yield _read_line(file, number, line, known)
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        raise _Unreadable("file.unreadable", number + 1 if number else None) from None
    if empty:
        raise _Unreadable("file.empty")


def _read_line(
    file: File, number: int, line: bytes | None, known: Container[bytes]
) -> tuple[bytes, Article | Rejected | None]:
    """One unit of `read`; a `line` of None is one too large."""
    if line is None:
        return b"", Rejected(file.source, "line.too_large", number)
    content = _hash(line)
    anywhere = content.digest()
    if anywhere in known:
        return anywhere, None
    content.update(b"\n%d" % number)  # no line holds a line's end, so that this is no other line's digest
    here = content.digest()
    if here in known:
        return here, None
    identity_here, source_here = f"{file.identity}:{number}", f"{file.source}:{number}"
    try:
        article = _made(_from_line, line, identity_here, source_here)
    except _Unreadable as problem:
        return here, Rejected(file.source, problem.reason, number)
    return here if identity_here == article.id or source_here == article.source else anywhere, article


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


def _from_line(line: bytes, identity: str, source: str) -> Article:
    """The article of a JSON line; `identity` and `source` stand in where it names none."""
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _Unreadable("line.broken") from None
    text = _field(_folded(fields), *_TEXT_FIELDS) if isinstance(fields, dict) else None
    if not text:
        raise _Unreadable("line.no_text")
    return _article(identity, source, text, fields)


def _article(identity: str, source: str, text: str, fields: dict[str, Any]) -> Article:
    """An article of what is said about it: by `fields`, or else by its front matter, or else at the top of its text."""
    fields = _folded(fields)
    said, begin = front_matter(text)
    front, body = _folded(said), text[begin:]
    if not any(letter.isalnum() for letter in body):
        raise _Unreadable("article.no_text")
    titles = (_field(fields, *_TITLE_FIELDS), _field(front, *_TITLE_FIELDS), body)
    address = _ADDRESS.fullmatch(_field(front, *_SOURCE_FIELDS) or "")  # the name of a paper leads nowhere
    return Article(
        _field(fields, "id") or identity,
        next(filter(None, (title_of(title or "") for title in titles))),
        text,
        _field(fields, *_SOURCE_FIELDS) or (address and address[0]) or source,
        _field(fields, *_DATE_FIELDS) or _field(front, *_DATE_FIELDS) or dateline(body),
    )


def _folded(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields under names of one spelling as well: `datePublished` and `date_published` are `datepublished`."""
    return {name.lower().replace("_", "").replace("-", ""): value for name, value in fields.items()} | fields


def _field(fields: dict[str, Any], *names: str) -> str | None:
    """The first of the named fields that says something, as text without lone surrogates."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return _whole(str(value))
    return None


def title_of(text: str) -> str:
    """The first line that says something more than a date, without the marks of a Markdown heading."""
    titles = (line.strip().lstrip("#").strip()[:300] for line in text.splitlines() if any(map(str.isalnum, line)))
    first = next(titles, "")
    return next((title for title in chain([first], titles) if not is_date(title)), first)


def decode(raw: bytes) -> str:
    """The text of a file's bytes.

    UTF-8 is tried first because text in another encoding hardly ever passes for it. Among the
    single-byte encodings only Thai's is tried, and believed only if what comes out is Thai: any
    bytes at all decode to something.
    """
    if not raw.strip(b"\x00 \t\r\n"):
        raise _Unreadable("file.empty")
    encodings = ("utf-16",) if raw.startswith(_UTF16_MARKS) else ("utf-8-sig", "cp874", "tis-620")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_CONTROL.findall(text)) > len(text) / 1000:
            continue
        if encoding in ("cp874", "tis-620"):
            runs = sum(len(run) for run in _THAI_RUN.findall(text))
            if not runs or runs < len(_FOREIGN.findall(text)) * 3 / 4:
                continue
        return text
    raise _Unreadable("file.not_text")


def _whole(text: str) -> str:
    """Text as valid Unicode: half a letter, as JSON can escape it, becomes a replacement character."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _shown(path: Path | str) -> str:
    """A path as valid Unicode; bytes of a name that are not UTF-8 as `\\xNN`, so that two names stay two."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
