"""Files that hold one article each, read whole."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Container, Iterator
from typing import TypeVar

from khamtop.index.sources.source import LARGEST_BYTES, File, Unit, Unreadable, bad_letter, digest_of_bytes, noticed
from khamtop.index.types import Article

Made = TypeVar("Made")

_log = logging.getLogger(__name__)

#: Makes a file's article of its bytes; raises `Unreadable` where there is none.
Maker = Callable[[File, bytes], Article]


class WholeFile:
    """A kind of file whose articles `make` makes: a `Source`."""

    def __init__(self, suffixes: tuple[str, ...], make: Maker) -> None:
        self.suffixes = suffixes
        self._make = make

    @property
    def largest_bytes(self) -> int:
        """A file beyond this is refused before it is read."""
        return LARGEST_BYTES

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`: the file is one unit."""
        raw = _bytes_of(file)
        digest = digest_of_bytes(raw).digest()
        if digest in known:
            yield digest, None
            return
        article = made(self._make, file, raw)
        if problem := bad_letter(article, file.source):
            yield noticed(digest), article
            yield b"", problem
        else:
            yield digest, article


def _bytes_of(file: File) -> bytes:
    try:
        with open(file.path, "rb") as stream:
            if os.fstat(stream.fileno()).st_size > LARGEST_BYTES:
                raise Unreadable("file.too_large")
            return stream.read()
    except OSError:
        raise Unreadable("file.unreadable") from None


def made(make: Callable[..., Made], *given: object) -> Made:
    """What `make` makes, an article say: whatever a library raises over a file is that file's own reason."""
    try:
        return make(*given)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        _log.debug("a library failed", exc_info=error)
        raise Unreadable("file.broken") from error
