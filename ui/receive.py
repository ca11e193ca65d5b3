"""POST /upload: takes the files of a multipart body as they come in, never more of them than is allowed.

What a file must be, and where it lands, is `uploads.py`'s business; the parsing is python-multipart's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyio import CapacityLimiter, to_thread
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from khamtop.index.types import KhamtopError
from khamtop.ui.service import Service
from khamtop.ui.shapes import Status, Uploaded
from khamtop.ui.uploads import MOST_BYTES, Uploads, upload_folder

#: What is beyond the limit is read and dropped, so that a browser hears why, but not for ever.
_GIVEN_UP_BYTES = 2 * MOST_BYTES
_LONGEST_LENGTH = 20
#: Threads that write and try files; those who ask have others.
_THREADS = 4


class _TooMuch(Exception):
    """A body that goes on and on."""


def upload_endpoint(service: Service, status: Callable[[], Status]) -> Callable[[Request], Any]:
    """The endpoint, which answers with what was saved and refused, and with the `status` after it.

    Whatever was saved is built into the index at once, even if the rest of the body never comes.
    """

    threads = CapacityLimiter(_THREADS)

    async def upload(request: Request) -> Response:
        try:
            folder = await to_thread.run_sync(upload_folder, service.upload_folder, service.read_only, limiter=threads)
        except KhamtopError as error:
            return _error(error.code, 403 if error.code == "read_only" else 409)
        uploads = Uploads(folder, service.owner)
        try:
            await _receive(request, uploads, threads)
        except (FormParserError, ClientDisconnect):
            return _error("upload.invalid", 400)
        except _TooMuch:
            return _error("upload.too_much", 413)
        finally:
            uploads.drop()
            if uploads.saved:
                service.begin_build(anew=True)
        told: Uploaded = {
            **status(),
            "saved": [{"name": name} for name in uploads.saved],
            "refused": [{"name": name, "reason": reason} for name, reason in uploads.refused],
        }
        return JSONResponse(told)

    return upload


async def _receive(request: Request, uploads: Uploads, threads: CapacityLimiter) -> None:
    """Feeds a body to `uploads`, in one of the `threads`, as that writes to the disk.

    Raises:
        FormParserError: if it is no multipart body, or not a whole one.
        ClientDisconnect: if the sender went away.
    """
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise FormParserError
    if len(length) > _LONGEST_LENGTH or int(length) > _GIVEN_UP_BYTES:
        raise _TooMuch
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise FormParserError
    parts = _Parts(uploads)
    parser = MultipartParser(options[b"boundary"], parts.callbacks())  # type: ignore[arg-type]
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > _GIVEN_UP_BYTES:
            raise _TooMuch
        await to_thread.run_sync(parser.write, chunk, limiter=threads)
    parser.finalize()
    if not parts.complete:
        raise FormParserError


class _Parts:
    """Hears of a body's parts from the parser; those named `files` are files."""

    def __init__(self, uploads: Uploads) -> None:
        self._uploads = uploads
        self._field = self._value = b""
        self._disposition = b""
        self._is_file = False
        self.complete = False

    def callbacks(self) -> dict[str, Callable[..., None]]:
        """What `MultipartParser` takes."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._all,
        }

    def _begin(self) -> None:
        self._field = self._value = self._disposition = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._is_file = options.get(b"name") == b"files" and bool(options.get(b"filename"))
        if self._is_file:
            self._uploads.begin(options[b"filename"].decode("utf-8", "replace"))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._uploads.write(data[start:end])

    def _end(self) -> None:
        if self._is_file:
            self._uploads.end()

    def _all(self) -> None:
        self.complete = True


def _error(code: str, status: int) -> Response:
    return JSONResponse({"error": {"code": code, "facts": {}}}, status)
