"""The one door to Milvus: collections, rows, searches, and whatever goes wrong there as one of our errors.

Nothing here knows what the rows mean. Alone imports pymilvus, and that only when an address is opened.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from khamtop.index.milvus.address import TOKEN_VARIABLE, Address
from khamtop.index.types import KhamtopError

Row = dict[str, Any]
Sparse = Mapping[int, float]
#: The columns of a collection: what each is made of, as the name of its type in pymilvus and what that takes.
Column = tuple[str, Mapping[str, Any]]
Columns = Mapping[str, Column]
_T = TypeVar("_T")

#: Seconds that a server may take for anything; pymilvus tries again until then.
TIMEOUT = 30.0
_CONNECT_SECONDS = 5.0
#: Seconds for what a server takes longer over the more it holds: to write down and index, and to read again.
_LONG_SECONDS = 300.0
#: Rows that are sent at once: a passage is some 15 kB, and Milvus takes 64 MB.
BATCH = 500
#: The most rows that a search may give back (Milvus' limit).
MOST_FOUND = 16384
#: Numbers of rows that are read at once.
_RANGE = 10_000

INTEGER: Column = ("INT64", {})
TEXT: Column = ("VARCHAR", {"max_length": 65535})
KEY: Column = ("VARCHAR", {"max_length": 100})
SPARSE: Column = ("SPARSE_FLOAT_VECTOR", {})
#: A collection must have a vector: where nothing is searched for, it is this one.
_NO_VECTOR = "none"
#: Graphs of a server's vectors: neighbours of each, and how thoroughly they are looked for when it is made.
_HNSW = {"M": 16, "efConstruction": 200}
#: How many vectors a search of such a graph keeps in sight, at the least.
_EF = 256

_REFUSED = ("unauthenticated", "auth check failure", "permission", "invalid token", "code=1800", "code=80")
_AWAY = (
    "unavailable", "connect", "deadline", "timeout", "closed channel", "cancelled", "illegal connection",
    "not loaded", "'released'",  # it was away, and has not yet read its collections again
)  # fmt: skip


def dense_column(dimensions: int) -> Column:
    """A column of vectors."""
    return "FLOAT_VECTOR", {"dim": dimensions}


_OPENING = threading.Lock()
_NO_COLUMN: Columns = {_NO_VECTOR: dense_column(2)}


class Engine:
    """A connection to one server or file; safe to use from several threads."""

    def __init__(self, address: Address) -> None:
        """Connects.

        Raises:
            KhamtopError: `milvus.missing` where the extra is not installed, `index.away`, `milvus.key`,
                `milvus.locked` where another program has the file open.
        """
        self.address = address
        #: Whether vectors are found along a graph; else each is compared with the question.
        self._has_graphs = self._wants_graphs()
        self._token = os.environ.get(TOKEN_VARIABLE, "")
        self._client, self._failures = self._connected()

    def _connected(self) -> tuple[Any, tuple[type[Exception], ...]]:
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # else it prints each hiccup of a connection
        try:
            import grpc
            import pymilvus
        except ModuleNotFoundError as error:
            raise KhamtopError("milvus.missing") from error
        for library in ("pymilvus", "milvus_lite"):  # they print each failure with its traceback, which we tell
            logging.getLogger(library).setLevel(logging.CRITICAL + 1)
        file = self.address.file
        if file is not None:
            _check_file(self.address)
        failures = (pymilvus.MilvusException, grpc.RpcError)
        try:
            client = pymilvus.MilvusClient(self.address.uri, token=self._token, timeout=_CONNECT_SECONDS)
        except failures as error:
            raise self._told(error) from None
        return client, failures

    def _wants_graphs(self) -> bool:
        """A server may hold millions of vectors; a file is as small as a folder whose vectors are flat."""
        return self.address.file is None

    # Collections

    def has(self, collection: str) -> bool:
        """Whether there is such a collection."""
        return bool(self._call("has_collection", collection))

    def columns(self, collection: str) -> list[str]:
        """The names of a collection's columns."""
        return [field["name"] for field in self._call("describe_collection", collection)["fields"]]

    def make(self, collection: str, columns: Columns) -> None:
        """Makes a collection of these columns, of which the first is the key, or what is lacking of it."""
        columns = columns if any("VECTOR" in kind for kind, _ in columns.values()) else {**columns, **_NO_COLUMN}
        self.reserve(collection, columns)
        try:
            self._index(collection, columns)
        except KhamtopError:  # a builder of another part may make them in the same moment
            self._index(collection, columns)
        self.load(collection)

    def load(self, collection: str) -> None:
        """Has the engine hold a collection ready to be asked, which it may have let go of."""
        self._call_long("load_collection", collection)

    def _index(self, collection: str, columns: Columns) -> None:
        """Makes the indexes that a collection lacks."""
        wanted = self._indexes(columns, without=self._call("list_indexes", collection))
        if len(wanted):
            # `sync`: else pymilvus sleeps half a second for each, though there is nothing to index yet
            self._call("create_index", collection, index_params=wanted, sync=False)

    def reserve(self, collection: str, columns: Columns) -> None:
        """Makes a collection that nothing is to be put in, unless there is one of that name already."""
        from pymilvus import DataType, MilvusClient

        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        columns = columns if any("VECTOR" in kind for kind, _ in columns.values()) else {**columns, **_NO_COLUMN}
        for place, (name, (kind, settings)) in enumerate(columns.items()):
            schema.add_field(name, DataType[kind], is_primary=place == 0, **settings)
        try:
            if not self.has(collection):
                self._call("create_collection", collection, schema=schema, consistency_level="Strong")
        except KhamtopError:
            if not self.has(collection):
                raise

    def _indexes(self, columns: Columns, without: Sequence[str]) -> Any:
        """What searches need of each column of vectors."""
        from pymilvus import MilvusClient

        indexes = MilvusClient.prepare_index_params()
        for name, (kind, _) in columns.items():
            if name in without or "VECTOR" not in kind:
                continue
            is_graph = kind == "FLOAT_VECTOR" and name != _NO_VECTOR and self._has_graphs
            plain = "SPARSE_INVERTED_INDEX" if kind == "SPARSE_FLOAT_VECTOR" else "FLAT"
            indexes.add_index(
                name, index_name=name, index_type="HNSW" if is_graph else plain, metric_type="IP",
                params=_HNSW if is_graph else {},
            )  # fmt: skip
        return indexes

    def drop(self, collection: str) -> None:
        """Takes a collection away, if it is there."""
        if self.has(collection):
            self._call("drop_collection", collection)

    def collections(self) -> list[str]:
        """The names of all collections."""
        return list(self._call("list_collections"))

    def settle(self, collection: str) -> None:
        """Has the engine write what it took and index it: until then it looks through new rows one by one."""
        self._call_long("flush", collection)

    # Rows

    def write(self, collection: str, rows: Sequence[Row], size: int = BATCH) -> None:
        """Writes rows, in the place of those of the same keys, `size` at once.

        Never Milvus' `insert`, which a call that is tried again would write twice.
        """
        for batch in batches(rows, size):
            self._call("upsert", collection, list(map(_whole, batch)))

    def delete(self, collection: str, condition: str) -> None:
        """Takes the rows out that meet a condition."""
        self._call("delete", collection, filter=condition)

    def of_keys(
        self, collection: str, keys: Sequence[int] | Sequence[str], columns: Sequence[str], size: int = BATCH
    ) -> list[Row]:
        """The rows of these keys, `size` at once and in any order; of keys that are not there none."""
        found: list[Row] = []
        for batch in batches(keys, size):
            found += self._call("query", collection, ids=list(batch), output_fields=list(columns))
        return found

    def query(self, collection: str, condition: str, columns: Sequence[str]) -> list[Row]:
        """The rows that meet a condition, in any order."""
        return list(self._call("query", collection, filter=condition, output_fields=list(columns)))

    def count(self, collection: str, condition: str) -> int:
        """How many rows meet a condition."""
        return int(self.query(collection, condition, ["count(*)"])[0]["count(*)"])

    def nearest(
        self,
        collection: str,
        column: str,
        wanted: Sequence[Sparse] | Sequence[np.ndarray],
        condition: str,
        limit: int,
        columns: Sequence[str],
    ) -> list[list[tuple[float, Row]]]:
        """For each vector wanted, the `limit` rows of the highest inner products with their columns, best first."""
        limit = min(limit, MOST_FOUND)
        data = [vector.tolist() if isinstance(vector, np.ndarray) else dict(vector) for vector in wanted]
        is_graph = isinstance(wanted[0], np.ndarray) and self._has_graphs
        settings = {"metric_type": "IP", "params": {"ef": max(_EF, 2 * limit)} if is_graph else {}}
        found = self._call(
            "search", collection, data=data, anns_field=column, filter=condition, limit=limit,
            output_fields=list(columns), search_params=settings,
        )  # fmt: skip
        return [[(float(hit["distance"]), dict(hit["entity"])) for hit in hits] for hits in found]

    def _call(self, name: str, *given: Any, **settings: Any) -> Any:
        """Asks the engine; every call goes through here."""
        try:
            return getattr(self._client, name)(*given, **{"timeout": TIMEOUT, **settings})
        except self._failures as error:
            raise self._told(error) from None

    def _call_long(self, name: str, collection: str) -> None:
        """Asks for what may take minutes, once it is known that somebody answers: pymilvus tries for as long."""
        if self.has(collection):
            self._call(name, collection, timeout=_LONG_SECONDS)

    def _told(self, error: Exception) -> KhamtopError:
        """A failure of pymilvus as ours: what it says may hold anything, but never the key."""
        said = str(error)
        folded = f"{said} {error.__cause__}".lower()  # a key that is refused is told by the cause alone
        if any(word in folded for word in _REFUSED):
            return KhamtopError("milvus.key", address=str(self.address))
        if any(word in folded for word in _AWAY):
            return KhamtopError("index.away", address=str(self.address))
        said = said.replace(self._token, "…") if self._token else said
        return KhamtopError("milvus.failed", address=str(self.address), said=" ".join(said.split())[:200])


def _check_file(address: Address) -> None:
    """Refuses a file that cannot be opened, as Milvus Lite tells all of these alike."""
    file = address.file
    assert file is not None
    if file.exists() and not file.is_dir():
        raise KhamtopError("milvus.foreign", address=str(address))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KhamtopError("index.unwritable", folder=str(file.parent)) from error
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise KhamtopError("index.unwritable", folder=str(file))
    try:
        import milvus_lite
    except ModuleNotFoundError as error:
        raise KhamtopError("milvus.missing") from error
    with _OPENING:  # of two threads that open a file at once it refuses one
        uri = milvus_lite.server_manager_instance.start_and_get_uri(str(file))
    if uri is None:
        raise KhamtopError("milvus.locked", file=str(file))


def batches(items: Sequence[_T], size: int = BATCH) -> Iterator[Sequence[_T]]:
    """The items, so many at a time."""
    for at in range(0, len(items), size):
        yield items[at : at + size]


def ranged(
    engine: Engine, collection: str, condition: str, first: int, last: int, columns: Sequence[str]
) -> Iterator[Row]:
    """The rows that meet a condition and have numbers from `first` to `last`, some numbers at a time."""
    for at in range(first, last + 1, _RANGE):
        end = min(at + _RANGE, last + 1)
        yield from engine.query(collection, f"{condition} and number >= {at} and number < {end}", ["number", *columns])


def _whole(row: Row) -> Row:
    """A row with the vector that a collection must have."""
    has_vector = any(isinstance(value, (dict, np.ndarray, list)) for value in row.values())
    return row if has_vector else {**row, _NO_VECTOR: [0.0, 0.0]}
