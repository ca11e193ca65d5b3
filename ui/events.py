"""An answer as server-sent events, as it comes to be.

event: answer      the whole answer with its quotes, as /v1/ask gives it: it stands before anything else
event: sentence    with `write`: what a model says, a sentence at a time, once it was checked against the quotes that it
                   names by their numbers
event: writing     what stands of all that it said, in place of the sentences before: last of all, and before that
                   where too few of the others held and some are taken back
event: error       what went wrong after the beginning; nothing follows
event: done        nothing follows
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Generator, Iterator, Mapping
from typing import Any

from anyio import CancelScope, CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from khamtop.index.panics import panics_raised
from khamtop.index.types import KhamtopError
from khamtop.qa.types import Writing
from khamtop.ui.render import writing_to_json
from khamtop.ui.replies import failed, json_bytes

_log = logging.getLogger(__name__)

#: No proxy may hold an event back until it has more of them.
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
MEDIA_TYPE = "text/event-stream"
#: Nothing new: it keeps the connection, and finds out whether there still is one.
NOTHING = b": \n\n"


class Streamed(StreamingResponse):
    """Sends what is made step by step, each step in one of these threads. Whoever leaves ends the making."""

    def __init__(self, made: Generator[bytes], threads: CapacityLimiter, media_type: str = MEDIA_TYPE) -> None:
        super().__init__(self._steps(), media_type=media_type, headers=_HEADERS)
        self._made, self._threads = made, threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._made.close, limiter=self._threads)

    async def _steps(self) -> AsyncIterator[bytes]:
        while (step := await to_thread.run_sync(next, self._made, None, limiter=self._threads)) is not None:
            yield step


def event(name: str, data: Any) -> bytes:
    """One event; JSON holds no line break."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), json_bytes(data))


def answer_events(answer: Mapping[str, Any], states: Iterator[Writing], language: str) -> Generator[bytes]:
    """The quotes, and then what is written about them (`qa.writer.writing`)."""
    yield event("answer", answer)
    try:
        with panics_raised():
            yield from _writing_events(states)
    except Exception:
        _log.exception("a call of a program failed")
        yield event("error", failed(KhamtopError("internal"), language)["error"])
    else:
        yield event("done", {})


def _writing_events(states: Iterator[Writing]) -> Iterator[bytes]:
    before = Writing("")
    for state in states:
        known = len(before.sentences)
        if state.sentences[:known] != before.sentences:
            yield event("writing", writing_to_json(state))
        elif state.sentences == before.sentences:
            yield NOTHING
        for sentence in writing_to_json(state)["sentences"][known:]:
            yield event("sentence", sentence)
        before = state
    if before.writer:
        yield event("writing", writing_to_json(before))


def wants_events(headers: Headers) -> bool:
    """Whether a call asks for events by its `Accept` header."""
    return MEDIA_TYPE in headers.get("accept", "").lower()
