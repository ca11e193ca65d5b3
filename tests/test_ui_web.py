"""The page's server as programs meet it: the API, the headers, and what it must not give away."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

import ui.service
from index.types import KhamtopError
from tests.toys import ToyEncoder
from ui import render
from ui.service import Service
from ui.texts import text

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("web")
    (folder / "articles").mkdir()
    (folder / "articles/market.txt").write_text("ข่าวตลาด\n\nตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ui.service, "load_encoder", lambda name: ToyEncoder())
        service = Service(folder / "index", [folder / "articles"])
        service.rebuild()
        yield service


@pytest.fixture(scope="module")
def url(service: Service) -> Iterator[str]:
    from ui.web import launch

    port = free_port()
    blocks = launch(service, port=port, block=False)
    yield f"http://127.0.0.1:{port}"
    blocks.close(verbose=False)


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
    assert given == render.hits_to_json("ตลาดน้ำ", service.search("ตลาดน้ำ", k=3))


def test_rebuild_gives_the_command_lines_json(client: Client) -> None:
    report = client.predict(api_name="/rebuild")
    assert (report["articles"], report["unchanged"], report["rejected"]) == (1, 1, [])


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

    monkeypatch.setattr(ui.service, "answer", broken)
    with pytest.raises(AppError) as told:
        client.predict("why?", api_name="/ask")
    assert str(told.value) == text("internal", "en")


def test_the_browser_is_told_to_fetch_nothing_from_elsewhere(url: str) -> None:
    with urllib.request.urlopen(url) as page:
        policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert not re.search(r"https?:|\*", policy)


@pytest.mark.parametrize("path", ["/etc/passwd", str(ROOT / "pyproject.toml")])
def test_no_file_of_the_machine_is_served(url: str, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{url}/gradio_api/file={path}")
    assert refused.value.code in (403, 404)


def test_a_port_in_use_is_told_in_one_sentence(service: Service, url: str) -> None:
    from ui.web import launch

    with pytest.raises(KhamtopError) as told:
        launch(service, port=int(url.rsplit(":", 1)[1]), block=False)
    assert told.value.code == "port.taken"


def test_an_address_that_is_not_this_machines_is_told_in_one_sentence(service: Service) -> None:
    from ui.web import launch

    with pytest.raises(KhamtopError) as told:
        launch(service, host="192.0.2.1", block=False)
    assert told.value.code == "port.unusable"


def test_the_server_itself_calls_nobody(tmp_path: Path) -> None:
    """In a process of its own, which records every address that it looks up or connects to."""
    program = f"""
import sys
called = set()
def record(event, arguments):
    if event == "socket.getaddrinfo":
        called.add(arguments[0])
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        called.add(arguments[1][0])
sys.addaudithook(record)

from pathlib import Path
from ui.service import Service
from ui.web import launch
service = Service(Path({str(tmp_path)!r}), [Path("seeds")])
service.start()
service.ask("ใครเป็นนายกรัฐมนตรีญี่ปุ่น")
launch(service, port={free_port()}, block=False).close(verbose=False)
print({{str(address) for address in called}} - {{"127.0.0.1", "localhost", "::1", "None"}})
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()", done.stdout


def test_only_the_page_imports_gradio() -> None:
    importing = re.compile(r"^\s*(?:import|from) gradio", re.MULTILINE)
    sources = [path for package in ("index", "qa", "ui") for path in (ROOT / package).glob("*.py")]
    assert [path.name for path in sources if importing.search(path.read_text("utf-8"))] == ["web.py"]
