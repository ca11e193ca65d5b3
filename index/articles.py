"""Files and folders -> articles, and for everything that is not one, the reason.

Reads `.txt`, `.md`, `.html` and `.jsonl` (also `.jsonl.gz`, `.jsonl.xz`) in UTF-8, UTF-16 with a
byte order mark, and TIS-620/CP874. Streams, so that memory follows the longest article and not the
archive. What an article says is left as it stands; cutting it up is `passages.py`'s work.
"""

from __future__ import annotations

import gzip
import json
import logging
import lzma
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from index.types import Article, KhamtopError, Rejected

#: A file or a JSON line beyond this holds no article that a person reads in one sitting.
LARGEST_BYTES = 20_000_000

_OPENERS: dict[str, Callable[..., Any]] = {".jsonl": open, ".jsonl.gz": gzip.open, ".jsonl.xz": lzma.open}
_HTML = (".html", ".htm")
_TEXT = (".txt", ".md", *_HTML)
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
#: Thai letters as Thai has them: several in a row, where an accented letter of Latin stands alone.
_THAI_RUN = re.compile(r"[\u0e01-\u0e5b]{4,}")
_FOREIGN = re.compile(r"[^\x00-\x7f“”‘’…–—•\xa0]")
_BODY = re.compile(r"<body\b", re.IGNORECASE)


class _Unreadable(Exception):
    """A file that holds no article; the argument is the reason's code."""


def read_articles(paths: Iterable[Path]) -> Iterator[Article | Rejected]:
    """Every article under `paths`, in the order of their names, and every file that is none.

    A file's `id` is its path below the folder given, with that folder's name before it, so that it
    stays the same wherever the command is run; a JSON line's is its own `id` field. Of two articles
    with one id the second is rejected.

    Raises:
        KhamtopError: `articles.missing` if one of `paths` does not exist.
    """
    paths = list(paths)
    for root in paths:
        if not root.exists():
            raise KhamtopError("articles.missing", path=str(root))
    seen: set[str] = set()
    for root in paths:
        for item in _read_root(root):
            if isinstance(item, Article):
                if item.id in seen:
                    yield Rejected(item.source, "article.duplicate_id")
                    continue
                seen.add(item.id)
            yield item


def _read_root(root: Path) -> Iterator[Article | Rejected]:
    if not root.is_dir():
        yield from _read_file(root, root.name)
        return
    base = root.resolve().name
    for path in _walk(root):
        if isinstance(path, Rejected):
            yield path
        else:
            yield from _read_file(path, f"{base}/{path.relative_to(root).as_posix()}")


def _walk(root: Path) -> Iterator[Path | Rejected]:
    """The files below a folder in the order of their names; linked folders once, so that no loop is endless."""
    visited: set[tuple[int, int]] = set()

    def unreadable(error: OSError) -> None:
        failed.append(Rejected(_shown(error.filename), "file.unreadable"))

    failed: list[Rejected] = []
    for folder, subfolders, names in os.walk(root, onerror=unreadable, followlinks=True):
        here = os.stat(folder)
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


def _read_file(path: Path, identity: str) -> Iterator[Article | Rejected]:
    name = path.name.lower()
    suffix = next((suffix for suffix in _OPENERS if name.endswith(suffix)), None)
    try:
        if path.exists() and not path.is_file():  # a device or a pipe would block
            raise _Unreadable("file.kind")
        if suffix:
            yield from _read_lines(path, suffix, _shown(identity))
        elif name.endswith(_TEXT):
            yield _read_text(path, _shown(identity))
        else:
            raise _Unreadable("file.kind")
    except _Unreadable as problem:
        yield Rejected(_shown(path), str(problem))
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        yield Rejected(_shown(path), "file.unreadable")


def _read_text(path: Path, identity: str) -> Article:
    if path.stat().st_size > LARGEST_BYTES:
        raise _Unreadable("file.too_large")
    source = _shown(path)
    if path.name.lower().endswith(_HTML):
        return _from_html(decode(path.read_bytes()), identity, source)
    text = decode(path.read_bytes())
    return _article(identity, title_of(text), text, source, None)


def _from_html(page: str, identity: str, source: str) -> Article:
    import trafilatura  # 0.4 s to import, and few archives hold HTML

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    body = _BODY.search(page)
    if body is None:
        page = f"<html><body>{page}</body></html>"
    found = trafilatura.bare_extraction(page, favor_recall=True, include_comments=False, with_metadata=True)
    text = (found.text if found else None) or trafilatura.html2txt(page)
    title = (found.title if found else None) or title_of(text)
    # A date is what the page's head says or nothing: one in its text is often the footer's.
    head = trafilatura.extract_metadata(page[: body.start()] + "</html>") if body else None
    return _article(identity, title, text, source, head.date if head else None)


def _read_lines(path: Path, suffix: str, identity: str) -> Iterator[Article | Rejected]:
    source = _shown(path)
    empty = True
    with _OPENERS[suffix](path, "rb") as lines:
        for number, line in enumerate(_bounded_lines(lines), start=1):
            if line is None:
                empty = False
                yield Rejected(source, "line.too_large", number)
            elif line.strip():
                empty = False
                try:
                    yield _from_line(line, f"{identity}:{number}", f"{source}:{number}")
                except _Unreadable as problem:
                    yield Rejected(source, str(problem), number)
    if empty:
        raise _Unreadable("file.empty")


def _bounded_lines(lines: IO[bytes]) -> Iterator[bytes | None]:
    """The lines of a file, None for one longer than `LARGEST_BYTES`, never more of it in memory."""
    while line := lines.readline(LARGEST_BYTES):
        if len(line) < LARGEST_BYTES or line.endswith(b"\n"):
            yield line
            continue
        while (rest := lines.readline(LARGEST_BYTES)) and not rest.endswith(b"\n"):
            pass
        yield None


def _from_line(line: bytes, identity: str, source: str) -> Article:
    """The article of a JSON line; `identity` and `source` stand in where it names none."""
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _Unreadable("line.broken") from None
    if not isinstance(fields, dict):
        raise _Unreadable("line.no_text")
    text = _field(fields, "text", "content", "body")
    if not text:
        raise _Unreadable("line.no_text")
    title = title_of(_field(fields, "title", "headline") or "") or title_of(text)
    published = _field(fields, "published", "date")
    source = _field(fields, "source", "url", "link") or source
    return _article(_field(fields, "id") or identity, title, text, source, published)


def _field(fields: dict[str, Any], *names: str) -> str | None:
    """The first of the named fields that says something, as text without lone surrogates."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return _shown(str(value))
    return None


def _article(identity: str, title: str, text: str, source: str, published: str | None) -> Article:
    if not any(letter.isalnum() for letter in text):
        raise _Unreadable("article.no_text")
    return Article(identity, title, text, source, published)


def title_of(text: str) -> str:
    """The first line that says something, without the marks of a Markdown heading."""
    for line in text.splitlines():
        if any(letter.isalnum() for letter in line):
            return line.strip().lstrip("#").strip()[:300]
    return ""


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


def _shown(path: object) -> str:
    """A path or text as valid Unicode, whatever bytes its name is made of."""
    return str(path).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
