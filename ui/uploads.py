"""Files that people send in: they land in one folder of articles, whole or not at all, and replace nothing.

Each is written under a hidden name in that folder while it comes in, tried with the reader of
`index/sources/files.py`, and only then given its own name, so that a build never sees half of one. How they
come in over HTTP is `receive.py`'s business.
"""

from __future__ import annotations

import errno
import filecmp
import gzip
import lzma
import os
import time
import uuid
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from khamtop.index.sources import fetched
from khamtop.index.sources.files import files, read
from khamtop.index.sources.kinds import SAVED_OTHERWISE
from khamtop.index.sources.source import File
from khamtop.index.sources.wiring import SOURCES
from khamtop.index.types import Article, KhamtopError, Rejected
from khamtop.ui.names import clean, numbered

LARGEST_FILE_BYTES = 32_000_000
#: What a compressed file may unpack to: a few kilobytes can hold gigabytes of spaces.
LARGEST_UNPACKED_BYTES = 320_000_000
MOST_FILES = 50
MOST_BYTES = 200_000_000

#: Lines or parts of a file that may be no articles, where these are more than the articles until there.
_MOST_OTHERS = 10_000

_HIDDEN = ".khamtop-upload-"
_PACKED = (".gz", ".xz")
_ARCHIVE = ".zip"
_FETCHED = fetched.SUFFIX
#: What the system says where no room is left, on the disk or to this user.
_FULL = (errno.ENOSPC, errno.EDQUOT)
#: No upload takes so long: what is older was left by one that was killed.
_LEFT_AFTER_SECONDS = 24 * 3600
_NAME_SHOWN_CHARS = 200
_ENDING_CHARS = 40


class _Refused(Exception):
    """A file that is not kept; `reason` is a code of `texts.py`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Uploads:
    """The files of one request: begun, written to and ended one after the other.

    `saved` has the names under which they are kept, `refused` the names that they came with, each with
    the code of the reason. `owner` tells the file of the article that has an id.
    """

    folder: Path
    owner: Callable[[str], Path | None] = lambda identity: None
    saved: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    _files: int = 0
    _bytes: int = 0
    _name: str = ""
    _ending: str = ""
    _draft: Path | None = None
    _stream: IO[bytes] | None = None

    def begin(self, name: str) -> None:
        """A file comes, which its sender calls `name`."""
        self._files += 1
        self._name = name
        self._ending = _ending_of(name)
        self._draft = self.folder / f"{_HIDDEN}{uuid.uuid4().hex}{self._ending}"
        try:
            if self._files > MOST_FILES:
                raise _Refused("upload.too_many")
            if self._ending == _FETCHED:  # which could say of any page that it says anything
                raise _Refused("file.kind")
            self._stream = self._draft.open("xb")
            self._article_file()  # the reader knows by the name alone whether it is of a kind that is read
        except (OSError, _Refused) as error:
            self._refuse(error)

    def write(self, data: bytes) -> None:
        """More of the file; what belongs to a refused one is dropped."""
        self._bytes += len(data)
        if self._stream is None:
            return
        try:
            if self._bytes > MOST_BYTES:
                raise _Refused("upload.too_much")
            if self._stream.tell() + len(data) > LARGEST_FILE_BYTES:
                raise _Refused("upload.too_large")
            self._stream.write(data)
        except (OSError, _Refused) as error:
            self._refuse(error)

    def end(self) -> None:
        """The file is whole: it is tried, and kept under the first free name."""
        if self._stream is None or self._draft is None:
            return
        try:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            _check_unpacked(self._draft)
            self._check_readable()
            self.saved.append(self._keep(self._draft))
        except (OSError, _Refused) as error:
            self._refuse(error)
        finally:
            self.drop()

    def drop(self) -> None:
        """Forgets a file that did not come in whole."""
        stream, draft = self._stream, self._draft
        self._stream = self._draft = None
        if stream is not None:
            with suppress(OSError):  # what it still holds finds no room on the disk
                stream.close()
        if draft is not None:
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def _refuse(self, error: OSError | _Refused) -> None:
        if isinstance(error, _Refused):
            reason = error.reason
        else:
            reason = "upload.full" if error.errno in _FULL else "upload.unwritable"
        self.refused.append((base_name(self._name)[-_NAME_SHOWN_CHARS:], reason))
        self.drop()

    def _article_file(self) -> File:
        assert self._draft is not None
        (found,) = files([self._draft])
        if isinstance(found, Rejected):
            raise _Refused(found.reason)
        return found

    def _check_readable(self) -> None:
        """Refuses a file that has no article, or hardly any, or one that would stand in the place of another's.

        A kilobyte can hold millions of lines that are no articles. Whether the next one is, nobody knows before it is
        read, which takes a minute for all of them; so that there are too many of these is reason enough.

        Which of two articles of one id is indexed goes by the names of their files, which whoever sends one chooses.
        """
        problem, articles, others = "", 0, 0
        file = self._article_file()
        for _, item in read(file):
            if isinstance(item, Article):
                articles += 1
                if not item.id.startswith(file.identity) and self._belongs_elsewhere(item.id):
                    raise _Refused("upload.taken")
            elif isinstance(item, Rejected):
                problem = problem or item.reason
                others += item.count
                if others > max(_MOST_OTHERS, articles):
                    raise _Refused("upload.hardly_any")
        if not articles:
            raise _Refused(problem or "file.empty")

    def _belongs_elsewhere(self, identity: str) -> bool:
        """Whether an article's own id is another's, or one that a file of this folder has, or would have, by itself."""
        return identity.startswith(self._identity("")) or self.owner(identity) is not None

    def _identity(self, name: str) -> str:
        """What a file of that name in the folder is called in ids."""
        return f"{self.folder.resolve().name}/{name}"

    def _keep(self, draft: Path) -> str:
        """Gives a file the first of its names that is free, and that is no id of an article elsewhere."""
        for path in numbered(self.folder, clean(self._name, self._ending), self._ending):
            owner = self.owner(self._identity(path.name))
            if owner is not None and owner.name != path.name:
                continue
            try:
                _rename(draft, path)
            except FileExistsError:
                if path.is_file() and filecmp.cmp(draft, path, shallow=False):
                    raise _Refused("upload.there") from None
                continue
            return path.name
        raise AssertionError


def upload_folder(folder: Path | None, read_only: bool) -> Path:
    """Where uploads land.

    Raises:
        KhamtopError: `read_only`, or `upload.no_folder` where there is none to land in.
    """
    if read_only:
        raise KhamtopError("read_only")
    if folder is None:
        raise KhamtopError("upload.no_folder")
    for left in folder.glob(f"{_HIDDEN}*"):
        with suppress(OSError):  # somebody else may have just done it
            if time.time() - left.stat().st_mtime > _LEFT_AFTER_SECONDS:
                left.unlink()
    return folder


def upload_endings() -> list[str]:
    """What the names of files that are read end in, as a browser's choice of files takes it: ".txt", ".gz"."""
    suffixes = {suffix for source in SOURCES for suffix in source.suffixes} - {_FETCHED}
    return sorted({f".{suffix.rpartition('.')[2]}" for suffix in suffixes})


def base_name(name: str) -> str:
    """What stands after the last separator of either kind, for showing only."""
    return name.replace("\\", "/").rpartition("/")[2]


def _ending_of(name: str) -> str:
    """The part of a name that tells its kind, in small letters: ".txt", ".jsonl.gz"; "" where none is known.

    Of the name as it came: it may be so long that a file system has no room for its end.
    """
    base = base_name(name).rstrip(" .").lower()
    known = [*(suffix for source in SOURCES for suffix in source.suffixes), *SAVED_OTHERWISE]
    return max((suffix for suffix in known if base.endswith(suffix) and base != suffix), key=len, default="")


def _rename(draft: Path, path: Path) -> None:
    """Gives a file another name.

    Raises:
        FileExistsError: if something has that name already; a renaming would replace it, which a link never does.
    """
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        path.touch(exist_ok=False)
        try:
            os.replace(draft, path)
        except OSError:
            path.unlink()  # it is ours, and empty
            raise


def _check_unpacked(file: Path) -> None:
    """Refuses what unpacks to too much."""
    if file.suffix == _ARCHIVE:
        _check_members(file)
    elif file.suffix in _PACKED:
        _check_stream(file)


def _check_members(file: Path) -> None:
    """Refuses an archive that says so of itself (its reader takes no more than that), or whose members are packed."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (OSError, zipfile.BadZipFile, NotImplementedError):
        raise _Refused("file.not_whole") from None
    if sum(member.file_size for member in members) > LARGEST_UNPACKED_BYTES:
        raise _Refused("upload.too_large")
    if any(member.filename.lower().endswith(_PACKED) for member in members):
        raise _Refused("zip.nested")


def _check_stream(file: Path) -> None:
    unpacked = 0
    try:
        with gzip.open(file) if file.suffix == ".gz" else lzma.open(file) as stream:
            while block := stream.read(1 << 20):
                unpacked += len(block)
                if unpacked > LARGEST_UNPACKED_BYTES:
                    raise _Refused("upload.too_large")
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        raise _Refused("file.unreadable") from None
