"""A server on loopback that speaks OpenAI's protocol as far as a writer needs it, and misbehaves as it is told.

Nothing of the writer under test is replaced: what it sends goes over a real connection, and stands in `asked`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: What a way of behaving gets: how to send bytes, and an event that is set when the test is over.
Behaviour = Callable[["Handler", threading.Event], None]


@dataclass
class Model:
    """A running server: its address, what it was asked (headers and body), and how it behaves."""

    address: str = ""
    behaves: Behaviour | None = None
    asked: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Answers each POST as its model behaves."""

    model: Model

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.model.asked.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(body)))
        assert self.model.behaves
        with suppress(OSError):  # the writer had enough
            self.model.behaves(self, self.model.over)
        self.close_connection = True

    def begin(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def say(self, words: str) -> None:
        """One event with words of the model."""
        self.event({"choices": [{"index": 0, "delta": {"content": words}}]})

    def event(self, data: object) -> None:
        self.send(f"data: {json.dumps(data)}\n\n".encode())

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""


@contextmanager
def running() -> Iterator[Model]:
    """A server that behaves as its `behaves` says by then."""
    model = Model()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Ours", (Handler,), {"model": model}))
    server.daemon_threads = True
    model.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield model
    finally:
        model.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def saying(*pieces: str) -> Behaviour:
    """A model that says these pieces, and is done."""

    def behave(handler: Handler, over: threading.Event) -> None:
        handler.begin()
        for piece in pieces:
            handler.say(piece)
        handler.send(b"data: [DONE]\n\n")

    return behave


def refusing(status: int, words: str = "") -> Behaviour:
    """A model that answers with an error."""

    def behave(handler: Handler, over: threading.Event) -> None:
        handler.begin(status, "application/json")
        handler.send(json.dumps({"error": {"message": words, "type": "error"}}).encode())

    return behave


class Waiting:
    """A model that says these pieces (None: it only begins) and then nothing, until it is left: it tells when."""

    def __init__(self, *pieces: str | None) -> None:
        self._pieces = pieces
        self.asked, self.left = threading.Event(), threading.Event()

    def __call__(self, handler: Handler, over: threading.Event) -> None:
        """Behaves so."""
        self.asked.set()
        with suppress(OSError):
            if self._pieces:
                handler.begin()
            for piece in filter(None, self._pieces):
                handler.say(piece)
            handler.rfile.read(1)  # nothing more is sent to it: this ends when the connection does
        self.left.set()
