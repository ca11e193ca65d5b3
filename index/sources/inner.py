"""A file within a file -> its units, told apart from those of its neighbours."""

from __future__ import annotations

from collections.abc import Container, Iterator

from khamtop.index.sources.source import File, Source, Unit, Unreadable, digest_of_bytes
from khamtop.index.types import Rejected


def units_within(source: Source, file: File, known: Container[bytes]) -> Iterator[Unit]:
    """The units of a file that `source` reads and that is a part of another one, to which `known` belongs.

    The digest of each is mixed with the file's identity, since the same bytes elsewhere are another article. What is
    wrong with the file is one `Rejected`.
    """
    try:
        for unit, item in source.read(file, _KnownWithin(known, file.identity)):
            yield _mixed(file.identity, unit), item
    except Unreadable as problem:
        yield b"", Rejected(file.source, problem.reason, problem.line)


class _KnownWithin:
    """The digests that a file within another one knows."""

    def __init__(self, known: Container[bytes], identity: str) -> None:
        self._known = known
        self._identity = identity

    def __contains__(self, unit: object) -> bool:
        return isinstance(unit, bytes) and _mixed(self._identity, unit) in self._known


def _mixed(identity: str, unit: bytes) -> bytes:
    return digest_of_bytes(identity.encode() + b"\n" + unit).digest() if unit else unit
