"""ZIP files of articles -> the articles of their members, as if these lay in a folder of the archive's name.

A member is unpacked into a temporary folder under a name of ours, read as a file of its kind, and removed before the
next one: what it is called in the archive is shown to people and never becomes a path. An archive within an archive is
not opened.
"""

from __future__ import annotations

import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Container, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from khamtop.index.sources.inner import units_within
from khamtop.index.sources.kinds import reader_among, suffix_for, why_passed_over, why_unread
from khamtop.index.sources.parts import failures_told
from khamtop.index.sources.source import LARGEST_BYTES, File, Source, Unit, Unreadable
from khamtop.index.types import Rejected

#: Text packs to a tenth, seldom to a hundredth; a bomb to a thousandth. Small archives may unpack to the first anyway.
_ANYWAY_BYTES, _MOST_RATIO = LARGEST_BYTES, 100
#: The largest archives of a newspaper hold fewer files.
_MOST_MEMBERS = 200_000
_BLOCK_BYTES = 200_000

_ENCRYPTED, _IS_UTF8 = 0x1, 0x800
_DRIVE = re.compile(r"[A-Za-z]:")
#: Where macOS keeps what only it understands.
_HIDDEN_FOLDER = "__MACOSX"


class Archive:
    """ZIP files of the other kinds: a `Source`."""

    suffixes: tuple[str, ...] = (".zip",)

    def __init__(self, kinds: Sequence[Source]) -> None:
        self._kinds = kinds

    def read(self, file: File, known: Container[bytes]) -> Iterator[Unit]:
        """See `Source`. What is wrong with a member costs no other; one that unpacks to too much ends it all."""
        with failures_told(), TemporaryDirectory(prefix="khamtop-") as folder, open(file.path, "rb") as stream:
            left = _ANYWAY_BYTES + _MOST_RATIO * file.path.stat().st_size
            try:
                archive = zipfile.ZipFile(stream)
            except (zipfile.BadZipFile, NotImplementedError):
                raise Unreadable("file.not_whole") from None
            members = [info for info in archive.infolist() if not info.is_dir()]
            if not members:
                raise Unreadable("file.empty")
            if len(members) > _MOST_MEMBERS:
                raise Unreadable("zip.too_many")
            for info in members:
                try:
                    left -= info.file_size
                    if left < 0:
                        raise Unreadable("zip.too_much")
                    yield from self._units(file, archive, info, Path(folder), known)
                except _Passed as problem:
                    yield b"", Rejected(f"{file.source}/{_name(info)}", problem.reason)

    def _units(
        self, file: File, archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path, known: Container[bytes]
    ) -> Iterator[Unit]:
        name = _checked_name(info)
        source = reader_among(self._kinds, name)
        if source is None:
            raise _Passed("zip.nested" if name.lower().endswith(self.suffixes) else why_unread(name))
        unpacked = folder / f"member{suffix_for(source, name)}"
        try:
            _unpack(archive, info, unpacked)
            member = File(unpacked, f"{file.identity}/{name}", f"{file.source}/{name}")
            yield from units_within(source, member, known)
        finally:
            unpacked.unlink(missing_ok=True)


class _Passed(Exception):
    """A member that is not read; `reason` is a code of `ui/texts.py`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _checked_name(info: zipfile.ZipInfo) -> str:
    """The name of a member that may be read; `_Passed` for another one."""
    name = _name(info)
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or _DRIVE.match(name) or ".." in parts or not parts:
        raise _Passed("zip.name")
    if _HIDDEN_FOLDER in parts:
        raise _Passed("file.hidden")
    reasons = [why_passed_over(part) for part in parts]
    if reasons[-1] or "file.hidden" in reasons:
        raise _Passed(reasons[-1] or "file.hidden")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _Passed("file.kind")
    if info.flag_bits & _ENCRYPTED:
        raise _Passed("file.protected")
    return "/".join(parts)


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name as its maker meant it: where no encoding is told, `zipfile` takes it for CP437."""
    name = info.filename
    if not info.flag_bits & _IS_UTF8:
        name = _thai_name(name.encode("cp437")) or name
    return name.replace("\\", "/")


def _thai_name(raw: bytes) -> str:
    """A name in UTF-8 or in Thai's own encoding; "" for one in neither."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        name = raw.decode("cp874", "replace")
    return name if all(letter.isascii() or "\u0e01" <= letter <= "\u0e5b" for letter in name) else ""


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Writes a member's bytes; `_Passed` for a damaged one."""
    with target.open("xb") as unpacked:
        for block in _blocks(archive, info):
            unpacked.write(block)


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member's bytes, of which `zipfile` gives no more than the archive says there are."""
    try:
        with archive.open(info) as packed:
            yield from iter(partial(packed.read, _BLOCK_BYTES), b"")
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError):
        raise _Passed("file.unreadable") from None
