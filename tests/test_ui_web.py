"""The page's server as programs meet it: the API, the headers, and what it must not give away."""

from __future__ import annotations

import base64
import http.client
import re
import socket
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from gradio_client import Client
from gradio_client.exceptions import AppError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import khamtop.ui.server
import khamtop.ui.service
from khamtop.index.types import KhamtopError
from khamtop.ui import render
from khamtop.ui.guard import Access
from khamtop.ui.service import Service
from khamtop.ui.texts import text
from tests.toys import ToyEncoder

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("web")
    (folder / "articles").mkdir()
    (folder / "articles/market.txt").write_text("ข่าวตลาด\n3 ตุลาคม 2565\n\nตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(khamtop.ui.service, "load_encoder", lambda name: ToyEncoder())
        service = Service(folder / "index", [folder / "articles"])
        service.rebuild()
        yield service


@pytest.fixture(scope="module")
def url(service: Service) -> Iterator[str]:
    from khamtop.ui.web import launch

    server = launch(service, free_port())
    yield server.address
    server.close()


@pytest.fixture(scope="module")
def client(url: str) -> Client:
    return Client(url, verbose=False)


QUESTION = "ตลาดน้ำบ้านสวนเปิดเมื่อใด"


def test_three_endpoints_are_listed(client: Client) -> None:
    listed = client.view_api(return_format="dict", print_info=False)
    assert list(listed["named_endpoints"]) == ["/ask", "/search", "/rebuild"]
    assert not listed["unnamed_endpoints"]
    parameters = listed["named_endpoints"]["/ask"]["parameters"]
    assert [parameter["parameter_name"] for parameter in parameters] == [
        "question",
        "k",
        "history",
        "since",
        "until",
        "source",
        "write",
        "name",
    ]


def test_ask_gives_the_command_lines_json(client: Client, service: Service) -> None:
    given = client.predict(QUESTION, api_name="/ask")
    assert given == render.to_json(service.ask(QUESTION))
    assert "2551" in given["citations"][0]["quote"]


def test_ask_takes_the_conversation_and_a_number_of_passages(client: Client, service: Service) -> None:
    given = client.predict("แล้วเปิดเมื่อใด", 1, ["ตลาดน้ำบ้านสวนอยู่ที่ไหน"], api_name="/ask")
    assert given == render.to_json(service.ask("แล้วเปิดเมื่อใด", ["ตลาดน้ำบ้านสวนอยู่ที่ไหน"], 1))


def test_search_gives_the_command_lines_json(client: Client, service: Service) -> None:
    given = client.predict("ตลาดน้ำ", k=3, api_name="/search")
    assert given == render.findings_to_json("ตลาดน้ำ", service.search("ตลาดน้ำ", k=3))


def test_agents_find_their_tools_beside_the_page(url: str) -> None:
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    headers = {"accept": "application/json, text/event-stream"}
    told = httpx.post(f"{url}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers).json()
    assert [tool["name"] for tool in told["result"]["tools"]] == ["ask", "search", "article", "articles", "names"]


def test_without_the_extra_there_are_no_agents_and_the_page_is_there(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from khamtop.ui.web import application

    monkeypatch.delitem(sys.modules, "khamtop.ui.mcp", raising=False)
    monkeypatch.delattr("khamtop.ui.mcp", raising=False)
    monkeypatch.setitem(sys.modules, "mcp", None)
    paths = [getattr(route, "path", "") for route in application(service, Access()).routes]
    assert "/mcp" not in paths
    assert "/v1" in paths


def test_rebuild_gives_the_command_lines_json(client: Client) -> None:
    report = client.predict(api_name="/rebuild")
    assert (report["articles"], report["unchanged"], report["rejected"]) == (1, 1, [])


def test_plain_json_stands_beside_gradios_calls(client: Client, url: str) -> None:
    given = httpx.get(f"{url}/v1/ask", params={"question": QUESTION}).json()
    [cited, *_] = given["citations"]
    assert cited["url"].startswith(f"{url}/#articles?article=")
    assert client.predict(QUESTION, api_name="/ask")["citations"][0]["quote"] == cited["quote"]
    assert httpx.get(f"{url}/v1/docs").status_code == 200


@pytest.mark.parametrize(
    ("question", "sentence"),
    [("", text("question.empty", "en")), ("ก" * 2001, text("question.too_long", "th", limit=2000))],
)
def test_a_bad_question_is_one_sentence_in_its_language(client: Client, question: str, sentence: str) -> None:
    with pytest.raises(AppError) as told:
        client.predict(question, api_name="/ask")
    assert str(told.value) == sentence


def test_what_nobody_foresaw_is_one_sentence_too(
    client: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> Any:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(khamtop.ui.service, "ask", broken)
    with pytest.raises(AppError) as told:
        client.predict("why?", api_name="/ask")
    assert str(told.value) == text("internal", "en")


def test_the_browser_is_told_to_fetch_nothing_from_elsewhere(url: str) -> None:
    with urllib.request.urlopen(url) as page:
        policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert not re.search(r"https?:|\*", policy)


#: Ways to name a file to a server that is careless.
ROUTES = (
    "/gradio_api/file={}", "/gradio_api/file/{}", "/file={}", "/gradio_api/proxy=file://{}", "/gradio_api/stream/{}",
    "/static/{}", "/assets/{}", "/static/../../../../../../../../../..{}", "/assets/..%2f..%2f..%2f..%2f..%2f..%2f..{}",
    "/assets/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e{}", "/assets/....//....//....//....{}", "/assets//{}",
    "/assets/..%5c..%5c..{}", "/static/%252e%252e/%252e%252e{}", "//{}", "/svelte/{}", "/gradio_api/../..{}",
    "/khamtop/../..{}", "/?deep_link=../../..{}", "/gradio_api/custom_component/x/client/{}/y", "/manifest.json/{}",
    "/theme.css/../../{}", "/favicon.ico/{}",
)  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_no_file_of_the_machine_is_served(url: str, service: Service, route: str) -> None:
    (article,) = service._articles[0].iterdir()
    files = [Path("/etc/passwd"), ROOT / "pyproject.toml", article, service.folder / "CURRENT"]
    for file in files:
        for path in (str(file), urllib.parse.quote(str(file), safe=""), str(file.relative_to("/"))):
            answer = get(url, route.format(path))
            assert file.read_bytes() not in answer, route.format(path)


def get(url: str, path: str) -> bytes:
    """The body of an answer to a path as it stands, which no client has tidied up."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    connection.request("GET", urllib.parse.quote(path, safe="/%=?:.&"))
    return connection.getresponse().read()


def call(url: str, name: str, /, **fields: Any) -> Any:
    """Calls a function of the page, as the page does; the status where the server refuses."""
    answer = httpx.post(f"{url}/page/{name}", json=fields)
    return answer.json() if answer.is_success else answer.status_code


def test_the_page_asks_and_gets_the_days_of_what_is_quoted(url: str, service: Service) -> None:
    answer = call(url, "ask", question=QUESTION, history=[])
    assert "2551" in answer["citations"][0]["quote"]
    assert [part["day"] for part in (answer["citations"][0], answer["cards"][0])] == ["2022-10-03"] * 2
    assert (answer["index"], answer["built"]) == (service.index, service.give(QUESTION).built.isoformat())
    assert call(url, "status")["index"] == service.index
    assert call(url, "ask", question=QUESTION, index=service.index) == answer
    assert call(url, "ask", question=QUESTION, index="x")["error"] == {"code": "answer.gone", "facts": {}}
    assert call(url, "ask", question=QUESTION, since="2566")["citations"] == []
    assert call(url, "ask", question="") == {"error": {"code": "question.empty", "facts": {}}}


def test_the_page_searches_within_dates_and_sources(url: str) -> None:
    found = call(url, "search", question="ตลาดน้ำ", since="2565", until="", source="market", k=3, order="date")
    (article,) = found["articles"]
    (card,) = article["cards"]
    assert (article["title"], article["day"], card["numbers"]) == ("ข่าวตลาด", "2022-10-03", [])
    assert "".join(part["text"] for part in card["parts"]) == card["text"]
    assert [part["text"] for part in card["parts"] if part.get("term")] == ["ตลาดน้ำ"]
    assert [part["text"] for part in article["title_parts"]] == ["ข่าวตลาด"]
    assert found["total"] == {"articles": 1, "passages": 1, "all": True}
    assert call(url, "search", question="ตลาดน้ำ", since="2566")["articles"] == []
    assert call(url, "search", question="ตลาดน้ำ", name="ตรัง")["articles"] == []
    assert call(url, "search", question="ตลาดน้ำ", order="size")["error"]["code"] == "search.order"
    assert call(url, "search", question="ตลาดน้ำ", since="เมื่อวาน")["error"]["code"] == "filter.date"


def test_the_page_lists_opens_and_draws_the_articles(url: str) -> None:
    listed = call(url, "articles", find="ข่าวตลาด", offset=0, limit=10)
    assert listed["total"] == 1
    (row,) = listed["articles"]
    assert (row["title"], row["day"], row["removable"]) == ("ข่าวตลาด", "2022-10-03", False)
    article = call(url, "article", article_id=row["article_id"], quotes=[])
    assert (article["removable"], article["day"]) == (False, "2022-10-03")
    names = call(url, "names", kind="place")
    assert names == {"kinds": [{"kind": "place", "total": 0, "names": []}]}
    assert call(url, "names", kind="animal")["error"]["code"] == "names.kind"
    timeline = call(url, "timeline")
    assert timeline == {"unit": "day", "bars": [{"start": "2022-10-03", "count": 1}], "undated": 0}


def test_an_article_is_summed_up_in_its_own_words_and_the_only_one_without_being_named(
    url: str, service: Service
) -> None:
    (row,) = call(url, "articles")["articles"]
    told = call(url, "summary", article_id=row["article_id"])
    whole = service.article(row["article_id"]).text
    assert (told["title"], told["day"]) == ("ข่าวตลาด", "2022-10-03")
    assert [quote["number"] for quote in told["quotes"]] == [1]
    assert all(whole[quote["start"] : quote["end"]] == quote["quote"] != "" for quote in told["quotes"])
    assert call(url, "summary") == told
    assert call(url, "summary", article_id="none")["error"]["code"] == "article.unknown"


def test_the_page_offers_questions_that_follow(url: str, service: Service) -> None:
    assert call(url, "follow_ups", question=QUESTION, history=[]) == {"questions": service.follow_ups(QUESTION)}


def test_the_page_is_told_how_the_build_goes(url: str) -> None:
    before = call(url, "status")
    assert (before["articles"], before["passages"], before["read_only"]) == (1, 1, False)
    after = call(url, "rebuild")["build"]
    assert after["number"] == before["build"]["number"] + 1
    while call(url, "status")["build"]["running"]:
        pass


def test_the_page_keeps_what_a_reader_thought(url: str, service: Service) -> None:
    sent = {"question": QUESTION, "answer": "พ.ศ. 2551", "short_answer": None, "citations": [], "good": False}
    identity = call(url, "feedback", **sent)["id"]
    assert call(url, "feedback", **sent, id=identity, remark="ผิดปี")["id"] == identity
    assert [(opinion.good, opinion.remark) for opinion in service.feedback.opinions()] == [(False, "ผิดปี")]


@pytest.mark.parametrize("fields", [{}, {"question": 7}, {"question": "x", "history": "x"}])
def test_a_call_without_sense_is_one_sentence(url: str, fields: dict[str, Any]) -> None:
    assert call(url, "ask", **fields)["error"]["code"] == "call.invalid"


@pytest.mark.parametrize("body", [b"", b"ask", b"[]", b"7", b"[" * 100_000, b"\xff", b'{"question": "\\ud800"}'])
def test_what_is_no_call_at_all_is_one_sentence_too(url: str, body: bytes) -> None:
    answer = httpx.post(f"{url}/page/ask", content=body)
    assert answer.status_code == 200
    assert answer.json()["error"]["code"] == "call.invalid"


@pytest.mark.parametrize("half", [b"\\ud800", b"\\UD800".lower(), b"\xed\xa0\x80"])
@pytest.mark.parametrize("field", [b"article_id", b"question", b"since", b"find", b"history"])
def test_half_a_letter_is_no_call_wherever_it_stands(url: str, half: bytes, field: bytes) -> None:
    for name in ("search", "article", "articles", "remove", "feedback"):
        answer = httpx.post(f"{url}/page/{name}", content=b'{"%b": "%b"}' % (field, half)).json()
        assert answer["error"] == {"code": "call.invalid", "facts": {"field": "{}"}}


def test_a_call_that_never_ends_is_not_read_to_its_end(url: str) -> None:
    answer = httpx.post(f"{url}/page/ask", content=b'{"question": "' + b"x" * 5_000_000)
    assert answer.status_code == 413
    assert httpx.post(f"{url}/page/nothing", json={}).status_code == 404
    assert httpx.get(f"{url}/page/ask").status_code == 404


def test_uploads_land_are_built_and_removed_again(url: str, service: Service) -> None:
    text = "ข่าวสะพาน\n\nสะพานแขวนเมืองใหม่สร้างเสร็จเมื่อ พ.ศ. 2499"
    sent = httpx.post(f"{url}/upload", files={"files": ("../สะพาน.txt", text.encode())}).json()
    assert (sent["saved"], sent["refused"], sent["read_only"]) == ([{"name": "สะพาน.txt"}], [], False)
    service.rebuild()
    assert "2499" in service.ask("สะพานแขวนเมืองใหม่สร้างเสร็จเมื่อใด").citations[0].quote
    (row,) = call(url, "articles", find="สะพาน")["articles"]
    removed = call(url, "remove", article_id=row["article_id"])
    assert Path(removed["moved_to"]).read_text("utf-8") == text
    service.rebuild()
    assert call(url, "articles", find="สะพาน")["total"] == 0
    assert call(url, "remove", article_id=row["article_id"])["error"]["code"] == "article.unknown"


# For reading only


@pytest.fixture(scope="module")
def read_only(service: Service) -> Iterator[str]:
    """The same index on a page that is for reading only."""
    from khamtop.ui.web import launch

    shown = Service(service.folder, service._articles, read_only=True)
    shown._encoder = service._encoder
    shown.start()
    server = launch(shown, free_port())
    yield server.address
    server.close()


def test_for_reading_only_one_asks_searches_reads_and_tells(read_only: str) -> None:
    assert call(read_only, "ask", question=QUESTION)["citations"]
    assert call(read_only, "search", question=QUESTION)["articles"]
    (row,) = call(read_only, "articles")["articles"]
    assert call(read_only, "article", article_id=row["article_id"])["title"] == "ข่าวตลาด"
    assert call(read_only, "feedback", question="ใคร", good=True)["id"]
    assert call(read_only, "status")["read_only"] is True


@pytest.mark.parametrize("name", ["rebuild", "stop", "remove", "begin_build", "launch", "__init__", "load_event"])
def test_for_reading_only_the_page_can_call_nothing_that_changes(read_only: str, name: str) -> None:
    assert call(read_only, name, article_id="articles/market.txt") == 404


def test_for_reading_only_the_api_can_neither(read_only: str) -> None:
    listed = Client(read_only, verbose=False).view_api(return_format="dict", print_info=False)
    assert list(listed["named_endpoints"]) == ["/ask", "/search"]
    for route in ("call", "run", "api"):
        answer = httpx.post(f"{read_only}/gradio_api/{route}/rebuild", json={"data": []})
        assert not answer.is_success
    for number in range(2, 9):  # by number, as the page's own queue has it
        sent = {"fn_index": number, "data": [], "session_hash": "test"}
        assert not httpx.post(f"{read_only}/gradio_api/queue/join", json=sent).is_success


def test_for_reading_only_nothing_is_taken_in(read_only: str, service: Service) -> None:
    refused = httpx.post(f"{read_only}/upload", files={"files": ("a.txt", "ข่าวอื่น".encode())})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "read_only")
    assert len(list(service._articles[0].iterdir())) == 1


# Behind a proxy, and with a password


@contextmanager
def proxied(address: str, port: int, keeps_prefix: bool) -> Iterator[None]:
    """A proxy that has the page under /khamtop, with what is before it or without."""

    async def forward(request: Request) -> Response:
        path = request.url.path if keeps_prefix else request.url.path.removeprefix("/khamtop")
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.request(
                request.method, address + path, params=request.query_params, content=await request.body(),
                headers={**request.headers},
            )  # fmt: skip
        passed = {name: answer.headers[name] for name in ("content-type", "www-authenticate") if name in answer.headers}
        return Response(answer.content, answer.status_code, passed)

    app = Starlette(routes=[Route("/khamtop/{rest:path}", forward, methods=["GET", "POST", "HEAD"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("keeps_prefix", [True, False])
def test_behind_a_proxy_the_page_its_functions_and_uploads_work(service: Service, keeps_prefix: bool) -> None:
    from khamtop.ui.web import launch

    user = ("reader", "secret")
    server = launch(service, free_port(), Access(users=(":".join(user),), root_path="/khamtop"))
    port = free_port()
    address = server.address.removesuffix("/khamtop")
    with proxied(address, port, keeps_prefix), httpx.Client(auth=user) as client:
        public = f"http://127.0.0.1:{port}/khamtop"
        assert httpx.get(f"{public}/").status_code == 401
        page = client.get(f"{public}/").text
        assert f"{public}" in page  # what Gradio's scripts ask for begins with it
        for asset in set(re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page)):
            assert client.get(f"{public}/{asset}").status_code == 200, asset
        assert client.get(f"{public}/config").json()["root"] == public
        module = re.search(r'"module": ?"(page/[0-9a-f]+/begin\.js)"', page)
        assert module
        assert httpx.get(f"{public}/{module[1]}").status_code == 401
        assert client.get(f"{public}/{module[1]}").headers["content-type"] == "text/javascript; charset=utf-8"
        headers = {"Authorization": f"Basic {base64.b64encode(':'.join(user).encode()).decode()}"}
        found = Client(f"{public}/", headers=headers, verbose=False).predict(QUESTION, api_name="/ask")
        assert found == render.to_json(service.ask(QUESTION))
        origin = {"Origin": f"http://127.0.0.1:{port}"}
        asked = client.post(f"{public}/page/ask", json={"question": QUESTION, "history": []}, headers=origin).json()
        assert "2551" in asked["citations"][0]["quote"]
        refused = client.post(f"{public}/upload", files={"files": ("a.exe", b"x")}, headers=origin).json()
        assert refused["refused"] == [{"name": "a.exe", "reason": "file.kind"}]
    server.close()


def test_a_port_in_use_is_told_in_one_sentence(service: Service, url: str) -> None:
    from khamtop.ui.web import launch

    with pytest.raises(KhamtopError) as told:
        launch(service, int(url.rsplit(":", 1)[1]))
    assert told.value.code == "port.taken"


def test_an_address_that_is_not_this_machines_is_told_in_one_sentence(service: Service) -> None:
    from khamtop.ui.web import launch

    with pytest.raises(KhamtopError) as told:
        launch(service, free_port(), Access(host="192.0.2.1"))
    assert told.value.code == "port.unusable"


def test_the_server_itself_calls_nobody(tmp_path: Path) -> None:
    """In a process of its own, which records every address that it looks up or connects to."""
    program = f"""
import asyncio, sys
called = set()
def record(event, arguments):
    if event == "socket.getaddrinfo":
        called.add(arguments[0])
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        called.add(arguments[1][0])
sys.addaudithook(record)

from pathlib import Path
from khamtop.ui.service import Service
from khamtop.ui.web import launch
service = Service(Path({str(tmp_path)!r}), [Path("seeds")])
service.start()
asyncio.run(service.first_index())
service.ask("ใครเป็นนายกรัฐมนตรีญี่ปุ่น")
launch(service, {free_port()}).close()
print({{str(address) for address in called}} - {{"127.0.0.1", "localhost", "::1", "None"}})
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()", done.stdout


def test_opening_waits_for_no_type_stubs_and_no_model_library() -> None:
    """In a process of its own, because other tests import all of it."""
    program = """
import pathlib, sys
written = []
sys.addaudithook(lambda event, given: event == "open" and str(given[0]).endswith(".pyi") and written.append(given[0]))
import khamtop.ui.cli, khamtop.ui.server, khamtop.ui.service, khamtop.ui.web
print(written, {"torch", "transformers", "sentence_transformers", "matplotlib", "sklearn"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] set()"


def test_only_the_page_imports_gradio() -> None:
    importing = re.compile(r"^\s*(?:import|from) gradio", re.MULTILINE)
    sources = [path for package in ("index", "qa", "ui") for path in (ROOT / package).rglob("*.py")]
    assert [path.name for path in sources if importing.search(path.read_text("utf-8"))] == ["web.py"]
