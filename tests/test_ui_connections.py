"""Connections that never finish, say nothing, or are too many: whoever asks gets an answer nevertheless."""

from __future__ import annotations

import asyncio
import errno
import itertools
import logging
import resource
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import khamtop.ui.connections
import khamtop.ui.server
from khamtop.ui.connections import MOST, WAITING, Connection, most_connections
from khamtop.ui.guard import Access
from khamtop.ui.server import Server
from tests.toys import free_port

HOST = b"Host: 127.0.0.1\r\n"


async def home(request: Request) -> Response:
    return PlainTextResponse(await request.body() or b"ready")


async def much(request: Request) -> Response:
    """More than any buffer between here and a reader holds."""
    return StreamingResponse(iter([b"x" * 1_000_000] * 64))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(khamtop.ui.server, "most_connections", lambda: (8, 128))
    monkeypatch.setattr(khamtop.ui.connections, "_BETWEEN_LOOKS", 0.01)
    server = Server(free_port(), Access())
    server.show(Starlette(routes=[Route("/", home), Route("/upload", home, methods=["POST"]), Route("/config", much)]))
    yield server
    server.close()


def connect(server: Server, sent: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", int(server.address.rpartition(":")[2])), timeout=20)
    connection.sendall(sent)
    return connection


def is_ended(connection: socket.socket) -> bool:
    """Waits until the server ends a connection, and tells that it did."""
    try:
        while connection.recv(1 << 20):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


HALVES = [
    b"",
    b"GET / HT",
    b"GET / HTTP/1.1\r\nHost: 127",
    b"POST /upload HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\nx",
]


@pytest.mark.parametrize("half", HALVES)
def test_among_connections_that_never_finish_everybody_is_answered(server: Server, half: bytes) -> None:
    halves = [connect(server, half) for _ in range(50)]
    for _ in range(20):
        assert httpx.get(server.address).text == "ready"
    assert all(is_ended(connection) for connection in halves[:40])
    for connection in halves:
        connection.close()


def test_who_asks_stands_before_who_says_nothing(server: Server) -> None:
    asking = connect(server, b"GET /config HTTP/1.1\r\n" + HOST + b"\r\n")
    assert asking.recv(1)  # the answer has begun
    halves = [connect(server, b"GET") for _ in range(50)]
    assert httpx.get(server.address).text == "ready"
    asking.sendall(b"")
    received = 1
    while received < 64_000_000:
        part = asking.recv(1 << 20)
        assert part, received
        received += len(part)
    for connection in (asking, *halves):
        connection.close()


@pytest.mark.parametrize("half", HALVES[1:])
def test_a_request_that_does_not_go_on_is_ended(server: Server, half: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(khamtop.ui.connections, "HEAD_SECONDS", 0.05)
    monkeypatch.setattr(khamtop.ui.connections, "SILENT_SECONDS", 0.05)
    with connect(server, half) as connection:
        assert is_ended(connection)


def test_a_head_that_comes_letter_by_letter_is_ended_too(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(khamtop.ui.connections, "HEAD_SECONDS", 0.05)
    with connect(server) as connection, pytest.raises(OSError, match=r"Broken pipe|reset"):
        drip(connection)


def drip(connection: socket.socket) -> None:
    """Sends a head letter by letter, without end."""
    for letter in itertools.chain(b"GET / HTTP/1.1\r\nA: ", itertools.repeat(ord("x"))):
        connection.sendall(bytes([letter]))


def test_a_connection_that_is_opened_and_never_used_is_ended(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(khamtop.ui.connections, "KEPT_SECONDS", 0.05)
    with connect(server) as connection:
        assert is_ended(connection)


def test_an_answer_that_nobody_takes_is_ended(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = threading.Event()
    give_up = Connection.give_up

    def told(connection: Connection) -> None:
        give_up(connection)
        given_up.set()

    monkeypatch.setattr(Connection, "give_up", told)
    monkeypatch.setattr(khamtop.ui.connections, "SILENT_SECONDS", 0.05)
    with connect(server, b"GET /config HTTP/1.1\r\n" + HOST + b"\r\n") as connection:
        assert given_up.wait(20)
        assert is_ended(connection)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"A" * 100_000,
        b"GET / HTTP/1.1\r\n" + HOST + b"\r\nnonsense\r\n\r\n",
        b"POST /upload HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /config HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\nzz\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x00\x01",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_no_http_ends_its_connection_and_leaves_no_trace(
    server: Server, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(server, sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert is_ended(connection)
    assert httpx.get(server.address).text == "ready"
    assert caplog.records == []


def test_as_many_connect_as_files_allow_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    for files, found in ((1_000_000, (MOST, WAITING)), (256, (128, 32)), (resource.RLIM_INFINITY, (MOST, WAITING))):
        monkeypatch.setattr(resource, "getrlimit", lambda kind, files=files: (files, files))
        assert most_connections() == found


def test_that_no_file_is_free_is_told_once_and_anything_else_each_time(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(1000):
        server._complain(server._loop, {"message": "accept", "exception": OSError(errno.EMFILE, "Too many open files")})
    assert [(record.levelno, record.exc_info) for record in caplog.records] == [(logging.ERROR, None)]
    told: list[Any] = []
    loop = asyncio.new_event_loop()
    loop.default_exception_handler = told.append  # type: ignore[method-assign]
    server._complain(loop, {"message": "other", "exception": ValueError()})
    loop.close()
    assert len(told) == 1
