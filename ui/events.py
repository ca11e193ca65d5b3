"""An answer as server-sent events, as it comes to be.

event: answer      the whole answer with its quotes, as /v1/ask gives it: it stands before anything else
event: sentence    what a writer says, one sentence at a time, with the numbers of the quotes that it rests on
event: error       what went wrong after the beginning; nothing follows
event: done        nothing follows
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import StreamingResponse

from khamtop.qa.types import Sentence
from khamtop.ui.replies import json_bytes

#: No proxy may hold an event back until it has more of them.
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
MEDIA_TYPE = "text/event-stream"


def event(name: str, data: Any) -> bytes:
    """One event; JSON holds no line break."""
    return b"event: %s\ndata: %s\n\n" % (name.encode(), json_bytes(data))


def answer_events(answer: Mapping[str, Any], sentences: Sequence[Sentence]) -> Iterator[bytes]:
    """The quotes, and then what was written about them."""
    yield event("answer", answer)
    for sentence in sentences:
        yield event("sentence", {"text": sentence.text, "markers": list(sentence.markers)})
    yield event("done", {})


def streamed(events: Iterator[bytes]) -> StreamingResponse:
    """The response that sends events as they come."""
    return StreamingResponse(events, media_type=MEDIA_TYPE, headers=_HEADERS)


def wants_events(headers: Headers) -> bool:
    """Whether a call asks for events by its `Accept` header."""
    return MEDIA_TYPE in headers.get("accept", "").lower()
