"""The articles, which spans of them are passages, and what was read where: one SQLite file.

The only file that speaks SQL. Texts are kept compressed, since every build copies the file; each article
stands beside a digest of itself, so that a damaged one is noticed before any of it is shown.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from khamtop.index.filters import comparable
from khamtop.index.text.dates import span_of
from khamtop.index.text.names import LIKELY, Named, NameKind, key_of
from khamtop.index.types import Article, Filter, KhamtopError, Passage, Rejected, Span

#: `files` and `unit` tell the next build what has been read already: a file, or a line of one, by the digest
#: of its bytes. `content` is a digest of all that is indexed of an article, and `said` one of a passage's
#: letters, whatever spaces stand between them. `day` and `last_day` are the ordinals of the first and the last day
#: of the date that `published` prints: the same one, or those of a month or a year.
#: `named` tells which articles name whom, and `key` how a name is compared.
_SCHEMA = """
CREATE TABLE files (number INTEGER PRIMARY KEY, identity TEXT UNIQUE NOT NULL, digest BLOB, rejected TEXT NOT NULL);
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, text BLOB NOT NULL,
    source TEXT NOT NULL, published TEXT, day INTEGER, last_day INTEGER, digest BLOB NOT NULL, content BLOB NOT NULL,
    file INTEGER NOT NULL, unit BLOB NOT NULL
);
CREATE INDEX articles_of ON articles (file, unit);
CREATE INDEX articles_that_hold ON articles (content);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    said BLOB NOT NULL
);
CREATE INDEX passages_of ON passages (article);
CREATE INDEX passages_that_say ON passages (said);
CREATE TABLE names (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, UNIQUE (kind, name)
);
CREATE INDEX names_called ON names (key);
CREATE TABLE named (
    article INTEGER NOT NULL, name INTEGER NOT NULL, trust INTEGER NOT NULL, PRIMARY KEY (article, name)
) WITHOUT ROWID;
CREATE INDEX articles_that_name ON named (name);
"""
#: What SQLite raises: any failure, and one of the machine (a disk that is full, or gone).
DatabaseError, DatabaseUnwritable = sqlite3.Error, sqlite3.OperationalError

#: The articles that a filter lets through.
_WITHIN = (
    "(:since IS NULL OR last_day >= :since) AND (:until IS NULL OR day <= :until)"
    " AND (:articles IS NULL OR articles.number IN (SELECT value FROM json_each(:articles)))"
    " AND (:names IS NULL OR articles.number IN"
    " (SELECT article FROM named WHERE name IN (SELECT value FROM json_each(:names))))"
)
_ONE_DAY = "CASE WHEN day = last_day THEN day END"
_ARTICLE = "id, title, text, source, published, digest"
#: Between the speed and the size of what is copied at every build: 7 s for an archive of 480 MB, a quarter of it left.
_COMPRESSION = 3
_REMEMBERED_ARTICLES = 256


#: A file as it stands in the database: number, identity, digest, and what was rejected in it as JSON.
FileRow = tuple[int, str, bytes | None, str]
#: An article but for what it says: number, id, source, digest, content, file, unit.
ArticleRow = tuple[int, str, str, bytes, bytes, int, bytes]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as an earlier build read it; `digest` is None for one that must be read again in any case."""

    number: int
    digest: bytes | None
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What a build must know of an article that is there already."""

    number: int
    file: int
    content: bytes
    id: str


@dataclass(frozen=True, slots=True)
class Places:
    """Where each passage stands: three rows of the same length, as arrays of int64.

    `passages` are their numbers, ascending, and `articles` those of their articles; `days` are the first days of these
    (ordinals), 0 for an article without a date.
    """

    passages: np.ndarray
    articles: np.ndarray
    days: np.ndarray

    def of(self, passages: np.ndarray) -> Places:
        """The same of some passages alone, given by number."""
        at = np.searchsorted(self.passages, passages)
        return Places(passages, self.articles[at], self.days[at])


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a list shows it, with the lengths of its text (in characters) and of its list of passages.

    `file` is the path that it was read from; `is_alone` tells that nothing else was, not even a line
    that could not be read. `digest` is that of the file's bytes when they were read; None if they must be read again.
    """

    id: str
    title: str
    published: str | None
    day: date | None
    source: str
    chars: int
    passages: int
    file: Path
    digest: bytes | None
    is_alone: bool


class Database:
    """One file of articles and passages, numbered from 1; one keeps its number while it stays as it is."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._remembered = lru_cache(maxsize=_REMEMBERED_ARTICLES)(self.article_numbered)

    @classmethod
    def open(cls, file: Path) -> Database:
        """To read only, from any thread."""
        # `immutable`: nobody writes to a committed generation, so that SQLite need not lock it
        uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        return cls(connection)

    @classmethod
    def change(cls, file: Path) -> Database:
        """To read and write; made if it is not there."""
        new = not file.exists()
        connection = sqlite3.connect(file)
        # Losing a draft loses nothing: what counts is flushed once, when a build commits.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = OFF")
        if new:
            connection.executescript(_SCHEMA)
        return cls(connection)

    def save(self) -> None:
        """Hands everything that was written to the operating system, and closes."""
        self._connection.commit()
        self._connection.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    # Articles and passages

    def counts(self) -> tuple[int, int]:
        """How many articles and passages there are."""
        return self._one("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)")  # type: ignore[return-value]

    def articles(self, spread: int | None = None) -> Iterator[Article]:
        """Every article in the order in which they were indexed as they are, or `spread` of them, evenly apart."""
        numbers = [number for (number,) in self._connection.execute("SELECT number FROM articles ORDER BY number")]
        step = max(1, len(numbers) // spread) if spread else 1
        return map(self.article_numbered, islice(numbers, 0, step * spread if spread else None, step))

    def catalogue(self) -> list[tuple[int, str, int | None]]:
        """Number, title and day (an ordinal) of every article: the newest first, undated ones last, then by title.

        One that prints a month or a year alone has no day.
        """
        return self._connection.execute(
            f"SELECT number, title, {_ONE_DAY} AS day FROM articles ORDER BY 3 DESC, title, number"
        ).fetchall()

    def listed(self, numbers: Sequence[int]) -> list[Listed]:
        """The articles of these numbers as a list shows them, in that order; raises as `article` does."""
        rows = self._each(
            f"SELECT a.number, a.id, a.title, a.published, {_ONE_DAY}, a.source, a.text,"
            " (SELECT count(*) FROM passages WHERE article = a.number), files.identity, files.digest,"
            " NOT EXISTS (SELECT 1 FROM json_each(files.rejected) WHERE value ->> 1 <> 'text.bad_letter')"
            " AND NOT EXISTS (SELECT 1 FROM articles WHERE file = a.file AND number <> a.number)"
            " FROM articles AS a JOIN files ON files.number = a.file WHERE a.number IN", numbers,
        )  # fmt: skip
        found = {number: _listed(number, *fields) for number, *fields in rows}
        return [found[number] for number in numbers]

    def article(self, identity: str) -> Article:
        """The article of that id.

        Raises:
            KeyError: if there is none.
            KhamtopError: `index.damaged` if it is not as it was written.
        """
        return self._remembered(self.number_of(identity))

    def passage(self, number: int) -> tuple[Article, Passage]:
        """The passage of that number with its article; raises as `article` does."""
        row = self._one("SELECT article, start, end FROM passages WHERE number = ?", number)
        if row is None:
            raise KhamtopError("index.damaged", file=f"passage {number}")
        article = self._remembered(row[0])
        return article, Passage(article.id, row[1], row[2])

    def article_ids(self, passages: Sequence[int]) -> list[str]:
        """The id of the article of each passage."""
        found = dict(self._each("SELECT passages.number, id FROM passages JOIN articles ON articles.number = article"
                                " WHERE passages.number IN", passages))  # fmt: skip
        return [found[number] for number in passages]

    def number_of(self, identity: str) -> int:
        """The number of the article of that id.

        Raises:
            KeyError: if there is none.
        """
        row = self._one("SELECT number FROM articles WHERE id = ?", identity)
        if row is None:
            raise KeyError(identity)
        return int(row[0])

    def passages_of(self, identity: str) -> frozenset[int]:
        """The numbers of an article's passages; none if there is no such article."""
        rows = self._connection.execute(
            "SELECT passages.number FROM passages JOIN articles ON articles.number = article WHERE id = ?", (identity,)
        )
        return frozenset(number for (number,) in rows)

    def passages(self) -> set[int]:
        """The numbers of all passages."""
        return {number for (number,) in self._connection.execute("SELECT number FROM passages")}

    def last_ends(self) -> dict[str, int]:
        """Where the last passage of each article ends, by the article's id; a passage of none goes by its number."""
        return dict(self._connection.execute(
            "SELECT coalesce(id, 'passage ' || passages.number), max(end) FROM passages"
            " LEFT JOIN articles ON articles.number = article GROUP BY 1"
        ))  # fmt: skip

    def passages_within(self, bounds: Filter) -> np.ndarray:
        """The numbers (int64, ascending) of the passages of articles that a filter lets through."""
        rows = self._connection.execute(
            "SELECT passages.number FROM articles JOIN passages ON article = articles.number"
            f" WHERE {_WITHIN} ORDER BY passages.number", self._bounds(bounds),
        )  # fmt: skip
        return np.fromiter((number for (number,) in rows), np.int64)

    def articles_within(self, bounds: Filter) -> set[int]:
        """The numbers of the articles that a filter lets through."""
        rows = self._connection.execute(f"SELECT number FROM articles WHERE {_WITHIN}", self._bounds(bounds))
        return {number for (number,) in rows}

    def _bounds(self, bounds: Filter) -> dict[str, object]:
        """What `_WITHIN` compares with.

        Sources are compared here and not by a function that SQLite calls: it would hold the connection while it waits
        for Python's lock, and another thread that has the lock would wait for the connection for ever.
        """
        since, until = (None if day is None else day.toordinal() for day in (bounds.since, bounds.until))
        source = comparable(bounds.source or "")
        articles = json.dumps(self._from(source)) if source else None
        names = json.dumps(self._called(bounds.name)) if bounds.name else None
        return {"since": since, "until": until, "articles": articles, "names": names}

    def _from(self, source: str) -> list[int]:
        """The numbers of the articles whose source has that in it."""
        rows = self._connection.execute("SELECT number, source FROM articles").fetchall()
        return [number for number, given in rows if source in comparable(given)]

    def _called(self, name: str) -> list[int]:
        """The numbers of the names that are written so; where there is none, of those that have it in them."""
        key = key_of(name)
        rows = self._connection.execute("SELECT number FROM names WHERE key = ?", (key,)).fetchall()
        rows = rows or self._connection.execute("SELECT number FROM names WHERE instr(key, ?)", (key,)).fetchall()
        return [number for (number,) in rows]

    def names_in(self, article: int) -> list[tuple[NameKind, str, int]]:
        """Kind, name and trust of each name in the article of that number."""
        return self._connection.execute(
            "SELECT kind, names.name, trust FROM named JOIN names ON names.number = named.name WHERE article = ?"
            " ORDER BY names.number",
            (article,),
        ).fetchall()

    def names(self) -> list[tuple[NameKind, str, int]]:
        """Kind, name and number of articles of each name that is to be believed (`Named.trust`): the commonest first,
        then by name."""
        return self._connection.execute(
            "SELECT kind, names.name, count(*) AS articles FROM named JOIN names ON names.number = named.name"
            " GROUP BY names.number HAVING max(trust) + (articles > 1) > :likely ORDER BY articles DESC, names.name",
            {"likely": LIKELY},
        ).fetchall()

    def places(self) -> Places:
        """Where each passage stands."""
        rows = self._connection.execute(
            "SELECT passages.number, article, coalesce(day, 0) FROM passages"
            " JOIN articles ON articles.number = article ORDER BY passages.number"
        ).fetchall()
        columns = np.array(rows, np.int64).reshape(-1, 3).T
        return Places(*map(np.ascontiguousarray, columns))

    def said(self, passages: Sequence[int]) -> dict[int, bytes]:
        """What each passage says, as a digest: passages of the same digest are copies of one another."""
        return dict(self._each("SELECT number, said FROM passages WHERE number IN", passages))

    def that_say(self, said: bytes) -> list[int]:
        """The passages that say it: those of the earliest article first, undated ones last, then by number."""
        rows = self._connection.execute(
            "SELECT passages.number FROM passages JOIN articles ON articles.number = article WHERE said = ?"
            " ORDER BY day IS NULL, day, passages.number", (said,),
        )  # fmt: skip
        return [number for (number,) in rows]

    def article_numbered(self, number: int) -> Article:
        """The article of that number, read from the file; raises as `article` does."""
        *fields, digest = self._one(f"SELECT {_ARTICLE} FROM articles WHERE number = ?", number) or (None,)
        try:
            identity, title, text, source, published = fields
            article = Article(identity, title, zlib.decompress(text).decode(), source, published)
        except (ValueError, zlib.error):
            article = None
        if article is None or digest_of(article) != digest:
            raise KhamtopError("index.damaged", file=f"article {number}")
        return article

    # What a build reads and writes

    def file(self, identity: str) -> KnownFile | None:
        """What an earlier build read in the file of that identity."""
        row = self._one("SELECT number, digest, rejected FROM files WHERE identity = ?", identity)
        return KnownFile(row[0], row[1], tuple(Rejected(*item) for item in json.loads(row[2]))) if row else None

    def put_file(self, identity: str, digest: bytes | None, rejected: Sequence[Rejected]) -> bool:
        """Remembers what was read in a file, in the place of what was known of it; whether that is anything new."""
        known = self.file(identity)
        if known and (known.digest, known.rejected) == (digest, tuple(rejected)):
            return False
        reasons = json.dumps([[item.path, item.reason, item.line, item.count, item.pages] for item in rejected])
        self._connection.execute(
            "INSERT INTO files (identity, digest, rejected) VALUES (?, ?, ?)"
            " ON CONFLICT (identity) DO UPDATE SET digest = excluded.digest, rejected = excluded.rejected",
            (identity, digest, reasons),
        )
        return True

    def number_of_file(self, identity: str) -> int:
        """The number of a file, a new one for one that is not known."""
        self._connection.execute("INSERT OR IGNORE INTO files (identity, rejected) VALUES (?, '[]')", (identity,))
        (number,) = self._one("SELECT number FROM files WHERE identity = ?", identity) or ()
        return int(number)

    def forget_files_but(self, numbers: Iterable[int]) -> None:
        """Forgets the files of other numbers."""
        kept = set(numbers)
        gone = [(number,) for (number,) in self._connection.execute("SELECT number FROM files") if number not in kept]
        self._connection.executemany("DELETE FROM files WHERE number = ?", gone)

    def must_be_read_again(self, file: int) -> None:
        """Sees that the next build does not pass over a file though it is as it was."""
        self._connection.execute("UPDATE files SET digest = NULL WHERE number = ?", (file,))

    def numbers(self) -> set[int]:
        """The numbers of all articles."""
        return {number for (number,) in self._connection.execute("SELECT number FROM articles")}

    def units(self, file: int) -> dict[bytes, int]:
        """The units of a file that gave an article, each with the article's number."""
        return dict(self._connection.execute("SELECT unit, number FROM articles WHERE file = ?", (file,)))

    def known(self, identity: str) -> KnownArticle | None:
        """What is known of the article of that id."""
        row = self._one("SELECT number, file, content, id FROM articles WHERE id = ?", identity)
        return KnownArticle(*row) if row else None

    def marked(self, mark: str) -> dict[int, list[tuple[bytes, KnownArticle]]]:
        """The articles with `mark` in their ids, each with its unit, by the number of their file."""
        rows = self._connection.execute(  # by the index of the ids, which is a small part of what a table has
            "SELECT unit, number, file, content, id FROM articles"
            " WHERE number IN (SELECT number FROM articles WHERE instr(id, ?)) ORDER BY number", (mark,)
        )  # fmt: skip
        found: dict[int, list[tuple[bytes, KnownArticle]]] = {}
        for unit, *fields in rows:
            article = KnownArticle(*fields)
            found.setdefault(article.file, []).append((unit, article))
        return found

    def contents(self) -> dict[int, bytes]:
        """What each article holds, by its number."""
        return dict(self._connection.execute("SELECT number, content FROM articles"))

    def put(self, article: Article, file: int, unit: bytes, number: int | None = None) -> int:
        """Writes an article, in the place of number `number` if that is given; its number."""
        first, last = span_of(article.published or "") or (None, None)
        row = (
            number, article.id, article.title, zlib.compress(article.text.encode(), _COMPRESSION), article.source,
            article.published, first and first.toordinal(), last and last.toordinal(), digest_of(article),
            content_of(article), file, unit,
        )  # fmt: skip
        written = self._connection.execute(f"INSERT OR REPLACE INTO articles VALUES ({', '.join('?' * len(row))})", row)
        return int(written.lastrowid or 0)

    def take_over(self, old: int, new: int) -> None:
        """Gives the article `old`, whose passages are indexed, the name and place of `new`, which goes."""
        moved = self._one("SELECT id, source, digest, file, unit FROM articles WHERE number = ?", new)
        self.remove(new)
        self._connection.execute(
            "UPDATE articles SET id = ?, source = ?, digest = ?, file = ?, unit = ? WHERE number = ?",
            (*moved, old),  # type: ignore[misc]
        )

    def take_id(self, number: int) -> None:
        """Takes an article's id and place, which another one has now; what it holds stays until it is removed."""
        # in the place of an id its number as bytes, which are never equal to a text
        self._connection.execute("UPDATE articles SET id = CAST(number AS BLOB), file = 0 WHERE number = ?", (number,))

    def remove(self, number: int) -> None:
        """Takes an article out with its names, but not its passages."""
        self._connection.execute("DELETE FROM articles WHERE number = ?", (number,))
        gone = self._connection.execute("DELETE FROM named WHERE article = ? RETURNING name", (number,)).fetchall()
        self._connection.executemany(
            "DELETE FROM names WHERE number = ? AND NOT EXISTS (SELECT 1 FROM named WHERE name = names.number)", gone
        )

    def put_names(self, article: int, names: Sequence[Named]) -> None:
        """Writes the names in an article that has none."""
        called = [(named.kind, named.name, key_of(named.name)) for named in names]
        self._connection.executemany("INSERT OR IGNORE INTO names (kind, name, key) VALUES (?, ?, ?)", called)
        self._connection.executemany(
            "INSERT INTO named SELECT ?, number, ? FROM names WHERE kind = ? AND name = ?",
            [(article, named.trust, named.kind, named.name) for named in names],
        )

    def remove_passages(self, article: int) -> list[int]:
        """Takes an article's passages out; their numbers, which are not given again."""
        gone = self.passages_of_number(article)
        self._connection.execute("DELETE FROM passages WHERE article = ?", (article,))
        return gone

    def passages_of_number(self, article: int) -> list[int]:
        """The numbers of the passages of the article of that number, ascending."""
        rows = self._connection.execute("SELECT number FROM passages WHERE article = ? ORDER BY number", (article,))
        return [number for (number,) in rows]

    def put_passages(self, article: int, passages: Sequence[tuple[Span, bytes]]) -> list[int]:
        """Writes an article's passages, each a span of its text with the digest of what it says; their numbers."""
        (last,) = self._one("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'passages'")  # type: ignore[misc]
        numbers = list(range(last + 1, last + 1 + len(passages)))
        self._connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?)",
            [(number, article, *span, said) for number, (span, said) in zip(numbers, passages, strict=True)],
        )
        return numbers

    # What a build keeps elsewhere (`milvus/draft.py`), and looks up here

    def restore(self, files: Iterable[FileRow], articles: Iterable[ArticleRow], last_passage: int) -> None:
        """Puts in what an earlier build wrote, but for what articles say; `last_passage` numbers have been given."""
        self._connection.executemany("INSERT INTO files VALUES (?, ?, ?, ?)", files)
        self._connection.executemany(
            "INSERT INTO articles (number, id, source, digest, content, file, unit, title, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, '', '')", articles,
        )  # fmt: skip
        self._connection.execute("INSERT INTO sqlite_sequence VALUES ('passages', ?)", (last_passage,))

    def file_rows(self) -> list[FileRow]:
        """All files."""
        return self._connection.execute("SELECT number, identity, digest, rejected FROM files").fetchall()

    def article_rows(self, numbers: Sequence[int] | None = None) -> list[ArticleRow]:
        """Articles but for what they say: those of these numbers, or all."""
        query = "SELECT number, id, source, digest, content, file, unit FROM articles"
        if numbers is None:
            return self._connection.execute(query).fetchall()
        return list(self._each(f"{query} WHERE number IN", numbers))

    def passage_rows(self, numbers: Sequence[int]) -> list[tuple[int, int, int, int, bytes]]:
        """Number, article, start, end and digest of passages."""
        return list(self._each("SELECT number, article, start, end, said FROM passages WHERE number IN", numbers))

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row

    def _each(self, query: str, numbers: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        return self._connection.execute(f"{query} ({', '.join('?' * len(numbers))})", list(numbers))


def _listed(
    number: int, identity: str, title: str, published: str | None, day: int | None, source: str, text: bytes,
    passages: int, file: str, digest: bytes | None, is_alone: int,
) -> Listed:  # fmt: skip
    try:
        chars = len(zlib.decompress(text).decode())
    except (ValueError, zlib.error):
        raise KhamtopError("index.damaged", file=f"article {number}") from None
    _, _, path = file.partition("\n")  # as `building/inventory.py` writes it
    printed = None if day is None else date.fromordinal(day)
    return Listed(identity, title, published, printed, source, chars, passages, Path(path), digest, bool(is_alone))


def digest_of(article: Article) -> bytes:
    """16 bytes that change when anything of an article does."""
    return _digest(article.id, article.title, article.text, article.source, article.published)


def content_of(article: Article) -> bytes:
    """16 bytes that tell what an article says, wherever it stands and whatever it is called there."""
    return _digest(article.title, article.text, article.published)


def _digest(*fields: str | None) -> bytes:
    content = hashlib.blake2b(digest_size=16)
    for field in fields:
        raw = None if field is None else field.encode()
        content.update(b"-" if raw is None else b"%d " % len(raw))  # so that no two rows of fields read the same
        content.update(raw or b"")
    return content.digest()
