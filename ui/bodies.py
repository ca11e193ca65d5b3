"""What programs send to Gradio: read whole, bounded, and holding plain values alone.

Gradio takes any object with a `path` for a file that it must bring: it opens addresses and copies files for
whoever asks. No parameter of ours is a file, so that no object gets there at all.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Room for a conversation of hundreds of long questions, of which the latest 20 count.
MOST_BYTES = 1_000_000
#: Lists in lists: `data` holds the parameters, and `history` is a list.
_DEPTH = 2


class PlainBodies:
    """The ASGI application that hands on to another one the JSON of a request, if it holds plain values alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request on, or refuses it: 413 for a body too large, 400 for one that holds objects."""
        body = bytearray()
        message: Message = {"more_body": True}
        while message.get("more_body", False):
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            if len(body) > MOST_BYTES:
                await Response(status_code=413)(scope, receive, send)
                return
        sent = _call_of(body)
        if not _is_plain_call(sent):
            await Response(status_code=400)(scope, receive, send)
            return
        # What was looked at is what is handed on: two readers of one text may not agree on it.
        read_on = json.dumps(sent).encode() if body else b""
        headers = [
            (name, value) for name, value in scope["headers"] if name not in (b"content-length", b"content-type")
        ]
        headers += [(b"content-length", b"%d" % len(read_on)), (b"content-type", b"application/json")]
        await self._app({**scope, "headers": headers}, _once(read_on, receive), send)


def parsed(body: bytes | bytearray) -> Any:
    """The JSON of a body.

    Raises:
        ValueError: if it is none, or holds half a letter, which can be escaped in JSON and stored nowhere.
    """
    try:
        sent = json.loads(body.decode("utf-8"))
        if rb"\u" in body:
            json.dumps(sent, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise ValueError from error
    return sent


def _call_of(body: bytearray) -> Any:
    """The JSON of a body; none is an empty call, and a list, which no call is, stands for what cannot be read."""
    try:
        return parsed(body) if body else {}
    except ValueError:
        return []


def _is_plain_call(sent: Any) -> bool:
    """Whether a body is one object of values and lists of values, and no object in them."""
    return isinstance(sent, dict) and all(_is_plain(value, _DEPTH) for value in sent.values())


def _is_plain(value: Any, depth: int) -> bool:
    if isinstance(value, list):
        return depth > 0 and all(_is_plain(part, depth - 1) for part in value)
    return not isinstance(value, dict)


def _once(body: bytes, receive: Receive) -> Receive:
    """Gives `body` as the whole request, and then whatever comes, such as that the client has gone."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
