"""Files and folders -> articles, and for everything that is not one, the reason.

What the kinds of files are, `wiring.py` says. What an article says is left as it stands; cutting it up is the work of
`text/passages.py`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from khamtop.index.sources.kinds import why_passed_over, why_unread
from khamtop.index.sources.source import LARGEST_FILE_BYTES, File, Unit, Unreadable, shown, told_apart
from khamtop.index.sources.wiring import source_of
from khamtop.index.types import Article, KhamtopError, Rejected


def files(paths: Iterable[Path]) -> Iterator[File | Rejected]:
    """Every file under `paths` that may hold articles, in the order of their names, and all that is none.

    A folder that can be reached in several ways, through links or as two of `paths`, is read once.

    Raises:
        KhamtopError: `articles.missing` if one of `paths` does not exist.
    """
    roots: dict[str, Path] = {}
    for path in paths:
        if not os.path.exists(path):  # Path.exists raises for what stands in a folder that may not be entered
            raise KhamtopError("articles.missing", path=shown(path))
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


def read(file: File, known: Container[bytes] = frozenset()) -> Iterator[Unit]:
    """The units of a file (`Source.read`); a problem of the whole file is one `Rejected` with an empty digest.

    Where a file breaks off, what was read before stands, and the problem has the number of the line after.
    """
    source = source_of(file.path)
    try:
        if source is None:
            raise Unreadable(why_unread(file.path.name))
        yield from source.read(file, known)
    except Unreadable as problem:
        yield b"", Rejected(file.source, problem.reason, problem.line)


def read_articles(paths: Iterable[Path]) -> Iterator[Article | Rejected]:
    """Every article under `paths`, in the order of their names, and everything that is none.

    An article's `id` is its file's identity; a JSON line's is its own `id` field, or else the file's
    identity and the line's number. Of two articles with one id the second is rejected, if they stand in one file or say
    the same; else it is `told_apart`.

    Raises:
        KhamtopError: `articles.missing` if one of `paths` does not exist.
    """
    seen: dict[str, tuple[str, int]] = {}
    for file in files(paths):
        for item in [file] if isinstance(file, Rejected) else (item for _, item in read(file)):
            if isinstance(item, Article) and isinstance(file, File):
                yield _apart(item, file.identity, seen)
            elif item is not None:
                yield item


def _apart(article: Article, identity: str, seen: dict[str, tuple[str, int]]) -> Article | Rejected:
    """An article under an id that no other one has; `seen` has the ids, with their files and what is said there."""
    said = hash((article.title, article.text, article.published))
    file, same = seen.get(article.id, (identity, said))
    if file != identity and same != said:
        article = replace(article, id=told_apart(identity, article.id))
    if article.id in seen:
        return Rejected(article.source, "article.duplicate_id")
    seen[article.id] = identity, said
    return article


def _walk(root: Path, visited: set[tuple[int, int]]) -> Iterator[Path | Rejected]:
    """The files below a folder in the order of their names; no folder in `visited` again, so that every loop ends."""

    def unreadable(error: OSError) -> None:
        failed.append(Rejected(shown(error.filename), "file.unreadable"))

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
            yield Rejected(shown(os.path.join(folder, hidden)), "file.hidden")
        subfolders.sort()
        for name in sorted(names):
            path = Path(folder, name)
            reason = why_passed_over(name)
            yield Rejected(shown(path), reason) if reason else path
    yield from failed


def _file(path: Path, identity: str) -> File | Rejected:
    """The file at `path`, if it is of a kind that is read."""
    source = source_of(path)
    if source is None:
        return Rejected(shown(path), why_unread(path.name))
    try:
        found = path.stat()
    except OSError:
        return Rejected(shown(path), "file.unreadable")
    if not stat.S_ISREG(found.st_mode):  # a device or a pipe would block
        return Rejected(shown(path), "file.kind")
    if found.st_size > min(LARGEST_FILE_BYTES, getattr(source, "largest_bytes", LARGEST_FILE_BYTES)):
        return Rejected(shown(path), "file.too_large")
    return File(path, shown(identity))


def _unused(name: str, taken: set[str]) -> str:
    """`name`, numbered if two of the paths given end alike, so that ids of one are never those of another."""
    numbered = chain([name], (f"{name} ({number})" for number in count(2)))
    found = next(candidate for candidate in numbered if candidate not in taken)
    taken.add(found)
    return found
