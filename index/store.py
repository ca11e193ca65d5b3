"""An index on disk: a folder that always holds a whole one.

    .khamtop/
        CURRENT            the name of the generation that answers
        g000002/           one generation, never changed once CURRENT names it
            manifest.json  format, encoder, counts, and every file's size and checksum
            articles.db    SQLite: the articles' text, and which spans of it are passages
            vectors.faiss  the dense ranking
            words/         the lexical ranking
        lock               held while a generation is written

A build copies the last generation to `g000003.draft`, changes the copy, and commits it by renaming
it and then replacing CURRENT, each of which happens wholly or not at all. Whenever the power goes,
CURRENT names a generation that was whole before.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from index.dense import Dense
from index.encoder import load_encoder
from index.lexical import Lexical
from index.types import Article, Encoder, KhamtopError, Passage

#: Raised whenever what a generation holds, or how text is normalised and cut, changes.
FORMAT = 1

#: Below this an index is read through when it is opened, to see that no byte of it has changed.
VERIFIED_ON_OPEN_BYTES = 64_000_000

_CURRENT, _DATABASE, _VECTORS, _WORDS, _MANIFEST = "CURRENT", "articles.db", "vectors.faiss", "words", "manifest.json"
_GENERATION = re.compile(r"g\d{6,}(?:\.draft)?")
_EFFECTIVE = os.access in os.supports_effective_ids
_SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    source TEXT NOT NULL, published TEXT, digest BLOB NOT NULL, seen INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE passages (number INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL, start INTEGER, end INTEGER);
CREATE INDEX passages_of ON passages (article);
"""
_ARTICLE_FIELDS = "id, title, text, source, published"


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
        except (OSError, ValueError, TypeError, KeyError):
            pass
        raise KhamtopError("index.damaged", file=_MANIFEST)

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
        # `immutable`: nobody writes to a committed generation, so that SQLite need not lock it
        self._database = sqlite3.connect(
            f"{(generation / _DATABASE).resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        self.dense = Dense.load(generation / _VECTORS)
        self.lexical = Lexical(generation / _WORDS)
        self._read_article = lru_cache(maxsize=256)(self._fetch_article)

    @classmethod
    def open(cls, folder: Path, encoder: Encoder | None = None) -> Index:
        """The last committed index in `folder`, with the encoder that made it unless one is given.

        Raises:
            KhamtopError: `index.missing`, `index.damaged`, `index.format`, or `index.encoder` if
                `encoder` is not the one that made it.
        """
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
        # tantivy keeps a lock file there even to read
        if not os.access(generation / _WORDS, os.R_OK | os.W_OK, effective_ids=_EFFECTIVE):
            raise KhamtopError("index.forbidden", folder=str(generation))
        try:
            for problem in damage(generation, manifest):
                raise KhamtopError("index.damaged", file=problem)
            encoder = encoder or load_encoder(manifest.encoder_source)
            if encoder.name != manifest.encoder:
                raise KhamtopError("index.encoder", found=encoder.name, wanted=manifest.encoder)
            return cls(generation, manifest, encoder)
        except (OSError, RuntimeError, ValueError, sqlite3.Error) as error:
            raise KhamtopError("index.damaged", file=generation.name) from error

    def __len__(self) -> int:
        """The number of passages."""
        return self.manifest.passages

    def articles(self) -> Iterator[Article]:
        """Every article, in the order in which they were first indexed."""
        for row in self._database.execute(f"SELECT {_ARTICLE_FIELDS} FROM articles ORDER BY number"):
            yield Article(*row)

    def article(self, identity: str) -> Article:
        """The article of that id.

        Raises:
            KeyError: if there is none.
        """
        row = self._database.execute("SELECT number FROM articles WHERE id = ?", (identity,)).fetchone()
        if row is None:
            raise KeyError(identity)
        return self._read_article(row[0])

    def passage(self, number: int) -> tuple[Article, Passage]:
        """The passage of that number, as the rankings give it, with its article."""
        row = self._database.execute("SELECT article, start, end FROM passages WHERE number = ?", (number,)).fetchone()
        article = self._read_article(row[0])
        return article, Passage(article.id, row[1], row[2])

    def passages_of(self, identity: str) -> frozenset[int]:
        """The numbers of an article's passages; none if there is no such article."""
        rows = self._database.execute(
            "SELECT passages.number FROM passages JOIN articles ON articles.number = article WHERE id = ?", (identity,)
        )
        return frozenset(number for (number,) in rows)

    def _fetch_article(self, number: int) -> Article:
        row = self._database.execute(
            f"SELECT {_ARTICLE_FIELDS}, digest FROM articles WHERE number = ?", (number,)
        ).fetchone()
        article = Article(*row[:-1])
        if digest(article) != row[-1]:  # a larger index is not read through when opened
            raise KhamtopError("index.damaged", file=_DATABASE)
        return article


class Draft:
    """A generation that is being written: what `build.py` fills, and `drafting` commits."""

    def __init__(self, generation: Path, encoder: Encoder) -> None:
        self.generation = generation
        self.database = sqlite3.connect(generation / _DATABASE)
        # Losing a draft loses nothing: what counts is flushed once, at the commit.
        self.database.execute("PRAGMA synchronous = OFF")
        self.database.execute("PRAGMA journal_mode = OFF")
        if (generation / _VECTORS).exists():
            self.dense = Dense.load(generation / _VECTORS)
        else:
            self.database.executescript(_SCHEMA)
            self.dense = Dense(encoder.dimensions)
        self.lexical = Lexical(generation / _WORDS)

    def finish(self, encoder: Encoder, encoder_source: str | None) -> Manifest:
        """Writes everything to disk for good and describes it in the manifest."""
        self.database.commit()
        (articles,) = self.database.execute("SELECT count(*) FROM articles").fetchone()
        (passages,) = self.database.execute("SELECT count(*) FROM passages").fetchone()
        self.database.close()
        self.dense.save(self.generation / _VECTORS)
        self.lexical.commit()
        files = {}
        for file in _files(self.generation):
            with open(file, "rb") as stream:
                os.fsync(stream.fileno())
            file.chmod(0o644)  # tantivy lets nobody else read some of its files
            files[file.relative_to(self.generation).as_posix()] = (file.stat().st_size, _checksum(file))
        manifest = Manifest(FORMAT, encoder.name, encoder_source, articles, passages, files)
        manifest.write(self.generation)
        return manifest

    def close(self) -> None:
        """Lets go of the draft's files, so that they can be removed."""
        self.database.close()
        self.lexical.close()


@contextmanager
def drafting(folder: Path, encoder: Encoder) -> Iterator[tuple[Draft, Any]]:
    """A draft of the next generation, and the call that commits it; without that call nothing changes.

    Starts from the last committed generation if the same encoder made it in this format, else empty.

    Raises:
        KhamtopError: `index.busy` if another build is writing to `folder`, `index.unwritable` if it
            cannot be written to, or runs out of room.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "lock").touch()
    except OSError as error:
        raise KhamtopError("index.unwritable", folder=str(folder)) from error
    try:
        with FileLock(folder / "lock", timeout=0):
            current = _current_or_none(folder)
            _sweep(folder, keep=current)
            number = 1 + int(current[1:]) if current else 1
            generation = folder / f"g{number:06d}"
            target = folder / f"{generation.name}.draft"
            if current and _continues(folder / current, encoder):
                _copy_generation(folder / current, target)
            else:
                target.mkdir()
            draft = Draft(target, encoder)

            def commit(encoder_source: str | None) -> Manifest:
                manifest = draft.finish(encoder, encoder_source)
                os.rename(target, generation)
                _write_durably(folder / _CURRENT, generation.name)
                _sweep(folder, keep=generation.name)
                return manifest

            try:
                yield draft, commit
            except (OSError, sqlite3.OperationalError) as error:  # the disk is full, or gone
                raise KhamtopError("index.unwritable", folder=str(folder)) from error
            finally:
                draft.close()
                shutil.rmtree(target, ignore_errors=True)
    except Timeout:
        raise KhamtopError("index.busy", folder=str(folder)) from None


def remembered_encoder(folder: Path) -> str | None:
    """What the index in `folder` loads its encoder from; None for the embedded one, or if there is no index."""
    current = _current_or_none(folder)
    try:
        return Manifest.read(folder / current).encoder_source if current else None
    except KhamtopError:
        return None


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


def digest(article: Article) -> bytes:
    """16 bytes that change when anything of an article does."""
    fields = json.dumps([article.id, article.title, article.text, article.source, article.published])
    return hashlib.blake2b(fields.encode(), digest_size=16).digest()


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


def _continues(generation: Path, encoder: Encoder) -> bool:
    """Whether a build can go on from a generation rather than start afresh."""
    try:
        manifest = Manifest.read(generation)
    except KhamtopError:
        return False
    return manifest.encoder == encoder.name and not any(damage(generation, manifest))


def _copy_generation(source: Path, target: Path) -> None:
    """A copy to change. The word index's segments are never changed in place, so a link will do for them."""
    target.mkdir()
    (target / _WORDS).mkdir()
    for file in _files(source):
        copy = target / file.relative_to(source)
        if file.parent.name == _WORDS and file.suffix not in (".json", ".lock"):
            try:
                os.link(file, copy)
                continue
            except OSError:  # a file system without links
                pass
        shutil.copyfile(file, copy)
    (target / _MANIFEST).unlink()


def _files(generation: Path) -> list[Path]:
    return sorted(path for path in generation.rglob("*") if path.is_file() and path.suffix != ".lock")


def _sweep(folder: Path, keep: str | None) -> None:
    """Removes drafts that were never finished and generations that no longer answer."""
    for path in folder.iterdir():
        if _GENERATION.fullmatch(path.name) and path.name != keep:  # nothing else in the folder is ours
            shutil.rmtree(path, ignore_errors=True)


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
    draft = file.with_name(file.name + ".new")
    with open(draft, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
