"""GET /page/original?article_id=ID: the PDF that an article was read from, for the browser's own viewer.

Whoever asks names an article, never a path. The file is told by the index alone, must lie among the articles and not be
a link (`Service.original`), and is served only with the bytes that were indexed: what was put in its place since is
not. Other kinds of files are not served; a browser would run what is in some of them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from khamtop.index.sources.source import digest_of_bytes, shown
from khamtop.index.types import KhamtopError
from khamtop.ui.replies import refusal, status_of

#: What the names of files that are served end in.
ORIGINALS = (".pdf",)
_THREADS = 2
_BLOCK_BYTES = 1 << 18
#: What a PDF may do besides being looked at: nothing. Chromium opens it at the page all the same.
_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"


@dataclass(frozen=True, slots=True)
class Original:
    """A file that is open: its name, its size, and its bytes from the first on."""

    name: str
    size: int
    stream: IO[bytes]


def opened(file: Path, digest: bytes | None) -> Original:
    """A file, if its bytes are those of that digest.

    What is compared is what is served, whatever gets its name meanwhile.

    Raises:
        KhamtopError: `original.changed`.
    """
    with ExitStack() as failing:
        try:
            stream = failing.enter_context(open(file, "rb"))
            found = hashlib.file_digest(stream, digest_of_bytes).digest()
            size = os.fstat(stream.fileno()).st_size
            stream.seek(0)
        except OSError:
            raise KhamtopError("original.changed") from None
        if found != digest:
            raise KhamtopError("original.changed")
        failing.pop_all()  # whoever gets the stream closes it
        return Original(shown(file.name), size, stream)


def original_endpoint(open_original: Callable[[str], Original]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint; `open_original` gives the file of the article of an id, or raises a `KhamtopError`."""
    threads = CapacityLimiter(_THREADS)

    async def original(request: Request) -> Response:
        identity = request.query_params.get("article_id", "")
        try:
            found = await to_thread.run_sync(open_original, identity, limiter=threads)
        except KhamtopError as error:
            return refusal(error, status_of(error))
        headers = {
            "content-length": str(found.size),
            "content-disposition": f"inline; filename*=utf-8''{quote(found.name, safe='')}",
            "content-security-policy": _POLICY,
            "x-content-type-options": "nosniff",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "private, no-store",
        }
        return StreamingResponse(_blocks(found), headers=headers, media_type="application/pdf")

    return original


def _blocks(found: Original) -> Iterator[bytes]:
    """The bytes of a file, as many as it had when it was opened."""
    left = found.size
    with found.stream as stream:
        while left and (block := stream.read(min(left, _BLOCK_BYTES))):
            left -= len(block)
            yield block
