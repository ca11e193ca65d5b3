"""POST /page/NAME: the functions of `web.py` that the page calls, and what it sends them, read field by field.

What comes bit by bit is a line of JSON for each time that it changed, in place of the line before; the lines between
are empty. Whoever leaves ends it.

Whoever calls may send anything. Gradio has a way for a page to call functions too; of 64 people who asked at
once it took as much of the interpreter's time as answering them did.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeGuard

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from khamtop.index.panics import panics_raised
from khamtop.index.types import KhamtopError
from khamtop.ui.bodies import MOST_BYTES, parsed
from khamtop.ui.events import Streamed
from khamtop.ui.shapes import ErrorJson
from khamtop.ui.texts import has

_log = logging.getLogger(__name__)

#: No text that a call holds is longer; what it is for has bounds of its own, and a sentence that tells them.
LONGEST_TEXT = 50_000
#: No call lists more: the quotes of an answer, or the passages of a search.
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Door:
    """A function that the page calls; what a call waits for before, without a thread; and the threads for its kind.

    Calls of one kind take no threads from those of another, however many of them come. A function gives its answer, or
    one after the other, as it comes.
    """

    function: Callable[[Call], Mapping[str, Any] | Iterator[Mapping[str, Any]]]
    threads: CapacityLimiter
    ready: Callable[[], Awaitable[None]] | None = None
    streams: bool = False


def call_endpoint(doors: Mapping[str, Door]) -> Callable[[Request], Any]:
    """The endpoint, which gives what the function of that name gives, and an error as a code of `texts.py`."""

    async def call(request: Request) -> Response:
        door = doors.get(request.path_params["name"])
        if door is None:
            return _refusal(KhamtopError("call.unknown"), 404)
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    return _refusal(KhamtopError("call.too_large", most=MOST_BYTES), 413)
        except ClientDisconnect:
            return Response(status_code=400)
        if door.ready is not None:
            await door.ready()
        if door.streams:
            return Streamed(_lines(door.function, body), door.threads, "application/x-ndjson")
        told = await to_thread.run_sync(_call, door.function, body, limiter=door.threads)
        return Response(told, media_type="application/json")

    return call


def _refusal(error: KhamtopError, status: int) -> Response:
    """What is told of a call that no function gets."""
    return JSONResponse({"error": error_to_json(error)}, status)


def _call(function: Callable[[Call], Any], body: bytearray) -> bytes:
    """What a function gives for a call, or what went wrong, as JSON."""
    return _told(lambda: function(Call(_parsed(body))))


def _lines(function: Callable[[Call], Any], body: bytearray) -> Generator[bytes]:
    """The same of one that gives its answer as it comes: an empty line where that is still the same."""

    def given() -> Iterator[Any]:
        yield from function(Call(_parsed(body)))

    answers, last = given(), b""
    while (line := _told(lambda: next(answers, None))) != b"null":
        yield b"\n" if line == last else line + b"\n"
        last = line


def _told(work: Callable[[], Mapping[str, Any] | None]) -> bytes:
    """What `work` gives, or what went wrong, as JSON."""
    try:
        with panics_raised():
            answer = work()
    except KhamtopError as error:
        answer = {"error": error_to_json(error)}
    except Exception:
        _log.exception("a call of the page failed")
        answer = {"error": {"code": "internal", "facts": {}}}
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace")


def _parsed(body: bytearray) -> Any:
    try:
        return parsed(body)
    except ValueError:
        _refuse("{}")


def error_to_json(error: KhamtopError) -> ErrorJson:
    """An error as the page gets it: its code, and the facts that the sentence for it names."""
    if not has(error.code):
        return {"code": "internal", "facts": {}}
    return {"code": error.code, "facts": json.loads(json.dumps(error.facts, default=str))}


class Call:
    """The JSON object of one call."""

    def __init__(self, sent: Any) -> None:
        """Raises `KhamtopError` (`call.invalid`), as every method does, for what is not of the kind asked for."""
        if not isinstance(sent, dict):
            _refuse("{}")
        self.fields: dict[str, Any] = sent

    def text(self, name: str, default: str | None = None) -> str:
        """A string; without a `default` it must be there."""
        value = self.fields.get(name, default)
        return value if _is_text(value) else _refuse(name)

    def optional_text(self, name: str) -> str | None:
        """A string, or None if there is none."""
        return None if self.fields.get(name) is None else self.text(name)

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.fields.get(name, default)
        return value if isinstance(value, int) and not isinstance(value, bool) else _refuse(name)

    def yes(self, name: str, default: bool | None = None) -> bool:
        """True or false; without a `default` it must be there."""
        value = self.fields.get(name, default)
        return value if isinstance(value, bool) else _refuse(name)

    def texts(self, name: str) -> list[str]:
        """Strings; none if the field is not there."""
        values = self.fields.get(name, [])
        return values if isinstance(values, list) and all(map(_is_text, values)) else _refuse(name)

    def rows(self, name: str, **kinds: type) -> list[dict[str, Any]]:
        """Up to `MOST_ROWS` objects of fields of these kinds, and no others; none if the field is not there."""
        values = self.fields.get(name, [])
        if not isinstance(values, list) or len(values) > MOST_ROWS:
            _refuse(name)
        return [self._row(name, value, kinds) for value in values]

    @staticmethod
    def _row(name: str, value: Any, kinds: dict[str, type]) -> dict[str, Any]:
        if not isinstance(value, dict):
            _refuse(name)
        fields = {field: value.get(field) for field in kinds}
        if any(type(fields[field]) is not kind for field, kind in kinds.items()):
            _refuse(name)
        if not all(_is_text(given) for given in fields.values() if isinstance(given, str)):
            _refuse(name)
        return fields


def _is_text(value: Any) -> TypeGuard[str]:
    """Whether a value is a string of a length that people send."""
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _refuse(name: str) -> NoReturn:
    raise KhamtopError("call.invalid", field=name)
