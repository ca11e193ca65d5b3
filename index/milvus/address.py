"""Where an index stands that is no folder: the address of a Milvus server and a collection, or a Milvus Lite file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from khamtop.index.types import KhamtopError

#: The environment variable that holds a server's key. It is given to the server alone, and shown nowhere.
TOKEN_VARIABLE = "KHAMTOP_MILVUS_TOKEN"
#: What the collection of a Milvus Lite file is called, which has no place for another name.
LITE_COLLECTION = "khamtop"
#: A file of this ending is Milvus Lite's (in fact a folder).
LITE_SUFFIX = ".db"
#: What stays on this machine where an index does not: articles of the page, fetched pages, remarks of readers.
HOME = Path(".khamtop")

#: The most parts that an index may be built in.
MOST_PARTS = 256

_SCHEMES = {"milvus": "http", "http": "http", "https": "https"}
_PORT = 19530
#: Milvus' own rule, less what we append.
_COLLECTION = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_LIKE_AN_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class Address:
    """A collection of a server or of a Milvus Lite file; `uri` is what pymilvus takes, `str()` what people typed."""

    uri: str
    collection: str
    shown: str

    def __str__(self) -> str:
        return self.shown

    @property
    def file(self) -> Path | None:
        """The Milvus Lite file; None for a server."""
        return None if "://" in self.uri else Path(self.uri)


#: Where an index stands: a folder, or an address.
Place = Path | Address


def place_of(typed: str | Place) -> Place:
    """A folder, or the address that was typed.

    Raises:
        KhamtopError: `milvus.address` for what looks like an address and is none.
    """
    if isinstance(typed, Address):
        return typed
    text = str(typed)
    if isinstance(typed, str) and _LIKE_AN_ADDRESS.match(text):
        return _server(text)
    if text.endswith(LITE_SUFFIX):
        return Address(text, LITE_COLLECTION, text)
    return Path(typed)


def home_of(place: Place) -> Path:
    """The folder of this machine for what is no part of the index itself."""
    return place if isinstance(place, Path) else HOME


def _server(typed: str) -> Address:
    try:
        parts = urlsplit(typed)
        port = parts.port or _PORT
    except ValueError:
        raise KhamtopError("milvus.address", address=_without_user(typed)) from None
    collection = parts.path.strip("/")
    if parts.scheme not in _SCHEMES or not _is_plain(parts) or not _COLLECTION.fullmatch(collection):
        raise KhamtopError("milvus.address", address=_without_user(typed))
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    return Address(f"{_SCHEMES[parts.scheme]}://{host}:{port}", collection, typed)


def _is_plain(parts: SplitResult) -> bool:
    """Whether it is a host, a port and a path: a key in an address would be shown wherever the address is."""
    return bool(parts.hostname) and "@" not in parts.netloc and not parts.query and not parts.fragment


def _without_user(typed: str) -> str:
    """What may be shown of an address that is none: no name and key before its host, and nothing behind its path."""
    scheme, _, rest = typed.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
