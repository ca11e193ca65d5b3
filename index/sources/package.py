"""Files that are a ZIP of parts, as office documents and books are: parts by name, each within bounds."""

from __future__ import annotations

import logging
import posixpath
import zipfile
import zlib
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from khamtop.index.sources.markup import xml_of
from khamtop.index.sources.source import LARGEST_BYTES, File, Unit, Unreadable
from khamtop.index.sources.whole import made
from khamtop.index.types import Article

_log = logging.getLogger(__name__)

#: How files begin that Office has locked with a password, and those of before 2007, whatever they are named.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = 0x1


class Package:
    """The parts of a document."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = frozenset(archive.namelist())

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def part(self, name: str) -> bytes:
        """The bytes of a part.

        Raises:
            Unreadable: `file.not_whole` if it is not there or damaged, `file.protected`, `file.too_large`.
        """
        if name not in self:
            raise Unreadable("file.not_whole")
        info = self._archive.getinfo(name)
        if info.flag_bits & _ENCRYPTED:
            raise Unreadable("file.protected")
        try:
            with self._archive.open(info) as stream:
                raw = stream.read(LARGEST_BYTES + 1)  # whatever size it says it has
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError):
            raise Unreadable("file.not_whole") from None
        if len(raw) > LARGEST_BYTES:
            raise Unreadable("file.too_large")
        return raw

    def xml(self, name: str) -> Any:
        """The root of a part that is XML; raises as `part` and `xml_of` do, without the line."""
        try:
            return xml_of(self.part(name))
        except Unreadable as problem:  # nobody has seen the lines of a part
            raise Unreadable(problem.reason) from None


@contextmanager
def opened(file: File) -> Iterator[Package]:
    """The parts of a file.

    Raises:
        Unreadable: `file.unreadable`, `file.empty`, `file.protected`, or `file.not_whole` for what is no ZIP.
    """
    try:
        with open(file.path, "rb") as stream:
            begin = stream.read(len(_COMPOUND))
            if not begin:
                raise Unreadable("file.empty")
            if begin == _COMPOUND:
                raise Unreadable("file.protected")
            with zipfile.ZipFile(stream) as archive:
                yield Package(archive)
    except OSError:
        raise Unreadable("file.unreadable") from None
    except (zipfile.BadZipFile, NotImplementedError):
        raise Unreadable("file.not_whole") from None


class PackagedFile:
    """A kind of file that is a package and holds one article, which `make` makes: a `Source`."""

    def __init__(self, suffixes: tuple[str, ...], make: Callable[[File, Package], Article]) -> None:
        self.suffixes = suffixes
        self._make = make

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`: the file is one unit."""
        try:
            digest = file.digest()
        except OSError:
            raise Unreadable("file.unreadable") from None
        yield digest, None if digest in known else made(self._article, file)

    def _article(self, file: File) -> Article:
        with opened(file) as package:
            return self._make(file, package)


def inside(base: str, target: str) -> str:
    """The name of the part that another one, `base`, calls `target`."""
    path = unquote(target.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), path)).lstrip("/")
