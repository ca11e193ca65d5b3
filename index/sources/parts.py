"""A file's numbered parts (rows, entries of a feed) -> units that a build passes over while they are the same."""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager

from khamtop.index.sources.source import File, Unit, Unreadable, bad_letter, digest_of_bytes, noticed
from khamtop.index.sources.whole import made
from khamtop.index.types import Article, Rejected

_log = logging.getLogger(__name__)

#: Makes a part's article. What is given, the identity and the source, stands in where the part names none.
PartMaker = Callable[[str, str], Article]


def units_of(
    file: File, number: int, line: int, raw: bytes, known: Container[bytes], make: PartMaker
) -> Iterator[Unit]:
    """The unit of a part that consists of `raw` and begins in that line, and a notice beside it where letters of it
    could not be read.

    Its digest is of `raw`; where its number tells in the article, in its id or source, of the number too.
    """
    digest = digest_of_bytes(raw)
    anywhere = digest.digest()
    digest.update(b"\n%d" % number)
    here = digest.digest()
    for unit in (anywhere, here):
        if unit in known:
            yield unit, None
            return
    identity, source = f"{file.identity}:{number}", f"{file.source}:{number}"
    try:
        article = made(make, identity, source)
    except Unreadable as problem:
        yield here, Rejected(file.source, problem.reason, line)
        return
    if notice := bad_letter(article, file.source, line):
        yield noticed(here), article
        yield b"", notice
        return
    names_itself = article.id != identity and article.source != source
    yield anywhere if names_itself else here, article


@contextmanager
def failures_told() -> Iterator[None]:
    """Whatever a library raises over a file becomes that file's reason."""
    try:
        yield
    except (Unreadable, MemoryError):
        raise
    except OSError:
        raise Unreadable("file.unreadable") from None
    except Exception as error:
        _log.debug("a library failed", exc_info=error)
        raise Unreadable("file.broken") from error
