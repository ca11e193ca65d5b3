"""What state an index in Milvus is in: which builds were committed, and who may build.

An index has these collections; NAME is the one that its address tells:

    NAME                  one row for each committed build, and one for what was swept
    NAME_1_passages       a row for each stretch of a passage: its vector, and with the first one the passage's terms
    NAME_1_articles       what articles say, and in which file each was read
    NAME_1_files          what was read in which file
    NAME_1_terms          in how many passages each term stands
    NAME_lock_1           there while a build writes

Every row tells the generations from and up to which it is seen (`born`, `died`). A build writes rows of the next
generation, which nobody sees, and notes on old ones that they end there, which nobody minds. Then it commits by one row
in NAME: whoever opens the index from then on sees all of it. So a build that is killed changes nothing; the next one
takes out what it left, and the rows that ended before the generation that answers by then. Who has an older one open is
told so, and opens the index anew.

A part (`khamtop index --part 3/16`) has generations and a lock of its own. Building afresh writes to new collections
(NAME_2_...), since another encoder may have other dimensions; the next build drops the old ones.
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

from khamtop.index.milvus.bm25 import FIELDS
from khamtop.index.milvus.engine import INTEGER, KEY, SPARSE, TEXT, Engine, Row, dense_column
from khamtop.index.storage.store import FORMAT
from khamtop.index.types import KhamtopError

#: Raised whenever what stands in the collections changes; `FORMAT` tells how texts are read, cut and normalised.
LAYOUT = 1
#: What a row is seen up to that has not ended.
FOREVER = 1 << 62
#: The first number of a part's articles and passages is this many times the part's own: they never meet.
PART_NUMBERS = 1 << 40
#: A passage's key is its number and that of the stretch, an article's its number and that of the piece of its text.
STRETCHES = PIECES = 1 << 10

#: Seconds between two signs of life of a builder, and how long another machine waits for one before it takes over.
BEAT_SECONDS, PATIENCE_SECONDS = 5.0, 20.0

_STATE_COLUMNS = {"pk": KEY, "part": INTEGER, "generation": INTEGER, "data": TEXT}
_LOCK_FIELD = "owner_"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A committed build of a part. `lengths` are the sums of the passages' lengths, and `means` what their vectors
    were made with; `last_article` and `last_passage` are the highest numbers that were ever given."""

    format: str
    part: int
    parts: int
    epoch: int
    generation: int
    encoder: str
    encoder_source: str | None
    dimensions: int
    articles: int = 0
    passages: int = 0
    last_article: int = 0
    last_passage: int = 0
    last_file: int = 0
    lengths: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    means: Mapping[str, float] | None = None
    built: float = 0.0


def current_format() -> str:
    """The format of what this program writes."""
    return f"{FORMAT}.{LAYOUT}"


@dataclass(frozen=True, slots=True)
class Names:
    """The collections that one epoch of an index has."""

    passages: str
    articles: str
    files: str
    terms: str

    @classmethod
    def of(cls, collection: str, epoch: int) -> Names:
        """Those of an epoch."""
        return cls(*(f"{collection}_{epoch}_{kind}" for kind in ("passages", "articles", "files", "terms")))

    def all(self) -> tuple[str, ...]:
        """All of them."""
        return (self.passages, self.articles, self.files, self.terms)


class State:
    """The builds of an index that were committed."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.collection = engine.address.collection

    def is_there(self) -> bool:
        """Whether any build ever wrote here.

        Raises:
            KhamtopError: `milvus.foreign` if the collection of that name is someone else's.
        """
        if not self.engine.has(self.collection):
            return False
        if self.engine.columns(self.collection)[: len(_STATE_COLUMNS)] != list(_STATE_COLUMNS):
            raise KhamtopError("milvus.foreign", address=str(self.engine.address))
        return True

    def load(self) -> None:
        """Has the commits held ready to be read."""
        self.engine.load(self.collection)

    def make(self) -> None:
        """Makes the collection of commits, or what is lacking of it.

        Raises:
            KhamtopError: `milvus.foreign` if it, or one of another name that we would give, is someone else's.
        """
        if not self.is_there() and self.epochs():
            raise KhamtopError("milvus.foreign", address=str(self.engine.address))
        self.engine.make(self.collection, _STATE_COLUMNS)

    def committed(self) -> dict[int, Manifest]:
        """The last committed build of each part; empty if there is none.

        Raises:
            KhamtopError: `index.damaged` if a commit cannot be read, `index.format` if another program wrote it.
        """
        latest: dict[int, dict[str, Any]] = {}
        for row in self._commits():
            if row["generation"] > latest.get(row["part"], {"generation": -1})["generation"]:
                latest[row["part"]] = row
        return {part: _read(latest[part]["data"]) for part in sorted(latest)}

    def highest(self) -> tuple[int, int]:
        """The highest epoch of which anything is left, and the highest generation, whoever wrote them; 0 for none."""
        return max(self.epochs(), default=0), max((row["generation"] for row in self._commits()), default=0)

    def has_commits(self) -> bool:
        """Whether any build was committed."""
        return bool(self._commits())

    def answering_epoch(self) -> int | None:
        """The epoch of the last committed build, in whatever format it is."""
        rows = sorted(self._commits(), key=lambda row: row["generation"])
        try:
            return int(json.loads(rows[-1]["data"])["epoch"])
        except (IndexError, ValueError, TypeError, KeyError):
            return None

    def _commits(self) -> list[Row]:
        return self.engine.query(self.collection, 'pk like "commit.%"', ["part", "generation", "data"])

    def epochs(self) -> set[int]:
        """The epochs of which there are collections."""
        own = re.compile(rf"{self.collection}_(\d+)_(?:passages|articles|files|terms)")
        return {int(match[1]) for name in self.engine.collections() if (match := own.fullmatch(name))}

    def drop_epoch(self, epoch: int) -> None:
        """Drops the collections of an epoch."""
        for name in Names.of(self.collection, epoch).all():
            self.engine.drop(name)

    def commit(self, manifest: Manifest) -> None:
        """Makes a build the one that answers, by one row; then takes the older rows of its part out."""
        part, generation = manifest.part, manifest.generation
        data = json.dumps(asdict(manifest))
        row = {"pk": f"commit.{part}.{generation}", "part": part, "generation": generation, "data": data}
        self.engine.write(self.collection, [row])
        self.engine.delete(self.collection, f'pk like "commit.{part}.%" and generation < {generation}')

    def swept(self) -> dict[int, int]:
        """Of each part the generation before which nothing can be seen any more."""
        rows = self.engine.query(self.collection, 'pk like "swept.%"', ["part", "generation"])
        return {row["part"]: row["generation"] for row in rows}

    def sweep_up_to(self, part: int, generation: int) -> None:
        """Notes that what ended before a generation is about to be taken out."""
        row = {"pk": f"swept.{part}", "part": part, "generation": generation, "data": ""}
        self.engine.write(self.collection, [row])

    def beat(self, part: int, count: int) -> None:
        """A sign of life of the part's builder."""
        row = {"pk": f"beat.{part}", "part": part, "generation": count, "data": ""}
        self.engine.write(self.collection, [row])

    def last_beat(self, part: int) -> int:
        """The last sign of life of the part's builder."""
        rows = self.engine.of_keys(self.collection, [f"beat.{part}"], ["generation"])
        return int(rows[0]["generation"]) if rows else 0


def _read(data: str) -> Manifest:
    try:
        fields = json.loads(data)
        if fields["format"] != current_format():
            raise KhamtopError("index.format", found=fields["format"], wanted=current_format())
        return Manifest(**fields)
    except (ValueError, TypeError, KeyError) as error:
        raise KhamtopError("index.damaged", file="manifest") from error


def make_collections(engine: Engine, names: Names, dimensions: int) -> None:
    """Makes the collections of an epoch that are not there yet."""
    seen = {"born": INTEGER, "died": INTEGER, "part": INTEGER}
    engine.make(
        names.passages,
        {
            "pk": INTEGER, "number": INTEGER, "stretch": INTEGER, "article": INTEGER, "start": INTEGER, "stop": INTEGER,
            "said": INTEGER, "day": INTEGER, "last_day": INTEGER, "place": TEXT, "lengths": KEY, **seen,
            "dense": dense_column(dimensions), **dict.fromkeys(FIELDS, SPARSE),
        },
    )  # fmt: skip
    engine.make(
        names.articles,
        {
            "pk": INTEGER, "number": INTEGER, "piece": INTEGER, "pieces": INTEGER, "key": INTEGER, "id": TEXT,
            "title": TEXT, "day": INTEGER, "last_day": INTEGER, "place": TEXT, "file": INTEGER, "known": TEXT,
            "named": TEXT, "data": TEXT, **seen,
        },
    )  # fmt: skip
    engine.make(names.files, {"pk": KEY, "number": INTEGER, "piece": INTEGER, "pieces": INTEGER, "data": TEXT, **seen})
    engine.make(names.terms, {"pk": KEY, "part": INTEGER, "count": INTEGER, "before": INTEGER, "born": INTEGER})


def visible(manifests: Sequence[Manifest]) -> str:
    """The condition that the rows of these builds meet, one of each part."""
    each = [f"(part == {one.part} and born <= {one.generation} and died > {one.generation})" for one in manifests]
    return each[0] if len(each) == 1 else f"({' or '.join(each)})"


def term_key(name: str, term: int) -> int:
    """A term of a field as one number."""
    return FIELDS.index(name) << 32 | term


# Who may build

#: The builds of this process that go on, by the owner's token.
_HELD: set[str] = set()


@dataclass(frozen=True, slots=True)
class _Owner:
    """Who builds: a process of a machine. `token` tells two builds of one process apart."""

    host: str
    pid: int
    token: str

    @classmethod
    def own(cls) -> _Owner:
        """This process."""
        return cls(_host(), os.getpid(), uuid4().hex[:12])

    def column(self) -> str:
        """The owner as the name of a column, which two owners never share: no two can make the same lock."""
        return _LOCK_FIELD + f"{self.pid}|{self.token}|{self.host}".encode().hex()

    @classmethod
    def of_column(cls, column: str) -> _Owner:
        """The owner of that name."""
        raw = column.removeprefix(_LOCK_FIELD)
        pid, token, host = bytes.fromhex(raw).decode().split("|", 2)
        return cls(host, int(pid), token)

    def is_dead(self) -> bool:
        """Whether it was a process of this machine that is no more, or a build of ours that has ended."""
        if self.host != _host():
            return False
        if self.pid == os.getpid():
            return self.token not in _HELD
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False

    def is_here(self) -> bool:
        """Whether it is a process of this machine."""
        return self.host == _host()


def _host() -> str:
    """The name of this machine, no longer than an owner's column takes."""
    return socket.gethostname()[:60]


class Lock:
    """The right to build a part: a collection, since of two that make one of a name Milvus refuses one."""

    def __init__(self, state: State, part: int, wait: Callable[[float], None] = time.sleep) -> None:
        self._state, self._part, self._wait = state, part, wait
        self._engine = state.engine
        self._name = f"{state.collection}_lock_{part}"
        self._own = _Owner.own()

    @contextmanager
    def held(self) -> Iterator[Lock]:
        """Around a build.

        Raises:
            KhamtopError: `index.busy` if another build has it.
        """
        if not self._taken():
            owner = self._owner()
            if owner is not None:
                if not owner.is_dead() and (owner.is_here() or self._is_alive()):
                    raise KhamtopError("index.busy", folder=str(self._engine.address))
                self._engine.drop(self._name)
            if not self._taken():
                raise KhamtopError("index.busy", folder=str(self._engine.address))
        ended = threading.Event()
        beating = threading.Thread(target=self._beat_until, args=(ended,), name="khamtop-beat", daemon=True)
        beating.start()
        _HELD.add(self._own.token)
        try:
            yield self
        finally:
            _HELD.discard(self._own.token)
            ended.set()
            beating.join()
            with suppress(KhamtopError):  # a server that is away: the next build finds us dead
                if self.is_ours():
                    self._engine.drop(self._name)

    def is_ours(self) -> bool:
        """Whether nobody took it over meanwhile, thinking that we were dead."""
        owner = self._owner()
        return owner is not None and owner.token == self._own.token

    def _beat_until(self, ended: threading.Event) -> None:
        """Shows signs of life until a build ends; a server that is away is told elsewhere."""
        count = time.time_ns() // 1_000_000
        while not ended.wait(BEAT_SECONDS):
            count += 1
            with suppress(KhamtopError):
                self._state.beat(self._part, count)

    def _taken(self) -> bool:
        self._engine.reserve(self._name, {"pk": INTEGER, self._own.column(): INTEGER})
        return self.is_ours()  # a server may take two that are the same for one, and ours is like no other

    def _owner(self) -> _Owner | None:
        if not self._engine.has(self._name):
            return None
        try:
            return _Owner.of_column(self._engine.columns(self._name)[1])
        except (ValueError, IndexError):
            return None

    def _is_alive(self) -> bool:
        """Whether a builder on another machine shows a sign of life."""
        before = self._state.last_beat(self._part)
        self._wait(PATIENCE_SECONDS)
        return self._state.last_beat(self._part) != before
