"""The seam where a kind of file plugs in: a file's bytes -> the articles that it holds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from khamtop.index.types import Article, Rejected

#: A unit of a file (all of it, or a line): 16 bytes that tell what it was made from; and its article, or why there is
#: none, or None where its article is known.
Unit = tuple[bytes, Article | Rejected | None]

#: A file or a line beyond this holds no article that a person reads in one sitting.
LARGEST_BYTES = 20_000_000
#: A file beyond this is refused before it is read, which would take minutes: what it is made of may be a hole.
LARGEST_FILE_BYTES = 10_000_000_000

#: What stands between a file's identity and the id of its article, where another file has that id.
APART = "#"


#: What stands for bytes that are no letter.
BAD_LETTER = "\ufffd"


class Unreadable(Exception):
    """A file or line that holds no article, or none from `line` on; `reason` is a code of `ui/texts.py`."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class File:
    """A file that may hold articles: where it is, and what the ids of its articles begin with.

    `identity` is the file's path below the folder given, with that folder's name before it, so that
    it stays the same wherever the command is run. It is valid Unicode, and no two files of one call
    of `files` share one. `origin` is where the file came from, if that is not its path: a place in another
    file, or an address.
    """

    path: Path
    identity: str
    origin: str = ""

    @property
    def source(self) -> str:
        """The origin, or the path as people read it: valid Unicode, whatever bytes it is made of."""
        return self.origin or shown(self.path)

    def digest(self) -> bytes:
        """16 bytes that are the same as long as the file's are.

        Ask for it before reading: a file that is written to meanwhile then counts as changed next time.

        Raises:
            OSError: the file cannot be read; reading it gives the reason.
        """
        with open(self.path, "rb") as file:
            return hashlib.file_digest(file, digest_of_bytes).digest()

    def stamp(self) -> tuple[int, int, int] | None:
        """What changes when the file is written to or replaced; None if it is gone."""
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


class Source(Protocol):
    """A kind of file. Streams, so that memory follows the longest article and not the archive."""

    #: What the names of its files end in, in small letters.
    suffixes: tuple[str, ...]

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """The units of a file. One whose digest is in `known` (which may change meanwhile) is not looked into.

        Raises:
            Unreadable: if the file, or the rest of it, holds no article.
        """


def bad_letter(article: Article, path: str, line: int | None = None) -> Rejected | None:
    """What tells that an article has letters that could not be read: the line of the first one, if `line` is None."""
    place = article.text.find(BAD_LETTER)
    if place < 0 and BAD_LETTER not in article.title:
        return None
    return Rejected(path, "text.bad_letter", article.text.count("\n", 0, place) + 1 if line is None else line)


def noticed(digest: bytes) -> bytes:
    """The digest of a unit with a notice beside its article: no known one, so that the notice is told each time."""
    return digest_of_bytes(digest).digest()


def told_apart(identity: str, article: str) -> str:
    """The id of an article whose own id an article of another file has: ids may begin anew in each file.

    It is that of the file with the article's own, so that it stays while the other article does.
    """
    return f"{identity}{APART}{article}"


def own_id(identity: str, article: str) -> str | None:
    """The id that an article of a file had of its own before it was `told_apart`; None if it was not."""
    file, apart, own = article.partition(f"{identity}{APART}")
    return own if apart and not file else None


def digest_of_bytes(raw: bytes = b"") -> hashlib.blake2b:
    """What a digest is made with."""
    return hashlib.blake2b(raw, digest_size=16)


def shown(path: Path | str) -> str:
    """A path as valid Unicode; bytes of a name that are not UTF-8 as `\\xNN`, so that two names stay two."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
