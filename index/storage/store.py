"""An index on disk: a folder that always holds a whole one.

    .khamtop/
        CURRENT            the name of the generation that answers
        g000002/           one generation, never changed once CURRENT names it
            manifest.json  format, encoder, counts, and every file's size and checksum
            articles.db    SQLite: the articles' text, which spans of it are passages, and what was read where
            vectors.*      the dense ranking
            words/         the lexical ranking
        lock               held while a generation is written

A build copies the last generation to `g000003.draft`, changes the copy, and commits it by renaming
it and then replacing CURRENT, each of which happens wholly or not at all. Whenever the power goes,
CURRENT names a generation that was whole before. Files that a build never changes in place are not
copied but linked, so that a draft costs what changes.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from khamtop.index.encoders.wiring import load_encoder
from khamtop.index.rankings.lexical import Alternatives, Condition
from khamtop.index.rankings.ranking import RankingDamaged
from khamtop.index.rankings.wiring import Rankings, is_immutable, is_temporary
from khamtop.index.storage.database import Database, DatabaseError, DatabaseUnwritable, Listed, Places
from khamtop.index.storage.listing import Listing
from khamtop.index.storage.names import NameList
from khamtop.index.types import Article, Encoder, Filter, KhamtopError, Passage, Ranked

#: Raised whenever what a generation holds, or how text is normalised and cut, changes.
FORMAT = 8

#: How often a generation is tried to be removed, and seconds between.
_TRIES, _BETWEEN_TRIES = 20, 0.01

#: Below this an index is read through when it is opened, to see that no byte of it has changed.
VERIFIED_ON_OPEN_BYTES = 64_000_000

_CURRENT, _LOCK, _DATABASE, _MANIFEST = "CURRENT", "lock", "articles.db", "manifest.json"
_NEW = ".new"  # what a name ends in while what it is to hold is written
_GENERATION = re.compile(r"g\d{6,}(?:\.draft)?")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index is made of. `encoder` names the weights; `encoder_source` is what to load them from."""

    format: int
    encoder: str
    encoder_source: str | None
    articles: int
    passages: int
    files: dict[str, tuple[int, str]]

    @classmethod
    def read(cls, generation: Path) -> Manifest:
        """The manifest of a generation.

        Raises:
            KhamtopError: `index.format` for another format version, `index.damaged` if it cannot be read.
        """
        try:
            fields = json.loads((generation / _MANIFEST).read_text("utf-8"))
            if fields["format"] != FORMAT:
                raise KhamtopError("index.format", found=fields["format"], wanted=FORMAT)
            if fields.pop("checksum") == _text_checksum(fields):
                return cls(**fields)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            pass
        raise KhamtopError("index.damaged", file=_MANIFEST)

    @property
    def stamp(self) -> str:
        """See `Index.stamp`."""
        return _text_checksum(asdict(self))[:12]

    def write(self, generation: Path) -> None:
        """Writes the manifest of a generation, with a checksum of its own."""
        fields = asdict(self)
        text = json.dumps({**fields, "checksum": _text_checksum(fields)}, indent=1)
        _write_durably(generation / _MANIFEST, text)


class Index:
    """One committed generation, open for reading. Safe to ask from several threads."""

    def __init__(self, generation: Path, manifest: Manifest, encoder: Encoder) -> None:
        self.manifest = manifest
        self.encoder = encoder
        self._generation = generation
        self.built = datetime.fromtimestamp((generation / _MANIFEST).stat().st_mtime, UTC)
        self.database = Database.open(generation / _DATABASE)
        self.rankings = Rankings(generation, encoder.dimensions)
        self.rankings.open()
        self._within = lru_cache(maxsize=8)(self.database.passages_within)

    @classmethod
    def open(cls, folder: Path | str, encoder: Encoder | None = None) -> Index:
        """The last committed index in `folder`, with the encoder that made it unless one is given.

        Raises:
            KhamtopError: `index.missing`, `index.damaged`, `index.format`, or `index.encoder` if
                `encoder` is not the one that made it.
        """
        folder = Path(folder)
        while True:
            name = _current(folder)
            try:
                return cls._open_generation(folder / name, encoder)
            except KhamtopError:
                if name == _current(folder):
                    raise
                # a build replaced this generation while it was being opened: take the new one

    @classmethod
    def _open_generation(cls, generation: Path, encoder: Encoder | None) -> Index:
        manifest = Manifest.read(generation)
        try:
            for problem in damage(generation, manifest):
                raise KhamtopError("index.damaged", file=problem)
            encoder = encoder or load_encoder(manifest.encoder_source)
            if encoder.name != manifest.encoder:
                raise KhamtopError("index.encoder", found=encoder.name, wanted=manifest.encoder)
            return cls(generation, manifest, encoder)
        except PermissionError as error:
            raise KhamtopError("index.forbidden", folder=str(generation)) from error
        except (OSError, RankingDamaged, DatabaseError) as error:
            raise KhamtopError("index.damaged", file=generation.name) from error

    def __len__(self) -> int:
        """The number of passages."""
        return self.manifest.passages

    @cached_property
    def stamp(self) -> str:
        """A few letters that no other generation has: the same index gives the same answers."""
        return self.manifest.stamp

    def is_replaced(self) -> bool:
        """Whether a later build was committed; this one's files stay for whoever has them open."""
        try:
            return _current(self._generation.parent) != self._generation.name
        except KhamtopError:  # the folder is gone
            return False

    def articles(self, spread: int | None = None) -> Iterator[Article]:
        """Every article, in the order in which they were indexed as they are; or `spread` of them, evenly apart."""
        return self.database.articles(spread)

    def article(self, identity: str) -> Article:
        """The article of that id.

        Raises:
            KeyError: if there is none.
            KhamtopError: `index.damaged` if it is not as it was written.
        """
        return self.database.article(identity)

    @cached_property
    def listing(self) -> Listing:
        """The articles as a person looks through them; made when it is first asked for."""
        return Listing(self.database)

    @cached_property
    def names(self) -> NameList:
        """The names of the articles as a person looks through them; made when it is first asked for."""
        return NameList(self.database.names())

    def passage(self, number: int) -> tuple[Article, Passage]:
        """The passage of that number, as the rankings give it, with its article; raises as `article` does."""
        return self.database.passage(number)

    def passages_of(self, identity: str) -> frozenset[int]:
        """The numbers of an article's passages; none if there is no such article."""
        return self.database.passages_of(identity)

    def passages_within(self, bounds: Filter) -> np.ndarray:
        """The numbers (int64, ascending) of the passages that a filter lets through."""
        return self._within(bounds)

    def search_vectors(self, vector: np.ndarray, k: int, among: np.ndarray | None = None) -> list[Ranked]:
        """The `k` passages (of those `among`) whose vectors lie nearest to a question's, best first."""
        return self.rankings.dense.search(vector, k, among)

    def search_words(
        self, wanted: Mapping[str, Sequence[Alternatives]], k: int, among: np.ndarray | None = None
    ) -> list[Ranked]:
        """The `k` passages (of those `among`) that fit what is wanted in each field of `FIELD_WEIGHTS` best."""
        return self.rankings.lexical.search(wanted, k, among)

    @cached_property
    def places(self) -> Places:
        """Where each passage stands; made when it is first asked for."""
        return self.database.places()

    def holding(self, conditions: Sequence[Condition]) -> np.ndarray:
        """The numbers (int64, ascending) of the passages whose words, n-grams or sounds meet every condition."""
        return self.rankings.lexical.holding(conditions)

    def has_written(self, words: Iterable[str]) -> bool:
        """Whether each of the words stands in some passage."""
        return self.rankings.lexical.has_written(words)

    def frequency(self, words: Iterable[str]) -> int:
        """In how many passages words stand that are one thing together: no more than the rarest of them."""
        return min(map(self.rankings.lexical.document_frequency, words), default=0)

    def said(self, passages: Sequence[int]) -> dict[int, bytes]:
        """What each passage says, as a digest: passages of the same digest are copies of one another."""
        return self.database.said(passages)

    def that_say(self, said: bytes) -> list[int]:
        """The passages of that digest: those of the earliest article first, undated ones last, then by number."""
        return self.database.that_say(said)

    def article_ids(self, passages: Sequence[int]) -> list[str]:
        """The id of the article of each passage."""
        return self.database.article_ids(passages)

    def listed(self, identity: str) -> Listed:
        """The article of that id as a list shows it; raises as `article` does."""
        (found,) = self.database.listed([self.database.number_of(identity)])
        return found


@dataclass(frozen=True, slots=True)
class Generation:
    """A committed generation: its folder, and what its manifest says."""

    folder: Path
    manifest: Manifest


class Draft:
    """A generation that is being written: what `build.py` fills, and `drafting` commits.

    `earlier` is the generation that it goes on from; `afresh` tells why there is one and it does not
    ("encoder", "format", "damaged" or "asked").
    """

    def __init__(self, folder: Path, encoder: Encoder, earlier: Generation | None, afresh: str | None) -> None:
        self.folder = folder
        self.earlier = earlier
        self.afresh = afresh
        self._mode = _mode_in(folder)
        self.database = Database.change(folder / _DATABASE)
        self.rankings = Rankings(folder, encoder.dimensions)
        if not earlier:
            self.rankings.open()

    def finish(self, encoder: Encoder, encoder_source: str | None) -> Manifest:
        """Writes everything to disk for good and describes it in the manifest."""
        articles, passages = self.database.counts()
        self.database.save()
        with ThreadPoolExecutor(2) as threads:  # checksums and the disk want no Python
            largest = self.folder / _DATABASE
            sealing = {largest: threads.submit(self._sealed, largest)}
            self.rankings.commit()
            for file in _files(self.folder):
                if file not in sealing:
                    sealing[file] = threads.submit(self._sealed, file)
        for folder in {file.parent for file in sealing} - {self.folder}:
            _sync_folder(folder)
        sealed = {self._name(file): sealing[file].result() for file in sorted(sealing)}
        manifest = Manifest(FORMAT, encoder.name, encoder_source, articles, passages, sealed)
        manifest.write(self.folder)
        return manifest

    def _sealed(self, file: Path) -> tuple[int, str]:
        """Size and checksum of a file that is on the disk for good."""
        name = self._name(file)
        if self.earlier and name in self.earlier.manifest.files and file.samefile(self.earlier.folder / name):
            return self.earlier.manifest.files[name]  # linked, and neither flushed nor read again
        with open(file, "rb") as stream:
            os.fsync(stream.fileno())
        file.chmod(self._mode)  # a library may let nobody else read some of its files
        return file.stat().st_size, _checksum(file)

    def _name(self, file: Path) -> str:
        return file.relative_to(self.folder).as_posix()

    def close(self) -> None:
        """Lets go of the draft's files, so that they can be removed."""
        self.database.close()
        self.rankings.close()


@contextmanager
def drafting(
    folder: Path, encoder: Encoder, afresh: bool = False
) -> Iterator[tuple[Draft, Callable[[str | None], Manifest]]]:
    """A draft of the next generation, and the call that commits it; without that call nothing changes.

    Starts from the last committed generation if the same encoder made it in this format, unless `afresh`
    asks for an empty one.

    Raises:
        KhamtopError: `index.busy` if another build is writing to `folder`, `index.unwritable` if it
            cannot be written to, or runs out of room, `index.memory` if memory runs out.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _LOCK).touch()
    except OSError as error:
        raise KhamtopError("index.unwritable", folder=str(folder)) from error
    try:
        with FileLock(folder / _LOCK, timeout=0):
            current = _current_or_none(folder)
            _sweep(folder, keep=current)
            number = 1 + int(current[1:]) if current else 1
            generation = folder / f"g{number:06d}"
            target = folder / f"{generation.name}.draft"
            try:
                earlier, reason = _earlier(folder, current, encoder, afresh)
                target.mkdir()
                if earlier:
                    _copy_generation(earlier.folder, target)
                draft = Draft(target, encoder, earlier, reason)
            except (OSError, RankingDamaged, DatabaseUnwritable) as error:
                _remove(target)
                if isinstance(error, RankingDamaged):
                    raise
                raise KhamtopError("index.unwritable", folder=str(folder)) from error

            def commit(encoder_source: str | None) -> Manifest:
                manifest = draft.finish(encoder, encoder_source)
                os.rename(target, generation)
                _write_durably(folder / _CURRENT, generation.name)
                _sweep(folder, keep=generation.name)
                return manifest

            try:
                yield draft, commit
            except MemoryError as error:
                raise KhamtopError("index.memory") from error
            except (OSError, DatabaseUnwritable) as error:  # the disk is full, or gone
                raise KhamtopError("index.unwritable", folder=str(folder)) from error
            finally:
                draft.close()
                _remove(target)
                _leave_nothing(folder)
    except Timeout:
        raise KhamtopError("index.busy", folder=str(folder)) from None


def remembered_encoder(folder: Path) -> str | None:
    """What the index in `folder` loads its encoder from; None for the embedded one, or if there is no index."""
    current = _current_or_none(folder)
    try:
        return Manifest.read(folder / current).encoder_source if current else None
    except KhamtopError:
        return None


def is_being_built(folder: Path) -> bool:
    """Whether a build is writing to `folder`; nothing is written to find out.

    One that begins in the very moment of asking is told that the folder is busy.
    """
    try:
        import fcntl

        lock = os.open(folder / _LOCK, os.O_RDONLY)
    except (ImportError, OSError):  # a system without such locks, or no lock
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # refused while a build holds the lock
        return False
    except OSError as error:
        return error.errno in (errno.EACCES, errno.EAGAIN)
    finally:
        os.close(lock)


def leftovers(folder: Path) -> list[Path]:
    """What builds left in `folder` that were ended, and generations that no longer answer: the next build sweeps it."""
    return _others(folder, _current_or_none(folder))


def current_generation(folder: Path) -> Generation:
    """The last committed generation; raises as `Index.open` does for what it can tell without opening it."""
    generation = folder / _current(folder)
    return Generation(generation, Manifest.read(generation))


def damage(generation: Path, manifest: Manifest, thorough: bool = False) -> Iterator[str]:
    """The files of a generation that are not as they were written.

    Sizes are always compared; checksums if the index is small or `thorough` asks for it.
    """
    total = sum(size for size, _ in manifest.files.values())
    for name, (size, checksum) in manifest.files.items():
        file = generation / name
        if (
            not file.is_file()
            or file.stat().st_size != size
            or ((thorough or total <= VERIFIED_ON_OPEN_BYTES) and _checksum(file) != checksum)
        ):
            yield name


def _current_or_none(folder: Path) -> str | None:
    try:
        name = (folder / _CURRENT).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if name[:1] == "g" and name[1:].isdigit() else None


def _current(folder: Path) -> str:
    name = _current_or_none(folder)
    if name is None:
        raise KhamtopError(
            "index.damaged" if (folder / _CURRENT).exists() else "index.missing", folder=str(folder), file=_CURRENT
        )
    return name


def _earlier(folder: Path, current: str | None, encoder: Encoder, afresh: bool) -> tuple[Generation | None, str | None]:
    """The generation that a build in `folder` goes on from, or why it does not, if there was any."""
    if current is None:
        return None, "damaged" if (folder / _CURRENT).exists() else None
    if afresh:
        return None, "asked"
    generation = folder / current
    try:
        manifest = Manifest.read(generation)
    except KhamtopError as error:
        return None, "format" if error.code == "index.format" else "damaged"
    if any(damage(generation, manifest)):
        return None, "damaged"
    return (None, "encoder") if manifest.encoder != encoder.name else (Generation(generation, manifest), None)


def _copy_generation(source: Path, target: Path) -> None:
    """A copy to change. What is never changed in place, but replaced, need only be linked."""
    for file in _files(source):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(exist_ok=True)
        if is_immutable(file):
            try:
                os.link(file, copy)
                continue
            except OSError:  # a file system without links
                pass
        if file.name != _MANIFEST:
            shutil.copyfile(file, copy)


def _files(generation: Path) -> list[Path]:
    return sorted(path for path in generation.rglob("*") if path.is_file() and not is_temporary(path))


def _sweep(folder: Path, keep: str | None) -> None:
    """Removes what builds left that were ended, and generations that no longer answer."""
    (folder / f"{_CURRENT}{_NEW}").unlink(missing_ok=True)
    for path in _others(folder, keep):
        _remove(path)


def _others(folder: Path, keep: str | None) -> list[Path]:
    """Drafts and generations but `keep`; nothing else in the folder is ours."""
    return sorted(path for path in folder.iterdir() if _GENERATION.fullmatch(path.name) and path.name != keep)


def _leave_nothing(folder: Path) -> None:
    """Removes the lock, and the folder if nothing else is in it, where no build ever committed anything."""
    if not (folder / _CURRENT).exists():
        (folder / _LOCK).unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()


def _remove(generation: Path) -> None:
    """Removes a generation, or what of it can be: the next build tries again.

    A thread of a ranking's library may look at an index that was just opened, and put a lock there while it does: then
    the folder of a draft that is given up at once is not empty when it should go.
    """
    for _ in range(_TRIES):
        shutil.rmtree(generation, ignore_errors=True)
        if not generation.exists():
            return
        time.sleep(_BETWEEN_TRIES)


def _mode_in(folder: Path) -> int:
    """Who may read and write a file that is made in a folder now: as this process is set (umask).

    Asking for the umask would change it for a moment, for all threads.
    """
    probe = folder / f"mode{_NEW}"
    probe.touch()
    mode = stat.S_IMODE(probe.stat().st_mode)
    probe.unlink()
    return mode


def _checksum(file: Path) -> str:
    checksum = hashlib.blake2b(digest_size=16)
    with open(file, "rb") as stream:
        while block := stream.read(1 << 20):
            checksum.update(block)
    return checksum.hexdigest()


def _text_checksum(fields: dict[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=16).hexdigest()


def _write_durably(file: Path, text: str) -> None:
    """Replaces a file at once: whoever reads it sees the old text or the new, even after a power cut."""
    draft = file.with_name(file.name + _NEW)
    with open(draft, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, file)
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    """Sees that the names in a folder are on the disk for good."""
    entries = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entries)
    finally:
        os.close(entries)
