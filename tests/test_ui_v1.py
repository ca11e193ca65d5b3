"""`/v1` as programs meet it: what is given, what it says of itself, and what is told when a call fails."""

from __future__ import annotations

import copy
import html
import json
import re
import shlex
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jsonschema
import pytest
from openapi_spec_validator import validate
from starlette.applications import Starlette
from starlette.testclient import TestClient

import khamtop.ui.service
from khamtop.index.types import KhamtopError
from khamtop.qa.types import Sentence, Writing
from khamtop.ui import events, openapi, render, sent, shapes, v1
from khamtop.ui.guard import Access, Guard
from khamtop.ui.programs import Keys, Programs
from khamtop.ui.replies import status_of
from khamtop.ui.service import Service
from khamtop.ui.texts import text
from tests.toys import ToyEncoder, write_files

QUESTION = "ตลาดน้ำบ้านสวนเปิดเมื่อใด"
ARTICLES = {
    "market.txt": "ตลาดน้ำบ้านสวน\n3 ตุลาคม 2565\n\nตลาดน้ำบ้านสวนเปิดเมื่อ พ.ศ. 2551 มีร้านค้า 120 ร้าน",
    "bridge.txt": "สะพานแขวนบ้านท่า\n9 มกราคม 2562\n\nสะพานแขวนบ้านท่าสร้างเสร็จเมื่อ พ.ศ. 2499 ที่จังหวัดตรัง",
}
PAGE = "http://127.0.0.1:7860/"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("v1")
    write_files(folder / "articles", ARTICLES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(khamtop.ui.service, "load_encoder", lambda name: ToyEncoder())
        service = Service(folder / "index", [folder / "articles"])
        service.rebuild()
        yield service


def client(service: Service, **access: Any) -> TestClient:
    access.setdefault("programs", Programs(calls_a_minute=0))
    entry = Access(**access)
    app = Starlette(routes=[v1.mount(service, entry)])
    return TestClient(Guard(app, entry), base_url="http://127.0.0.1:7860", raise_server_exceptions=False)


@pytest.fixture(scope="module")
def http(service: Service) -> TestClient:
    return client(service)


# What is given


def test_an_answer_is_the_command_lines_with_the_address_of_each_quote(http: TestClient, service: Service) -> None:
    given = http.post("/v1/ask", json={"question": QUESTION}).json()
    assert without_urls(given) == render.to_json(service.ask(QUESTION))
    [cited, *_] = given["citations"]
    assert "2551" in cited["quote"]
    told = parse_qs(urlsplit(cited["url"]).fragment.partition("?")[2])
    assert cited["url"].startswith(f"{PAGE}#articles?")
    assert told == {
        "article": [cited["article_id"]],
        "start": [str(cited["start"])],
        "end": [str(cited["end"])],
        "begins": [cited["quote"][:24]],
    }


def without_urls(given: Any) -> Any:
    if isinstance(given, list):
        return [without_urls(part) for part in given]
    if isinstance(given, dict):
        return {name: without_urls(value) for name, value in given.items() if name != "url"}
    return given


def test_get_and_post_give_the_same(http: TestClient) -> None:
    told = {"question": QUESTION, "history": ["สะพานแขวนบ้านท่าสร้างเมื่อใด", "ยาวเท่าใด"], "k": 1, "any_time": True}
    posted = http.post("/v1/ask", json=told).json()
    assert http.get("/v1/ask", params=told).json() == posted
    assert len(posted["passages"]) == 1


def test_the_history_and_the_bounds_count(http: TestClient, service: Service) -> None:
    told = {"question": "แล้วเปิดเมื่อใด", "history": ["ตลาดน้ำบ้านสวนอยู่ที่ไหน"]}
    assert without_urls(http.post("/v1/ask", json=told).json()) == render.to_json(
        service.ask(told["question"], told["history"])
    )
    early = http.get("/v1/search", params={"question": "บ้าน", "until": "2564"}).json()
    assert {found["title"] for found in early["articles"]} == {"สะพานแขวนบ้านท่า"}


def test_a_quote_is_a_span_of_the_article_that_is_given(http: TestClient) -> None:
    [cited, *_] = http.get("/v1/ask", params={"question": QUESTION}).json()["citations"]
    article = http.get("/v1/article", params={"article_id": cited["article_id"]}).json()
    assert article["text"][cited["start"] : cited["end"]] == cited["quote"]
    assert article["title"] == cited["title"]


def test_articles_are_listed_in_stretches(http: TestClient) -> None:
    listed = http.get("/v1/articles", params={"order": "oldest", "limit": 1, "offset": 1}).json()
    assert (listed["total"], [row["title"] for row in listed["articles"]]) == (2, ["ตลาดน้ำบ้านสวน"])
    assert http.get("/v1/articles", params={"find": "สะพาน"}).json()["total"] == 1


def test_names_are_listed_and_narrow_every_call(http: TestClient) -> None:
    kinds = http.get("/v1/names").json()["kinds"]
    assert [(of["kind"], of["total"]) for of in kinds] == [("person", 0), ("organisation", 0), ("place", 1)]
    [place] = http.get("/v1/names", params={"kind": "place", "find": "ตรั"}).json()["kinds"]
    assert place == {"kind": "place", "total": 1, "names": [{"name": "ตรัง", "articles": 1}]}
    for path in ("/v1/articles", "/v1/search"):
        asked = {"name": "ตรัง", **({"question": "บ้าน"} if path == "/v1/search" else {})}
        found = http.get(path, params=asked).json()["articles"]
        assert [row["title"] for row in found] == ["สะพานแขวนบ้านท่า"]
    cited = http.get("/v1/ask", params={"question": "สะพานแขวนบ้านท่าสร้างเสร็จเมื่อใด", "name": "พังงา"}).json()
    assert cited["passages"] == []


def test_rebuilding_waits_and_reports(http: TestClient) -> None:
    assert http.post("/v1/rebuild").json()["unchanged"] == 2
    assert http.get("/v1/rebuild").status_code == 405


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/ask", rb'{"question": "\ud800"}'),
        ("/v1/ask", rb'{"question": "flood", "history": ["\ud800"]}'),
        ("/v1/search", rb'{"question": "flood", "since": "\ud800"}'),
        ("/v1/search", rb'{"question": "flood", "source": "\ud800"}'),
        ("/v1/article", rb'{"article_id": "\ud800"}'),
        ("/v1/articles", rb'{"find": "\ud800"}'),
        ("/v1/articles", rb'{"\ud800": 1}'),
    ],
)
def test_half_a_letter_breaks_nothing(http: TestClient, path: str, body: bytes) -> None:
    answered = http.post(path, content=body)
    assert answered.status_code < 500
    assert answered.json()


def test_behind_a_proxy_addresses_are_the_proxys(service: Service) -> None:
    at_path = client(service, root_path="/khamtop").get("/khamtop/v1/article", params={"article_id": "x"})
    assert at_path.json()["error"]["code"] == "article.unknown"
    whole = client(service, root_path="https://news.example/k/")
    given = whole.get("/v1/search", params={"question": QUESTION}).json()
    assert given["passages"][0]["url"].startswith("https://news.example/k/#articles?article=")


# Events


def read_events(body: str) -> list[tuple[str, Any]]:
    told = [block for block in body.strip().split("\n\n") if not block.startswith(":")]
    blocks = [dict(line.split(": ", 1) for line in block.split("\n")) for block in told]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


@pytest.mark.parametrize(
    ("asked", "headers"),
    [({"question": QUESTION, "stream": True}, {}), ({"question": QUESTION}, {"accept": "text/event-stream"})],
)
def test_a_streamed_answer_begins_with_its_quotes(http: TestClient, asked: Any, headers: Any) -> None:
    given = http.post("/v1/ask", json=asked, headers=headers)
    assert given.headers["content-type"].startswith("text/event-stream")
    assert read_events(given.text) == [
        ("answer", http.post("/v1/ask", json={"question": QUESTION}).json()),
        ("done", {}),
    ]


def test_what_a_writer_says_follows_the_quotes_a_sentence_at_a_time() -> None:
    one, two = Sentence("เปิดปี 2551\nไม่ใช่ 2550", (1,)), Sentence("มี 120 ร้าน", (1, 2))
    first, second = {"text": one.text, "markers": [1]}, {"text": two.text, "markers": [1, 2]}
    states = [
        Writing("toy"), Writing("toy", (one,)), Writing("toy", (one,), 1), Writing("toy", (), 3),
        Writing("toy", (one, two), 2), Writing("toy", (one, two), 2, "writer.slow"),
    ]  # fmt: skip
    told = read_events(b"".join(events.answer_events({"answer": "x"}, iter(states), "th")).decode())
    assert told == [
        ("answer", {"answer": "x"}),
        ("sentence", first),
        ("writing", {"sentences": [], "struck": 3, "writer": "toy", "unwritten": None}),  # taken back
        ("sentence", first),
        ("sentence", second),
        ("writing", {"sentences": [first, second], "struck": 2, "writer": "toy", "unwritten": "writer.slow"}),
        ("done", {}),
    ]


def test_what_goes_wrong_after_the_quotes_is_an_event() -> None:
    def states() -> Iterator[Writing]:
        yield Writing("toy")
        raise RuntimeError("secret")

    told = read_events(b"".join(events.answer_events({"answer": "x"}, states(), "th")).decode())
    assert told[1:] == [("error", {"code": "internal", "message": text("internal", "th")})]


def test_a_call_that_fails_at_once_is_no_stream(http: TestClient) -> None:
    failed = http.post("/v1/ask", json={"question": "", "stream": True})
    assert (failed.status_code, failed.json()["error"]["code"]) == (400, "question.empty")


# What is told when a call fails


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/ask", {}, 400, "call.invalid"),
        ("/v1/ask", {"question": 5}, 400, "call.invalid"),
        ("/v1/ask", {"question": QUESTION, "histroy": []}, 400, "call.invalid"),
        ("/v1/ask", {"question": QUESTION, "history": ["a", 1]}, 400, "call.invalid"),
        ("/v1/ask", {"question": QUESTION, "k": True}, 400, "call.invalid"),
        ("/v1/ask", {"question": QUESTION, "k": 101}, 400, "question.passages"),
        ("/v1/ask", {"question": QUESTION, "since": "เมื่อวาน"}, 400, "filter.date"),
        ("/v1/ask", {"question": QUESTION, "source": "x" * 50_001}, 400, "call.invalid"),
        ("/v1/ask", [], 400, "call.invalid"),
        ("/v1/search", {"question": QUESTION, "order": "best"}, 400, "search.order"),
        ("/v1/article", {"article_id": "none"}, 404, "article.unknown"),
        ("/v1/articles", {"limit": 0}, 400, "list.bounds"),
        ("/v1/names", {"limit": 0}, 400, "list.bounds"),
        ("/v1/names", {"find": "x" * 2001}, 400, "filter.too_long"),
        ("/v1/names", {"kind": "animal"}, 400, "names.kind"),
        ("/v1/nothing", {}, 404, "call.unknown"),
    ],
)
def test_a_call_that_is_wrong_is_told_so(http: TestClient, path: str, body: Any, status: int, code: str) -> None:
    failed = http.post(path, json=body)
    assert (failed.status_code, failed.json()["error"]["code"]) == (status, code)
    assert failed.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b"x" * 1_000_001])
def test_a_body_that_is_no_call_is_refused(http: TestClient, body: bytes) -> None:
    assert http.post("/v1/ask", content=body).status_code in (400, 413)


@pytest.mark.parametrize("asked", [{"k": "many", "question": "x"}, {"k": "1" * 40, "question": "x"}, {}])
def test_an_address_that_is_no_call_is_refused(http: TestClient, asked: Any) -> None:
    assert http.get("/v1/ask", params=asked).json()["error"]["code"] == "call.invalid"


def test_the_sentence_is_in_the_language_of_whoever_calls(http: TestClient) -> None:
    def told(language: str) -> str:
        headers = {"accept-language": language}
        return str(http.get("/v1/ask", params={"question": ""}, headers=headers).json()["error"]["message"])

    assert told("th-TH,en;q=0.5") == text("question.empty", "th")
    assert told("fr, en") == told("fr") == text("question.empty", "en")


class PanicException(BaseException):
    """What a library in Rust raises: no `Exception`."""


@pytest.mark.parametrize("failure", [RuntimeError, PanicException])
def test_what_goes_wrong_inside_is_not_told(
    service: Service, monkeypatch: pytest.MonkeyPatch, failure: type[BaseException]
) -> None:
    def broken(*_: Any) -> Any:
        raise failure("secret")

    monkeypatch.setattr(service, "ask", broken)
    failed = client(service).post("/v1/ask", json={"question": QUESTION})
    assert (failed.status_code, failed.json()["error"]["code"]) == (500, "internal")
    assert "secret" not in failed.text


def test_before_there_is_an_index_a_program_is_told_to_come_back(tmp_path: Path) -> None:
    failed = client(Service(tmp_path, [])).post("/v1/ask", json={"question": QUESTION})
    assert (failed.status_code, failed.headers["retry-after"]) == (503, "1")


def test_a_page_for_reading_only_rebuilds_for_no_program(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "read_only", True)
    failed = client(service).post("/v1/rebuild")
    assert (failed.status_code, failed.json()["error"]["code"]) == (403, "read_only")


@pytest.mark.parametrize(
    ("code", "status"),
    [("call.invalid", 400), ("call.unknown", 404), ("index.building", 503), ("index.busy", 409), ("other", 500)],
)
def test_each_error_has_the_status_of_its_code(code: str, status: int) -> None:
    assert status_of(KhamtopError(code)) == status


# What it says of itself


@pytest.fixture(scope="module")
def described(http: TestClient) -> Any:
    return http.get("/v1/openapi.json").json()


def test_the_document_is_openapi_and_names_every_address(described: Any, http: TestClient) -> None:
    validate(described)
    routes = next(iter(http.app._app.routes)).app.routes  # type: ignore[attr-defined]
    served = {(f"/v1{route.path}", method.lower()) for route in routes for method in route.methods - {"HEAD"}}
    told = {(path, method) for path, methods in described["paths"].items() for method in methods}
    assert told == served - {("/v1/openapi.json", "get"), ("/v1/docs", "get")}


def strict(described: Any) -> Any:
    """The document in which no object has a field that is not told of."""
    closed = copy.deepcopy(described)
    for schema in closed["components"]["schemas"].values():
        schema["additionalProperties"] = False
    return closed


def fits(described: Any, path: str, method: str, response: httpx.Response) -> None:
    """Whether a response is what the document says of it."""
    told = described["paths"][path][method]["responses"][str(response.status_code)]
    schema = told["content"]["application/json"]["schema"]
    whole = {**schema, "components": strict(described)["components"]}
    jsonschema.validate(response.json(), whole, jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("post", "/v1/ask", {"question": QUESTION}),
        ("get", "/v1/ask", {"question": "ราคาทองคำที่ปารีส"}),
        ("get", "/v1/ask", {"question": "ข่าวตลาดน้ำล่าสุดปี 2565"}),
        ("get", "/v1/ask", {"question": "สวัสดี"}),
        ("get", "/v1/ask", {"question": ""}),
        ("get", "/v1/search", {"question": "ตลาดน้ำ"}),
        ("get", "/v1/articles", {}),
        ("get", "/v1/names", {"kind": "place"}),
        ("get", "/v1/article", {"article_id": "none"}),
        ("post", "/v1/rebuild", {}),
    ],
)
def test_real_answers_are_what_it_says(http: TestClient, described: Any, method: str, path: str, told: Any) -> None:
    given = http.post(path, json=told) if method == "post" else http.get(path, params=told)
    fits(described, path, method, given)


def test_a_whole_article_is_what_it_says(http: TestClient, described: Any) -> None:
    [row, *_] = http.get("/v1/articles").json()["articles"]
    fits(described, "/v1/article", "get", http.get("/v1/article", params={"article_id": row["article_id"]}))


def test_a_check_against_it_can_fail(http: TestClient, described: Any) -> None:
    wrong = httpx.Response(200, json={**http.get("/v1/articles").json(), "more": 1})
    with pytest.raises(jsonschema.ValidationError):
        fits(described, "/v1/articles", "get", wrong)


def test_every_field_that_is_sent_is_described(described: Any) -> None:
    for methods in described["paths"].values():
        for parameter in methods.get("get", {"parameters": []})["parameters"]:
            assert parameter["description"], parameter


def test_what_may_be_chosen_is_what_the_packages_know() -> None:
    from khamtop.index.storage.listing import LIST_ORDERS
    from khamtop.qa.searching import ORDERS

    assert openapi.schema_of(sent.kinds_of(shapes.SearchSent)["order"]) == {"enum": list(ORDERS)}
    assert openapi.schema_of(sent.kinds_of(shapes.ArticlesSent)["order"]) == {"enum": list(LIST_ORDERS)}


class Loads(HTMLParser):
    """What a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in ("script", "link", "img", "iframe") or "src" in told:
            self.found.append(tag)
        if "href" in told:
            self.links.append(str(told["href"]))


def test_the_page_of_it_tells_every_address_and_loads_nothing(http: TestClient, described: Any) -> None:
    page = http.get("/v1/docs")
    loads = Loads()
    loads.feed(page.text)
    assert page.headers["content-type"].startswith("text/html")
    assert not loads.found
    assert all(link == "openapi.json" or link.startswith("#") for link in loads.links)
    assert all(f"<code>{path}</code>" in page.text for path in described["paths"])
    assert "No key is asked for." in page.text
    assert "Bearer" not in page.text


def test_the_example_of_the_page_works(service: Service) -> None:
    """As curl would send it, with a key where one is asked for."""
    page = client(service, programs=Programs(Keys(["a-key-of-a-program"]))).get("/v1/docs").text
    examples = [shlex.split(html.unescape(found)) for found in re.findall("<pre>(curl .*?)</pre>", page, re.DOTALL)]
    assert len(examples) > 5
    assert all("authorization: Bearer KEY" in words for words in examples)
    bodies = [json.loads(words[words.index("-d") + 1]) for words in examples if "-d" in words]
    assert {"question", "model"} & {name for body in bodies for name in body}
