"""The address answers from the first moment, and says what it is waiting for."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from anyio import create_task_group
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from khamtop.index.types import KhamtopError
from khamtop.ui.guard import Access
from khamtop.ui.server import Server
from khamtop.ui.texts import text


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(free_port(), Access())
    yield server
    server.close()


async def home(request: object) -> PlainTextResponse:
    return PlainTextResponse("ready")


def test_while_it_starts_people_read_so_in_both_languages_and_come_back_by_themselves(server: Server) -> None:
    starting = httpx.get(server.address)
    assert starting.status_code == 503  # so that a program does not take it for the page
    assert text("serve.starting", "th") in starting.text
    assert text("serve.starting", "en") in starting.text
    assert '<meta http-equiv="refresh" content="1">' in starting.text
    assert httpx.get(f"{server.address}/config").status_code == 503
    told = httpx.get(f"{server.address}/v1/ask")
    assert (told.status_code, told.headers["retry-after"]) == (503, "1")
    assert told.json()["error"]["code"] == "serve.starting"


def test_what_is_shown_takes_its_place_and_lives_until_the_end(server: Server) -> None:
    lived: list[str] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with create_task_group():  # has to be left by the task that entered it
            lived.append("begun")
            yield
            lived.append("ended")

    server.show(Starlette(routes=[Route("/", home)], lifespan=lifespan))
    assert httpx.get(server.address).text == "ready"
    assert lived == ["begun"]
    server.close()
    assert lived == ["begun", "ended"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.address)


def test_even_while_it_starts_a_password_is_asked_for() -> None:
    server = Server(free_port(), Access(users=("reader:secret",)))
    try:
        assert httpx.get(server.address).status_code == 401
        assert httpx.get(server.address, auth=("reader", "secret")).status_code == 503
    finally:
        server.close()


def test_a_port_that_is_taken_is_told(server: Server) -> None:
    with pytest.raises(KhamtopError) as told:
        Server(int(server.address.rsplit(":", 1)[1]), Access())
    assert told.value.code == "port.taken"


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_that_is_not_this_machines_is_told(host: str) -> None:
    with pytest.raises(KhamtopError) as told:
        Server(free_port(), Access(host=host))
    assert told.value.code == "port.unusable"
