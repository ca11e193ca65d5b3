"""What gets through to Gradio: plain values alone, so that no body makes the server open anything."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

import khamtop.ui.service
from khamtop.ui.bodies import MOST_BYTES, PlainBodies
from khamtop.ui.guard import Access, Guard
from khamtop.ui.service import Service
from khamtop.ui.web import application
from tests.toys import ToyEncoder, write_files

#: An address of this machine where nobody listens: a server that follows it would be seen to try.
ELSEWHERE = "http://127.0.0.1:9/x"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """What stands behind: gives back the body that it got."""
    await Response(await Request(scope, receive).body())(scope, receive, send)


PLAIN = TestClient(PlainBodies(echo))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"data": ["ใครชนะ", 5, None, "", "", ""]},
        {"data": ["ใครชนะ", 5, ["ก่อนหน้า", "🦒"]], "fn_index": 1, "session_hash": "x", "event_data": None},
        {"question": "ใครชนะ", "k": 5, "history": []},
    ],
)
def test_a_call_of_plain_values_gets_through_as_it_is(sent: dict[str, Any]) -> None:
    assert PLAIN.post("/", content=json.dumps(sent)).json() == sent


def file_data(**fields: Any) -> dict[str, Any]:
    return {"path": ELSEWHERE, "meta": {"_type": "gradio.FileData"}, **fields}


OBJECTS: list[dict[str, Any]] = [
    {"data": [file_data(), 5]},
    {"data": [file_data(path="pyproject.toml"), 5]},
    {"data": [[file_data()], 5]},
    {"data": ["ใครชนะ", 5, [file_data(url=ELSEWHERE)]]},
    {"data": {"question": file_data()}},
    {"question": file_data()},
    {"data": ["ใครชนะ"], "event_data": file_data()},
    {"data": [[[["ลึก"]]]]},
]


@pytest.mark.parametrize("sent", OBJECTS)
def test_a_body_with_an_object_in_it_is_refused(sent: dict[str, Any]) -> None:
    assert PLAIN.post("/", content=json.dumps(sent)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"3",
        b"\xff\xfe",
        b'{"data": ["\\ud800"]}',
        b'{"data": ["\xed\xa0\x80"]}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
    ],
)
def test_a_body_that_is_no_call_is_refused(body: bytes) -> None:
    assert PLAIN.post("/", content=body).status_code == 400


def test_a_body_is_not_read_beyond_its_bound() -> None:
    assert PLAIN.post("/", content=b" " * (MOST_BYTES + 1)).status_code == 413


def test_of_two_values_for_one_name_the_one_that_was_looked_at_gets_through() -> None:
    body = b'{"data": [{"path": "x"}], "data": ["a"]}'
    assert PLAIN.post("/", content=body).content == b'{"data": ["a"]}'


class Watch:
    """Sees every file that is opened and every address that is looked up or connected to, while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and event in ("open", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
            self.seen.append(f"{event} {arguments[:2]}")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Watch]]:
    folder = tmp_path_factory.mktemp("bodies")
    write_files(folder / "articles", {"a.txt": "ตลาดน้ำบ้านสวน\nเปิดเมื่อ พ.ศ. 2551"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(khamtop.ui.service, "load_encoder", lambda name: ToyEncoder())
        service = Service(folder / "index", [folder / "articles"])
        service.rebuild()
        access = Access()
        client = TestClient(Guard(application(service, access), access), base_url="http://127.0.0.1:7860")
        client.get("/gradio_api/info")  # built at the first call
        yield client, Watch()


ROUTES = [
    "run/ask",
    "api/ask",
    "call/ask",
    "call/v2/ask",
    "queue/join",
    "run/search",
    "call/rebuild",
    "cancel",
    "reset",
]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("sent", OBJECTS)
def test_no_body_on_an_open_route_opens_a_socket_or_a_file(
    watched: tuple[TestClient, Watch], route: str, sent: dict[str, Any]
) -> None:
    client, watch = watched
    watch.seen.clear()
    watch.on = True
    answer = client.post(f"/gradio_api/{route}", json={**sent, "session_hash": "x", "fn_index": 0})
    watch.on = False
    assert answer.status_code == 400
    assert watch.seen == []
