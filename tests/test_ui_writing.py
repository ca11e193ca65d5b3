"""What a model writes, over HTTP: a sentence at a time, each checked before; whoever leaves stops the model."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from anyio import CapacityLimiter
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

import khamtop.ui.service
from khamtop.index.types import KhamtopError
from khamtop.qa.llm import LlmWriter
from khamtop.qa.types import Writing
from khamtop.ui import chat, v1
from khamtop.ui.calls import Call, Door, call_endpoint
from khamtop.ui.guard import Access, Guard
from khamtop.ui.programs import Programs
from khamtop.ui.server import Server
from khamtop.ui.service import Service
from khamtop.ui.texts import text
from tests import model_server
from tests.model_server import Model, Waiting, saying
from tests.test_ui_v1 import fits, read_events
from tests.toys import ToyEncoder, write_files

openai = pytest.importorskip("openai", exc_type=ImportError)

QUESTION = "ตลาดน้ำบ้านสวนเปิดเมื่อใด"
MARKET = "ตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551 มีร้านค้า 120 ร้าน"
TRUE, MORE, FALSE = "ตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551", "ตลาดน้ำบ้านสวนมีร้านค้า 120 ร้าน", "ตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2499"
SITE = "https://paper.example"


@pytest.fixture
def model() -> Iterator[Model]:
    with model_server.running() as running:
        yield running


@pytest.fixture
def service(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("writing")
    write_files(folder / "articles", {"market.txt": f"ตลาดน้ำบ้านสวน\n\n{MARKET}"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(khamtop.ui.service, "load_encoder", lambda name: ToyEncoder())
        service = Service(folder / "index", [folder / "articles"], writer=LlmWriter(model.address, "toy"))
        service.rebuild()
        yield service


@pytest.fixture
def http(service: Service) -> TestClient:
    access = Access(programs=Programs(origins=(SITE,), calls_a_minute=0))
    app = Starlette(routes=[v1.mount(service, access)])
    return TestClient(Guard(app, access), base_url="http://127.0.0.1:7860")


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    access = Access(programs=Programs(calls_a_minute=0))
    server = Server(port, access)
    server.show(Starlette(routes=[v1.mount(service, access)]))
    yield server.address
    server.close()


def said(*sentences: str) -> str:
    return "".join(f"{sentence} [1]\n" for sentence in sentences)


# /v1/ask


def test_a_program_gets_each_checked_sentence_after_the_quotes(http: TestClient, model: Model) -> None:
    model.behaves = saying(said(TRUE, FALSE), said(MORE))
    given = http.post("/v1/ask", json={"question": QUESTION, "write": True, "stream": True})
    (_, answer), *told, done = read_events(given.text)
    assert "2551" in answer["citations"][0]["quote"]
    assert "sentences" not in answer
    first, more = {"text": TRUE, "markers": [1]}, {"text": MORE, "markers": [1]}
    assert told == [
        ("sentence", first),
        ("sentence", more),
        ("writing", {"sentences": [first, more], "struck": 1, "writer": "toy", "unwritten": None}),
    ]
    assert done == ("done", {})
    assert "2499" not in given.text


def test_without_events_it_is_in_the_answer(http: TestClient, model: Model) -> None:
    model.behaves = saying(said(TRUE, FALSE))
    given = http.get("/v1/ask", params={"question": QUESTION, "write": "true"})
    assert [one["text"] for one in given.json()["sentences"]] == [TRUE]
    assert (given.json()["struck"], given.json()["writer"], given.json()["unwritten"]) == (1, "toy", None)
    fits(http.get("/v1/openapi.json").json(), "/v1/ask", "get", given)


def test_nobody_writes_unasked_and_not_for_the_pages_of_other_sites(http: TestClient, model: Model) -> None:
    asked = {"question": QUESTION}
    plain = http.post("/v1/ask", json=asked)
    lent = http.post("/v1/ask", json={**asked, "write": True}, headers={"origin": SITE, "sec-fetch-site": "cross-site"})
    assert plain.json() == lent.json()
    assert model.asked == []


def test_a_program_that_leaves_stops_the_model(address: str, model: Model) -> None:
    model.behaves = waiting = Waiting(said(TRUE))
    asked = {"question": QUESTION, "write": True, "stream": True}
    with httpx.stream("POST", f"{address}/v1/ask", json=asked, timeout=20) as given:
        lines = given.iter_lines()
        assert any(TRUE in line for line in lines)
        assert not waiting.left.is_set()
    assert waiting.left.wait(20)


@pytest.mark.parametrize("asked", [("ask", {"question": QUESTION, "write": True}), ("chat/completions", None)])
def test_so_does_one_that_waits_for_the_whole(address: str, model: Model, asked: tuple[str, Any]) -> None:
    model.behaves = waiting = Waiting(None)
    path, sent = asked
    body = json.dumps(sent or {"model": chat.MODEL, "messages": [{"role": "user", "content": QUESTION}]}).encode()
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST /v1/{path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        assert waiting.asked.wait(20)
    assert waiting.left.wait(20)


# /v1/chat/completions


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_programs_answer_begins_with_what_the_model_wrote(address: str, model: Model, stream: bool) -> None:
    model.behaves = saying(said(FALSE, TRUE, "**" + MORE))
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
    messages: list[Any] = [{"role": "user", "content": QUESTION}]
    given: Any = client.chat.completions.create(model=chat.MODEL, messages=messages, stream=stream)
    parts = [chunk.choices[0].delta for chunk in given] if stream else [given.choices[0].message]
    deltas = [part.model_dump() for part in parts]
    content = "".join(delta["content"] or "" for delta in deltas)
    annotations = [one["url_citation"] for delta in deltas for one in delta.get("annotations") or []]
    written, _, quotes = content.partition("---\n")
    lines = [line for line in written.split("\n") if line]
    assert text("answer.written", "th", writer="toy")[:10] in lines[0]
    assert lines[1:3] == [f"{TRUE} [1]", f"{MORE} [1]"]
    assert text("answer.struck", "th", count=1) in lines[3]
    assert "2499" not in content
    assert f"“{MARKET}”" in quotes
    spans = [content[one["start_index"] : one["end_index"]] for one in annotations]
    assert spans[:2] == lines[1:3]
    assert spans[2].startswith("“")
    assert len({one["url"] for one in annotations}) == 1


def test_a_chat_program_gets_the_quotes_of_a_model_that_is_refused(address: str, model: Model) -> None:
    model.behaves = model_server.refusing(401, "sk-secret")
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
    given = client.chat.completions.create(model=chat.MODEL, messages=[{"role": "user", "content": QUESTION}])
    content = given.choices[0].message.content or ""
    assert text("writer.refused", "th") in content
    assert "2551" in content
    assert "secret" not in content


# What waits


def test_who_waits_for_a_turn_can_leave(service: Service, model: Model) -> None:
    answer = service.ask(QUESTION)
    with service._writing_turns.turn(), service._writing_turns.turn():
        states = service.writing(answer)
        assert next(states) == Writing("toy")
        states.close()
    assert model.asked == []
    model.behaves = saying(said(TRUE))
    assert [one.text for one in service.write(answer).sentences] == [TRUE]


# The page's own door


def page_of(function: Any) -> TestClient:
    endpoint = call_endpoint({"count": Door(function, CapacityLimiter(1), streams=True)})
    return TestClient(Starlette(routes=[Route("/page/{name}", endpoint, methods=["POST"])]))


def test_the_page_gets_a_line_for_each_that_is_new() -> None:
    def count(call: Call) -> Iterator[dict[str, int]]:
        for number in (1, 1, call.number("last", 0)):
            yield {"number": number}

    assert page_of(count).post("/page/count", json={"last": 2}).text == '{"number": 1}\n\n{"number": 2}\n'


@pytest.mark.parametrize(
    ("error", "code"), [(KhamtopError("answer.gone"), "answer.gone"), (RuntimeError("secret"), "internal")]
)
def test_what_goes_wrong_on_the_way_is_the_last_line(error: Exception, code: str) -> None:
    def count(call: Call) -> Iterator[dict[str, int]]:
        yield {"number": 1}
        raise error

    lines = page_of(count).post("/page/count", json={}).text.splitlines()
    assert [json.loads(line) for line in lines] == [{"number": 1}, {"error": {"code": code, "facts": {}}}]
    [refused] = page_of(count).post("/page/count", content=b"{").text.splitlines()
    assert json.loads(refused)["error"]["code"] == "call.invalid"
