"""A page that was fetched, kept as a file -> its article. `building/fetch.py` writes such files.

The first line says where the page came from; below it stands what came, byte for byte, so that a later build reads it
anew without a network. The page's address is the id and the source of the article.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from khamtop.index.sources.html import html_article
from khamtop.index.sources.source import File, Unreadable
from khamtop.index.types import Article

SUFFIX = ".fetched"
_LONGEST_LINE = 20_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page came from, and what tells its site that it has not changed: two of HTTP's headers, and what a list
    of pages said of it."""

    address: str
    etag: str = ""
    modified: str = ""
    listed: str = ""


def kept(origin: Origin, page: bytes) -> bytes:
    """What a file of a fetched page holds."""
    return json.dumps(asdict(origin), ensure_ascii=False).encode("utf-8", "replace") + b"\n" + page


def origin_of(file: Path) -> Origin | None:
    """Where a kept page came from; None if there is none, or none that can be read."""
    try:
        with file.open("rb") as stream:
            return _origin(stream.readline(_LONGEST_LINE))
    except (OSError, ValueError, TypeError):
        return None


def fetched_article(file: File, raw: bytes) -> Article:
    """The article of a kept page; raises `Unreadable`, and whatever the libraries do."""
    line, _, page = raw.partition(b"\n")
    try:
        address = _origin(line).address
    except (ValueError, TypeError):
        raise Unreadable("file.broken") from None
    return html_article(replace(file, identity=address, origin=address), page)


def _origin(line: bytes) -> Origin:
    origin = Origin(**json.loads(line))
    if not all(isinstance(said, str) for said in asdict(origin).values()):
        raise TypeError
    return origin
